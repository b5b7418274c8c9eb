import { expect, test } from 'vitest';
import { serverRow } from './snapshot-fixture.ts';
import { findTakeOverFindings, type TakeOverSubject } from './take-over-findings.ts';

const servers = [serverRow(1, 1), serverRow(2, 1), serverRow(3, 1)];
const zone = { name: 'zone1', status: 'ACTIVE', region: '', idc: '', type: 'ReadWrite' };
const fine: TakeOverSubject = {
  address: servers[0]?.ip ?? '',
  port: servers[0]?.sqlPort ?? 0,
  name: 'shop',
  obClusterId: 7,
  servers: { ok: true, rows: servers },
  zones: { ok: true, rows: [zone] },
  known: undefined,
  agentHosts: servers.map(({ ip }) => ip),
  missing: [],
};

test('a healthy cluster with its agents has no findings', () => {
  expect(findTakeOverFindings(fine)).toEqual({ obstacles: [], notes: [] });
});

test.each<[string, Partial<TakeOverSubject>, RegExp]>([
  ['does not tell its name', { name: undefined }, /name and id/],
  ['shows no servers', { servers: { ok: true, rows: [] } }, /no rows in DBA_OB_SERVERS/],
  ['cannot show its zones', { zones: { ok: false, reason: 'error 1142' } }, /DBA_OB_ZONES.*error 1142/],
  [
    'has a server of version 3',
    { servers: { ok: true, rows: [serverRow(1, 1, { buildVersion: '3.1.2_1-ab(x)' })] } },
    /older are .*3\.1\.2/,
  ],
  ['was reached through a proxy', { port: 2883 }, /not of a proxy/],
  ['is known', { known: 'It is managed.' }, /managed/],
  ['refers to what is not there', { missing: ['There is no host type 5.'] }, /host type 5/],
])('a cluster that %s is not taken over', (_name, changes, expected) => {
  const { obstacles } = findTakeOverFindings({ ...fine, ...changes });
  expect(obstacles).toHaveLength(1);
  expect(obstacles[0]).toMatch(expected);
});

test('every finding is told, not only the first', () => {
  const sick = { ...fine, name: undefined, known: 'It is managed.', missing: ['a', 'b'] };
  expect(findTakeOverFindings(sick).obstacles).toHaveLength(4);
});

test('a sick or stopped server is worth a note and no obstacle; so is a host without an agent', () => {
  const rows = [serverRow(1, 1, { status: 'INACTIVE' }), serverRow(2, 1, { stopTime: 5 }), serverRow(3, 1)];
  const { obstacles, notes } = findTakeOverFindings({
    ...fine,
    servers: { ok: true, rows },
    agentHosts: ['10.9.9.9'],
  });
  expect(obstacles).toEqual([]);
  expect(notes).toMatchObject([
    expect.stringMatching(/is INACTIVE/),
    expect.stringMatching(/is stopped/),
    expect.stringMatching(/No agent was named/),
    expect.stringMatching(/10\.9\.9\.9, which is no host/),
  ]);
});
