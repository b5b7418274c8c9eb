import { expect, test } from 'vitest';
import type { ClusterSnapshot } from '../domain/cluster-snapshot.ts';
import { findHoldings } from './server-holdings.ts';
import { healthyRows, snapshotOf } from './snapshot-fixture.ts';

const healthySnapshot = () => snapshotOf(healthyRows());
const stranger = { ip: '10.0.9.9', rpcPort: 2882 };

function memberOf(snapshot: ClusterSnapshot) {
  const [replica] = snapshot.replicas.ok ? snapshot.replicas.rows : [];
  if (replica === undefined) throw new Error('the fixture has no replicas');
  return { ip: replica.ip, rpcPort: replica.rpcPort };
}

test('a server that no log stream knows holds nothing', () => {
  expect(findHoldings(healthySnapshot(), stranger)).toEqual([]);
});

test('a member holds replicas and votes, each named once', () => {
  const snapshot = healthySnapshot();
  const holdings = findHoldings(snapshot, memberOf(snapshot));
  expect(holdings).toContainEqual(expect.stringMatching(/^a replica of tenant \d+ log stream \d+$/));
  expect(holdings).toContainEqual(expect.stringMatching(/^a vote in tenant \d+ log stream \d+$/));
  expect(new Set(holdings as readonly string[]).size).toBe((holdings as readonly string[]).length);
});

test('a dead member still holds its vote, although it shows no replica', () => {
  const snapshot = healthySnapshot();
  const member = memberOf(snapshot);
  if (!snapshot.replicas.ok) throw new Error('unreadable');
  const rows = snapshot.replicas.rows.filter((row) => row.role === 'LEADER' || row.ip !== member.ip);
  const holdings = findHoldings({ ...snapshot, replicas: { ok: true, rows } }, member);
  expect(holdings).toContainEqual(expect.stringContaining('a vote in'));
});

test('what cannot be read is a reason, never nothing', () => {
  const snapshot = healthySnapshot();
  const unreadable = { ok: false, reason: 'timeout' } as const;
  for (const broken of [
    { ...snapshot, replicas: unreadable },
    { ...snapshot, logStreams: unreadable },
    { ...snapshot, leaders: unreadable },
    { ...snapshot, replicas: { ok: true, rows: [] } as const },
  ])
    expect(findHoldings(broken, stranger)).toHaveProperty('reason');
});

test('a log stream without a leader, or with an unreadable member list, hides who its members are', () => {
  const snapshot = healthySnapshot();
  if (!snapshot.replicas.ok) throw new Error('unreadable');
  const followers = snapshot.replicas.rows.map((row) => ({ ...row, role: 'FOLLOWER' }));
  expect(findHoldings({ ...snapshot, replicas: { ok: true, rows: followers } }, stranger)).toHaveProperty(
    'reason',
    expect.stringContaining('has no leader'),
  );
  const garbled = snapshot.replicas.rows.map((row) => ({ ...row, paxosMemberList: 'a:b:c' }));
  expect(findHoldings({ ...snapshot, replicas: { ok: true, rows: garbled } }, stranger)).toHaveProperty(
    'reason',
    expect.stringContaining('cannot be read'),
  );
});
