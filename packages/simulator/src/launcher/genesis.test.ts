import { describe, expect, it } from 'vitest';
import { InnerTables } from '../cluster/inner-tables.ts';
import { planServers } from './cluster-plan.ts';
import { genesisTables } from './genesis.ts';
import { checkTenants, parseTenantSpec, type TenantSpec } from './tenant-spec.ts';

async function tablesOf(
  zones: number,
  serversPerZone: number,
  tenants: readonly TenantSpec[],
): Promise<InnerTables> {
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
    const tables = await tablesOf(3, 1, []);
    expect([...tables.servers.keys()]).toEqual(['127.0.0.254:2882', '127.0.0.255:2882', '127.0.1.0:2882']);
  });

  it('gives every stream one member in each zone, and every server a stream to lead', async () => {
    const tables = await tablesOf(3, 2, [{}, {}]);
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

  it('gives tenants their own number of replicas, primary zones, units and roles', async () => {
    const tables = await tablesOf(5, 2, [
      { name: 'one', replicas: 1 },
      { name: 'two', replicas: 2, units: 1 },
      { replicas: 3, primaryZone: 'zone2,zone3;zone1', role: 'STANDBY' },
      {},
    ]);
    const tenants = [...tables.tenants.values()].filter(({ tenantType }) => tenantType === 'USER');
    expect(tenants.map((row) => [row.tenantName, row.paxosReplicaNum, row.unitNum, row.tenantRole])).toEqual([
      ['one', 1, 2, 'PRIMARY'],
      ['two', 2, 1, 'PRIMARY'],
      ['tenant3', 3, 2, 'STANDBY'],
      ['tenant4', 5, 2, 'PRIMARY'],
    ]);
    const streams = (id: number) => [...tables.streams.values()].filter(({ tenantId }) => tenantId === id);
    expect(streams(1002).map(({ members }) => members.length)).toEqual([1, 1, 1]);
    expect(streams(1006).map(({ primaryZone }) => primaryZone)).toEqual(
      expect.arrayContaining(['zone2;zone3;zone1', 'zone3;zone2;zone1']),
    );
    expect(streams(1006).filter(({ lsId }) => lsId > 1000)).toHaveLength(4);
    expect(streams(1008).filter(({ lsId }) => lsId > 1000)).toHaveLength(10);
    expect(tables.tenants.get('1005')).toMatchObject({ tenantType: 'META', tenantRole: 'PRIMARY' });
  });

  it.each([
    [{ replicas: 4 }, 'replicas must be from 1 to the number of zones, 3'],
    [{ units: 3 }, 'units must be from 1 to the servers of a zone, 2'],
    [{ replicas: 1, primaryZone: 'zone2' }, 'primary zone zone2 is none of its zones zone1'],
    [{ name: 'sys' }, 'another tenant of this name'],
  ])('refuses the tenant %j', (spec, text) => {
    expect(() => checkTenants([spec], ['zone1', 'zone2', 'zone3'], 2)).toThrow(text);
  });

  it('reads a tenant from the command line', () => {
    expect(
      parseTenantSpec('name=pay,replicas=2,primary-zone=zone1/zone2+zone3,role=standby,units=1'),
    ).toEqual({
      name: 'pay',
      replicas: 2,
      primaryZone: 'zone1;zone2,zone3',
      role: 'STANDBY',
      units: 1,
    });
    expect(() => parseTenantSpec('size=big')).toThrow("not 'size=big'");
  });
});
