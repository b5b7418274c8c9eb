import { expect, test } from 'vitest';
import type { TenantRow } from '../domain/cluster-snapshot.ts';
import { address, healthyRows, serverRow, snapshotOf, unreadable } from './snapshot-fixture.ts';
import { planZoneAdd, planZoneDelete } from './zone-membership-plan.ts';

/** A fourth zone with one server that holds nothing, beside the three of the fixture. */
function withEmptyZone() {
  const rows = healthyRows();
  const [zone] = rows.zones;
  if (zone === undefined) throw new Error('the fixture has no zones');
  return {
    ...rows,
    zones: [...rows.zones, { ...zone, name: 'zone4' }],
    servers: [...rows.servers, serverRow(4, 1, {})],
  };
}

const newServer = address(4, 1);

function failuresOf(checks: ReturnType<typeof planZoneDelete>) {
  return checks.filter(({ result }) => result !== 'PASS').map(({ name, result }) => [name, result]);
}

test('an empty zone that no locality names may go', () => {
  expect(failuresOf(planZoneDelete(snapshotOf(withEmptyZone()), 'zone4', [newServer], ''))).toEqual([]);
});

test('a zone with data is kept: its tenants and its replicas are named', () => {
  const servers = healthyRows().servers.filter(({ zone }) => zone === 'zone1');
  const checks = planZoneDelete(snapshotOf(healthyRows()), 'zone1', servers, '');
  expect(failuresOf(checks)).toEqual([
    ['locality', 'FAIL'],
    ['holds-nothing', 'FAIL'],
  ]);
});

test('a locality that names a zone of a longer name, or a zone of before, is told apart', () => {
  const snapshot = snapshotOf(withEmptyZone());
  const named = (changes: Partial<TenantRow>) => {
    if (!snapshot.tenants.ok) throw new Error('the fixture has no tenants');
    const rows = snapshot.tenants.rows.map((tenant) => ({ ...tenant, ...changes }));
    const changed = { ...snapshot, tenants: { ok: true as const, rows } };
    return failuresOf(planZoneDelete(changed, 'zone4', [newServer], ''));
  };
  expect(named({ locality: 'FULL{1}@zone1, FULL{1}@zone40' })).toEqual([]);
  expect(named({ locality: 'FULL{1}@zone1, READONLY{ALL_SERVER}@zone4' })).toEqual([['locality', 'FAIL']]);
  expect(named({ previousLocality: 'FULL{1}@zone4' })).toEqual([['locality', 'FAIL']]);
});

test('while anything is stopped in another zone none is deleted', () => {
  const rows = withEmptyZone();
  const servers = rows.servers.map((row) => (row.zone === 'zone2' ? serverRow(2, 1, { stopTime: 5 }) : row));
  const zones = rows.zones.map((row) => (row.name === 'zone2' ? { ...row, status: 'INACTIVE' } : row));
  for (const changed of [
    { ...rows, servers },
    { ...rows, zones },
  ])
    expect(failuresOf(planZoneDelete(snapshotOf(changed), 'zone4', [newServer], ''))).toEqual([
      ['one-zone', 'FAIL'],
    ]);
});

test('a server that the request does not know keeps the zone', () => {
  expect(failuresOf(planZoneDelete(snapshotOf(withEmptyZone()), 'zone4', [], ''))).toEqual([
    ['servers-known', 'FAIL'],
  ]);
});

test.each(['servers', 'zones', 'tenants', 'replicas', 'logStreams', 'leaders'] as const)(
  'what cannot be read forbids a deletion: %s',
  (section) => {
    const snapshot = snapshotOf(withEmptyZone(), { [section]: unreadable });
    const results = planZoneDelete(snapshot, 'zone4', [newServer], '').map(({ result }) => result);
    expect(results).toContain('UNKNOWN');
  },
);

test('a zone is added under a free name, with servers that the cluster does not know', () => {
  const snapshot = snapshotOf(healthyRows());
  expect(failuresOf(planZoneAdd(snapshot, 'zone4', [newServer], ''))).toEqual([]);
  expect(failuresOf(planZoneAdd(snapshot, 'zone1', [address(1, 1)], ''))).toEqual([
    ['zone-name-free', 'FAIL'],
    ['address-free', 'FAIL'],
  ]);
  expect(failuresOf(planZoneAdd(undefined, 'zone4', [newServer], 'nobody answers'))).toEqual([
    ['cluster-reachable', 'UNKNOWN'],
  ]);
});
