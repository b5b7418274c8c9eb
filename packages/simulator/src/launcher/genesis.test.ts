import { describe, expect, it } from 'vitest';
import { InnerTables } from '../cluster/inner-tables.ts';
import { planServers } from './cluster-plan.ts';
import { genesisTables } from './genesis.ts';

async function tablesOf(zones: number, serversPerZone: number, tenants: number): Promise<InnerTables> {
  const servers = await planServers({
    zones,
    serversPerZone,
    ipBase: '127.0.0.254',
    basePort: 2881,
    dataFolder: '/x',
  });
  const image = genesisTables({
    servers,
    tenants,
    version: '4.3.5',
    rootPassword: '',
    clusterName: 'c',
    clusterId: 1,
  });
  const tables = new InnerTables();
  tables.restore(image);
  return tables;
}

describe('the first state of a cluster', () => {
  it('counts addresses on across the last byte', async () => {
    const tables = await tablesOf(3, 1, 0);
    expect([...tables.servers.keys()]).toEqual(['127.0.0.254:2882', '127.0.0.255:2882', '127.0.1.0:2882']);
  });

  it('gives every stream one member in each zone, and every server a stream to lead', async () => {
    const tables = await tablesOf(3, 2, 2);
    for (const { members } of tables.streams.values()) {
      expect(members.map((member) => tables.servers.get(member)?.zone)).toEqual(['zone1', 'zone2', 'zone3']);
    }
    const preferred = [...tables.streams.values()].map(({ members, primaryZone }) =>
      members.find((member) => tables.servers.get(member)?.zone === primaryZone.split(';')[0]),
    );
    expect(new Set(preferred)).toEqual(new Set(tables.servers.keys()));
    expect([...tables.tenants.values()].map(({ tenantId, tenantType }) => [tenantId, tenantType])).toEqual([
      [1, 'SYS'],
      [1001, 'META'],
      [1002, 'USER'],
      [1003, 'META'],
      [1004, 'USER'],
    ]);
    expect(tables.units.size).toBe(3 + 6 + 6);
  });
});
