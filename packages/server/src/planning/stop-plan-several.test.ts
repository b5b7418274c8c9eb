import { describe, expect, test } from 'vitest';
import { address, healthyRows, replicas, serverRow, snapshotOf } from './snapshot-fixture.ts';
import { planStop } from './stop-plan.ts';
import { check, subject, withServer } from './stop-plan-fixture.ts';
import type { StopSubject } from './stop-subject.ts';

describe('several servers of one zone at once', () => {
  const batch: StopSubject = {
    targets: [address(1, 1), address(1, 2)],
    stoppedByUs: [],
    isolatedBy: 'STOP SERVER',
  };

  test('are judged as if all of them were gone', () => {
    expect(planStop(snapshotOf(healthyRows()), batch).verdict).toBe('SAFE');
    const rows = healthyRows();
    const both = replicas(1002, 1007, [address(2, 1), address(1, 1), address(1, 2)]);
    const result = planStop(snapshotOf({ ...rows, replicas: [...rows.replicas, ...both] }), batch);
    expect(check(result, 'majority').evidence).toContain('log stream 1007 would keep 1 of 3 members');
    expect(planStop(snapshotOf(rows), { ...batch, targets: [address(1, 1)] }).verdict).toBe('SAFE');
  });

  test('of two zones are never stopped together, not even by force', () => {
    const two = { ...batch, targets: [address(1, 1), address(2, 1)] };
    const found = check(planStop(snapshotOf(healthyRows()), two), 'one-zone');
    expect([found.result, found.overridable]).toEqual(['FAIL', false]);
    expect(found.evidence).toContain('zone1; zone2');
  });

  test('learners do not count: they are not in the list of paxos members', () => {
    const rows = healthyRows();
    const voters = [address(2, 1), address(1, 1), address(3, 1)];
    const learner = replicas(1002, 1008, [address(3, 2)], { role: 'FOLLOWER', paxosMemberList: '' });
    const streams = [...rows.replicas, ...replicas(1002, 1008, voters), ...learner];
    const dead = rows.servers.map((row) => (row.ip === '10.0.3.1' ? { ...row, status: 'INACTIVE' } : row));
    const result = planStop(snapshotOf({ ...rows, servers: dead, replicas: streams }), subject);
    expect(check(result, 'majority').evidence).toContain('log stream 1008 would keep 1 of 3 members');
  });
});

describe('a whole zone', () => {
  const zone: StopSubject = {
    targets: [address(1, 1), address(1, 2)],
    stoppedByUs: [],
    isolatedBy: 'STOP ZONE',
  };

  test('is SAFE in a healthy cluster of three; its own stopped servers do not speak against it', () => {
    expect(planStop(snapshotOf(healthyRows()), zone).verdict).toBe('SAFE');
    const rows = withServer(serverRow(1, 2, { stopTime: 9 }));
    expect(planStop(snapshotOf(rows), { ...zone, stoppedByUs: [address(1, 2)] }).verdict).toBe('SAFE');
  });

  test('that is the last active one is not stopped', () => {
    const rows = healthyRows();
    const zones = rows.zones.map((row) => (row.name === 'zone1' ? row : { ...row, status: 'INACTIVE' }));
    const found = check(planStop(snapshotOf({ ...rows, zones }), zone), 'not-the-only-zone');
    expect([found.result, found.overridable]).toEqual(['FAIL', false]);
  });

  test('with a server that the request does not know has changed meanwhile', () => {
    const found = check(
      planStop(snapshotOf(healthyRows()), { ...zone, targets: [address(1, 1)] }),
      'zone-servers',
    );
    expect([found.result, found.evidence]).toEqual(['FAIL', 'Zone zone1 also has 10.0.1.2:2882.']);
  });
});
