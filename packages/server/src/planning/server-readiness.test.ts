import { expect, test } from 'vitest';
import { findUnready } from './server-readiness.ts';
import { address, healthyRows, serverRow, snapshotOf, unreadable } from './snapshot-fixture.ts';

const target = address(1, 1);

function withTarget(changes: Parameters<typeof serverRow>[2]) {
  const rows = healthyRows();
  return {
    ...rows,
    servers: rows.servers.map((row) => (row.ip === target.ip ? serverRow(1, 1, changes) : row)),
  };
}

test('a server is ready when it is ACTIVE, in service since its restart, and caught up', () => {
  expect(findUnready(snapshotOf(withTarget({ startServiceTime: 9 })), target, 1)).toBeUndefined();
});

test('until the kernel has noticed the restart, what it shows is of the process before', () => {
  expect(findUnready(snapshotOf(withTarget({ startServiceTime: 1 })), target, 1)).toContain(
    'as before its restart',
  );
});

test.each([
  ['INACTIVE', { status: 'INACTIVE' }, 'is INACTIVE'],
  ['ACTIVE and still booting', { startServiceTime: null }, 'has not started service'],
])('a server that is %s is not ready', (_name, changes, reason) => {
  expect(findUnready(snapshotOf(withTarget(changes)), target, null)).toContain(reason);
});

test('a server whose replica is more than 5 s behind its leader is catching up', () => {
  const rows = healthyRows();
  const replicas = rows.replicas.map((row) =>
    row.tenantId === 1002 && row.ip === '10.0.1.2' ? { ...row, endScn: row.endScn - 6_000_000_000n } : row,
  );
  const behind = address(1, 2);
  expect(findUnready(snapshotOf({ ...rows, replicas }), behind, null)).toBe(
    'catching up: tenant 1002 log stream 1001',
  );
});

test('nothing is ready that cannot be seen', () => {
  expect(findUnready(undefined, target, null)).toContain('no server');
  for (const section of ['servers', 'replicas'] as const) {
    expect(findUnready(snapshotOf(healthyRows(), { [section]: unreadable }), target, null)).toContain(
      'cannot be read',
    );
  }
});
