import { describe, expect, it } from 'vitest';
import { InnerTables } from '../cluster/inner-tables.ts';
import type { ServerRow } from '../cluster/rows.ts';
import { planServers } from '../launcher/cluster-plan.ts';
import { genesisTables } from '../launcher/genesis.ts';
import { planPlacement } from './placement.ts';

/** Three zones of two servers, a tenant with one unit in each zone, everything in service. */
async function tablesOf(units = 1): Promise<InnerTables> {
  const servers = await planServers({
    zones: 3,
    serversPerZone: 2,
    ipBase: '127.0.0.1',
    basePort: 2881,
    dataFolder: '/x',
  });
  const tables = new InnerTables();
  const tenants = [{ units }];
  const cluster = { version: '4.3.5', rootPassword: '', clusterName: 'c', clusterId: 1 } as const;
  tables.restore(genesisTables({ servers, tenants, ...cluster }));
  for (const server of tables.servers.keys()) change(tables, server, { startServiceTime: 1 });
  return tables;
}

function change(tables: InnerTables, server: string, more: Partial<ServerRow>): void {
  const row = tables.servers.get(server);
  if (row !== undefined) tables.servers.set(server, { ...row, ...more });
}

const first = '127.0.0.1:2882';
const second = '127.0.0.2:2882';
const nobody = () => false;

describe('planPlacement', () => {
  it('leaves a cluster alone that is as it should be', async () => {
    expect(planPlacement({ tables: await tablesOf(), isLost: nobody })).toEqual({
      unitMoves: [],
      unitsArrived: [],
      replicaSteps: [],
      emptied: [],
    });
  });

  it('moves units off a server that is being deleted, then replicas after them, then calls it empty', async () => {
    const tables = await tablesOf();
    change(tables, first, { status: 'DELETING' });
    const { unitMoves, emptied } = planPlacement({ tables, isLost: nobody });
    expect(unitMoves.map(([unit, target]) => [unit.tenantId, target])).toEqual([
      [1, second],
      [1002, second],
    ]);
    expect(emptied).toEqual([]);
    for (const [unit, target] of unitMoves)
      tables.units.set(String(unit.unitId), { ...unit, server: target, migrateFrom: first });
    const { replicaSteps, unitsArrived } = planPlacement({ tables, isLost: nobody });
    expect(unitsArrived).toEqual([]);
    expect(new Set(replicaSteps.map(({ type, add, remove }) => `${type} ${add} ${remove}`))).toEqual(
      new Set([`MIGRATE LS REPLICA ${second} ${first}`]),
    );
    expect(replicaSteps).toHaveLength(tables.streams.size);
    for (const [key, stream] of tables.streams) {
      const members = stream.members.map((member) => (member === first ? second : member));
      tables.streams.set(key, { ...stream, members });
    }
    const arrived = planPlacement({ tables, isLost: nobody });
    expect(arrived.unitsArrived).toHaveLength(2);
    expect(arrived.emptied).toEqual([]);
    for (const unit of arrived.unitsArrived)
      tables.units.set(String(unit.unitId), { ...unit, migrateFrom: '' });
    expect(planPlacement({ tables, isLost: nobody }).emptied).toEqual([first]);
  });

  it('finds no place where each server of the zone has a unit of the tenant already', async () => {
    const tables = await tablesOf(2);
    change(tables, first, { status: 'DELETING' });
    const { unitMoves } = planPlacement({ tables, isLost: nobody });
    expect(unitMoves.map(([unit]) => unit.tenantId)).toEqual([1]);
  });

  it('removes the replicas of a lost server without a substitute, but never below a majority', async () => {
    const tables = await tablesOf(2);
    change(tables, first, { lastOfflineTime: 1, startServiceTime: 0 });
    const isLost = (server: string) => server === first;
    const on = [...tables.streams.values()].filter(({ members }) => members.includes(first));
    const removals = planPlacement({ tables, isLost }).replicaSteps;
    expect(removals.map(({ stream }) => stream)).toEqual(on);
    expect(removals.every(({ type, remove }) => type === 'REMOVE LS PAXOS REPLICA' && remove === first)).toBe(
      true,
    );
    // Another member of some of them is away, too: those keep their members.
    change(tables, '127.0.0.3:2882', { lastOfflineTime: 1, startServiceTime: 0 });
    const left = planPlacement({ tables, isLost }).replicaSteps;
    expect(left.some(({ stream }) => stream.members.includes('127.0.0.3:2882'))).toBe(false);
  });

  it('fills a server that has returned', async () => {
    const tables = await tablesOf();
    for (const [key, stream] of tables.streams)
      tables.streams.set(key, { ...stream, members: stream.members.filter((member) => member !== first) });
    const { replicaSteps } = planPlacement({ tables, isLost: nobody });
    expect(replicaSteps).toHaveLength(tables.streams.size);
    expect(replicaSteps.every(({ type, add }) => type === 'ADD LS REPLICA' && add === first)).toBe(true);
  });
});
