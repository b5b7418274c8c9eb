import { expect, test } from 'vitest';
import { findUnready, type ShownMark } from './server-readiness.ts';
import { address, healthyRows, serverRow, snapshotOf, unreadable } from './snapshot-fixture.ts';

const target = address(1, 1);

/** Of a process that has just been started, while the kernel showed this time. */
function after(shownBefore: ShownMark) {
  return { shownBefore, upMs: 100 };
}

function withTarget(changes: Parameters<typeof serverRow>[2]) {
  const rows = healthyRows();
  return {
    ...rows,
    servers: rows.servers.map((row) => (row.ip === target.ip ? serverRow(1, 1, changes) : row)),
  };
}

test('a server is ready when it is ACTIVE, in service since its restart, and caught up', () => {
  expect(findUnready(snapshotOf(withTarget({ startServiceTime: 9 })), target, after(1))).toBeUndefined();
});

test('until the kernel has noticed the restart, what it shows is of the process before', () => {
  expect(findUnready(snapshotOf(withTarget({ startServiceTime: 1 })), target, after(1))).toContain(
    'as before its restart',
  );
});

test('a time that may be of an earlier process is believed only when no earlier process can be shown any more', () => {
  const snapshot = snapshotOf(withTarget({ startServiceTime: 9 }));
  const of = (upMs: number) => findUnready(snapshot, target, { shownBefore: 'unknown', upMs });
  expect(of(0)).toContain('may be of the process before');
  expect(of(24_999)).toContain('may be of the process before');
  expect(of(25_000)).toBeUndefined();
});

test('what was shown before the start is never believed, however long it is shown', () => {
  const snapshot = snapshotOf(withTarget({ startServiceTime: 1 }));
  expect(findUnready(snapshot, target, { shownBefore: 1, upMs: 3_600_000 })).toContain('as before');
});

test.each([
  ['INACTIVE', { status: 'INACTIVE' }, 'is INACTIVE'],
  ['ACTIVE and still booting', { startServiceTime: null }, 'has not started service'],
])('a server that is %s is not ready', (_name, changes, reason) => {
  expect(findUnready(snapshotOf(withTarget(changes)), target, after(null))).toContain(reason);
});

test('a server whose replica is more than 5 s behind its leader is catching up', () => {
  const rows = healthyRows();
  const replicas = rows.replicas.map((row) =>
    row.tenantId === 1002 && row.ip === '10.0.1.2' ? { ...row, endScn: row.endScn - 6_000_000_000n } : row,
  );
  const behind = address(1, 2);
  expect(findUnready(snapshotOf({ ...rows, replicas }), behind, after(null))).toBe(
    'catching up: tenant 1002 log stream 1001',
  );
});

test('nothing is ready that cannot be seen', () => {
  expect(findUnready(undefined, target, after(null))).toContain('no server');
  for (const section of ['servers', 'replicas'] as const) {
    expect(findUnready(snapshotOf(healthyRows(), { [section]: unreadable }), target, after(null))).toContain(
      'cannot be read',
    );
  }
});
