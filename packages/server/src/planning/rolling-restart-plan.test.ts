import { describe, expect, test } from 'vitest';
import { chooseBatches, planRollingRestart } from './rolling-restart-plan.ts';
import { address, healthyRows, replicas, serverRow, snapshotOf, unreadable } from './snapshot-fixture.ts';
import type { StopPlan } from './stop-plan.ts';

const all = [1, 2, 3].flatMap((zone) => [address(zone, 1), address(zone, 2)]);
const oneByOne = { clusterName: 'shop', batches: all.map((target) => [target]), stoppedByUs: [] };

function check(plan: StopPlan, name: string) {
  return plan.checks.find((each) => each.name === name);
}

describe('a rolling restart', () => {
  test('of a healthy cluster of three zones is SAFE, and names what moves in the course of it', () => {
    const plan = planRollingRestart(snapshotOf(healthyRows()), oneByOne, '');
    expect(plan.verdict).toBe('SAFE');
    expect(plan.leadersToMove.map(({ server }) => server)).toEqual(['10.0.1.1:2882', '10.0.2.2:2882']);
  });

  test('needs three zones; force may go past that', () => {
    const batches = all.filter(({ zone }) => zone !== 'zone3').map((target) => [target]);
    const found = check(
      planRollingRestart(snapshotOf(healthyRows()), { ...oneByOne, batches }, ''),
      'rolling-zones',
    );
    expect(found).toMatchObject({ result: 'FAIL', overridable: true, evidence: 'Cluster shop has 2 zones.' });
  });

  test.each([
    ['a server that is stopped', serverRow(3, 2, { stopTime: 5 }), '10.0.3.2:2882 is stopped'],
    ['a server that is down', serverRow(3, 2, { status: 'INACTIVE' }), '10.0.3.2:2882 is INACTIVE'],
    [
      'a server that is starting',
      serverRow(3, 2, { startServiceTime: null }),
      '10.0.3.2:2882 is not in service',
    ],
  ])('is BLOCKED by %s anywhere', (_name, changed, evidence) => {
    const rows = healthyRows();
    const servers = rows.servers.map((row) => (row.ip === changed.ip ? changed : row));
    const plan = planRollingRestart(snapshotOf({ ...rows, servers }), oneByOne, '');
    expect(check(plan, 'cluster-healthy')?.evidence).toContain(evidence);
    expect(plan.verdict).toBe('BLOCKED');
  });

  test('is BLOCKED by one replica that is behind, though every majority is in sync', () => {
    const rows = healthyRows();
    const five = [address(2, 1), address(1, 1), address(3, 1), address(2, 2), address(3, 2)];
    const streams = replicas(1002, 1005, five).map((row) =>
      row.ip === '10.0.3.2' ? { ...row, endScn: row.endScn - 6_000_000_000n } : row,
    );
    const plan = planRollingRestart(snapshotOf({ ...rows, replicas: streams }), oneByOne, '');
    expect(check(plan, 'cluster-healthy')?.evidence).toContain(
      'tenant 1002 log stream 1005 is behind on 10.0.3.2:2882',
    );
    expect(check(plan, 'log-in-sync')?.result).toBe('PASS');
  });

  test('is BLOCKED when the health of the cluster cannot be read', () => {
    const plan = planRollingRestart(snapshotOf(healthyRows(), { logStreams: unreadable }), oneByOne, '');
    expect(check(plan, 'cluster-healthy')?.result).toBe('UNKNOWN');
  });

  test('names the batch of the gravest finding', () => {
    const rows = healthyRows();
    const single = replicas(1002, 1009, [address(3, 2)]);
    const plan = planRollingRestart(
      snapshotOf({ ...rows, replicas: [...rows.replicas, ...single] }),
      oneByOne,
      '',
    );
    expect(check(plan, 'majority')?.evidence).toMatch(/^Without 10\.0\.3\.2:2882: 1 of 3 log streams/);
  });
});

describe('batches', () => {
  const zone1 = [address(1, 1), address(1, 2)];

  test('hold as many servers of the zone as asked for, where all of them may be gone at once', () => {
    expect(chooseBatches(snapshotOf(healthyRows()), zone1, 2, [])).toEqual([zone1]);
    expect(chooseBatches(snapshotOf(healthyRows()), zone1, 1, [])).toEqual([[zone1[0]], [zone1[1]]]);
  });

  test('fall back to one server each where they may not, or where nobody can say', () => {
    const rows = healthyRows();
    const both = replicas(1002, 1007, [address(2, 1), address(1, 1), address(1, 2)]);
    const snapshot = snapshotOf({ ...rows, replicas: [...rows.replicas, ...both] });
    expect(chooseBatches(snapshot, zone1, 2, [])).toEqual([[zone1[0]], [zone1[1]]]);
    expect(chooseBatches(undefined, zone1, 2, [])).toEqual([[zone1[0]], [zone1[1]]]);
  });
});
