import { describe, expect, test } from 'vitest';
import { address, healthyRows, replicas, serverRow, snapshotOf } from './snapshot-fixture.ts';
import { planKill } from './stop-plan.ts';
import { check, subject, target, withServer } from './stop-plan-fixture.ts';
import type { StopSubject } from './stop-subject.ts';

describe('the last look before the signal', () => {
  const isolated = () => {
    const rows = withServer(serverRow(1, 1, { stopTime: 7 }));
    const moved = replicas(1, 1, [address(2, 1), address(1, 1), address(3, 1)]);
    return { ...rows, replicas: [...moved, ...rows.replicas.filter((row) => row.tenantId !== 1)] };
  };
  const gate = { stoppedAt: 900, now: 1_500 };

  test('allows it when the server is isolated and the observation is fresh', () => {
    expect(planKill(snapshotOf(isolated()), subject, gate).verdict).toBe('SAFE');
  });

  test('forbids it on an observation older than 2 s, or begun before the stop', () => {
    const stale = planKill(snapshotOf(isolated()), subject, { stoppedAt: 900, now: 3_001 });
    expect(check(stale, 'observation-fresh').result).toBe('FAIL');
    const early = planKill(snapshotOf(isolated()), subject, { stoppedAt: 1_001, now: 1_500 });
    expect(check(early, 'observation-fresh').result).toBe('FAIL');
  });

  test('forbids it while the server leads anything, by either view', () => {
    const rows = healthyRows();
    const marked = { ...rows, servers: withServer(serverRow(1, 1, { stopTime: 7 })).servers };
    expect(check(planKill(snapshotOf(marked), subject, gate), 'isolated').evidence).toContain(
      'leads 1 log streams',
    );
    const lagging = { leaders: { ok: true as const, rows: [{ tenantId: 1, lsId: 1, ...target }] } };
    expect(check(planKill(snapshotOf(isolated(), lagging), subject, gate), 'isolated').result).toBe('FAIL');
  });

  test('forbids it when the stop mark is gone, or when another server died meanwhile', () => {
    const unmarked = { ...isolated(), servers: healthyRows().servers };
    expect(check(planKill(snapshotOf(unmarked), subject, gate), 'isolated').evidence).toContain(
      'not marked stopped',
    );
    const rows = isolated();
    const dead = {
      ...rows,
      servers: rows.servers.map((row) => (row.ip === '10.0.3.1' ? { ...row, status: 'INACTIVE' } : row)),
    };
    expect(check(planKill(snapshotOf(dead), subject, gate), 'majority').result).toBe('FAIL');
  });
});

describe('a whole zone', () => {
  const zone: StopSubject = {
    targets: [address(1, 1), address(1, 2)],
    stoppedByUs: [],
    isolatedBy: 'STOP ZONE',
  };

  test('is killed only when the kernel shows it INACTIVE and leading nothing', () => {
    const gate = { stoppedAt: 900, now: 1_500 };
    const rows = healthyRows();
    expect(check(planKill(snapshotOf(rows), zone, gate), 'isolated').evidence).toContain(
      'zone zone1 is not marked stopped',
    );
    const zones = rows.zones.map((row) => (row.name === 'zone1' ? { ...row, status: 'INACTIVE' } : row));
    expect(check(planKill(snapshotOf({ ...rows, zones }), zone, gate), 'isolated').evidence).toContain(
      'leads 1 log streams',
    );
    const streams = [
      ...replicas(1, 1, [address(2, 1), address(1, 1), address(3, 1)]),
      ...replicas(1002, 1001, [address(2, 2), address(1, 2), address(3, 2)]),
    ];
    expect(planKill(snapshotOf({ ...rows, zones, replicas: streams }), zone, gate).verdict).toBe('SAFE');
  });
});
