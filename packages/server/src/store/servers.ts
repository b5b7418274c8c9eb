/** OBServers of managed clusters: what the kernel showed, what the agent saw, and what we intend. */
import type { Generated, Kysely, Selectable } from 'kysely';
import type { ServerRow } from '../domain/cluster-snapshot.ts';
import { isSameAddress } from '../domain/server-address.ts';
import type { ServerIntent } from '../planning/status.ts';
import type { MetadataDatabase } from './database.ts';
import { ensureHost } from './hosts.ts';
import type { Database } from './schema.ts';

export interface ServerTable {
  id: Generated<number>;
  cluster_id: number;
  zone_name: string;
  ip: string;
  rpc_port: number;
  sql_port: number;
  kernel_id: number;
  version: string;
  with_root_server: number;
  /** STATUS of DBA_OB_SERVERS; null when the server has no row there any more. */
  inner_status: string | null;
  start_service_time: number | null;
  stop_time: number | null;
  last_offline_time: number | null;
  /** up, absent or unknown, by the agent of the host. */
  process: string;
  agent_url: string | null;
  home: string | null;
  intent: string;
  create_time: number;
  update_time: number;
}

export interface Server {
  readonly id: number;
  readonly clusterId: number;
  readonly hostId: number;
  readonly zoneName: string;
  readonly ip: string;
  readonly rpcPort: number;
  readonly sqlPort: number;
  readonly kernelId: number;
  readonly version: string;
  readonly withRootServer: boolean;
  readonly innerStatus: string | null;
  readonly startServiceTime: number | null;
  readonly stopTime: number | null;
  readonly lastOfflineTime: number | null;
  readonly process: 'up' | 'absent' | 'unknown';
  readonly agentUrl: string | null;
  readonly home: string | null;
  readonly intent: ServerIntent;
  readonly updateTime: number;
}

export type ServerStore = ReturnType<typeof createServerStore>;

/** @param clock epoch milliseconds. */
export function createServerStore(database: MetadataDatabase, clock: () => number) {
  const { db } = database;
  const update = (id: number, values: Partial<Selectable<ServerTable>>) =>
    db
      .updateTable('server')
      .set({ ...values, update_time: clock() })
      .where('id', '=', id)
      .execute();
  return {
    /** @returns undefined when the cluster has no such server, also when another cluster has it. */
    async fetch(clusterId: number, id: number): Promise<Server | undefined> {
      const row = await selectServers(db)
        .where('cluster_id', '=', clusterId)
        .where('server.id', '=', id)
        .executeTakeFirst();
      return row === undefined ? undefined : toServer(row);
    },
    async list(clusterIds: readonly number[]): Promise<Server[]> {
      if (clusterIds.length === 0) return [];
      const rows = await selectServers(db)
        .where('cluster_id', 'in', clusterIds)
        .orderBy('server.id')
        .execute();
      return rows.map(toServer);
    },
    /** Servers that an operation of ours left stopped. */
    async listStoppedByUs(clusterId: number): Promise<Server[]> {
      const rows = await selectServers(db)
        .where('cluster_id', '=', clusterId)
        .where('intent', '<>', 'RUNNING')
        .orderBy('server.id')
        .execute();
      return rows.map(toServer);
    },
    /** Makes the stored servers equal to what the kernel shows; ids, agents and intents of known ones stay. */
    saveAll: (clusterId: number, rows: readonly ServerRow[]) =>
      saveServers(database, clock(), clusterId, rows),
    updateIntent: (id: number, intent: ServerIntent) => update(id, { intent }),
    saveProcess: (id: number, process: Server['process']) => update(id, { process }),
    saveAgent: (id: number, agent: { readonly url: string; readonly home: string }) =>
      update(id, { agent_url: agent.url, home: agent.home }),
  };
}

async function saveServers(
  database: MetadataDatabase,
  now: number,
  clusterId: number,
  rows: readonly ServerRow[],
): Promise<void> {
  await database.transaction(async (transaction) => {
    const stored = (await selectServers(transaction).where('cluster_id', '=', clusterId).execute()).map(
      toServer,
    );
    for (const row of rows) {
      const known = stored.find((server) => isSameAddress(server, row));
      const values = {
        zone_name: row.zone,
        sql_port: row.sqlPort,
        kernel_id: row.kernelId,
        version: row.buildVersion,
        with_root_server: row.withRootServer ? 1 : 0,
        inner_status: row.status,
        start_service_time: row.startServiceTime,
        stop_time: row.stopTime,
        last_offline_time: row.lastOfflineTime,
        update_time: now,
      };
      if (known !== undefined) {
        await transaction.updateTable('server').set(values).where('id', '=', known.id).execute();
        continue;
      }
      await ensureHost(transaction, row.ip, now);
      await transaction
        .insertInto('server')
        .values({
          ...values,
          cluster_id: clusterId,
          ip: row.ip,
          rpc_port: row.rpcPort,
          process: 'unknown',
          agent_url: null,
          home: null,
          intent: 'RUNNING',
          create_time: now,
        })
        .execute();
    }
    for (const server of stored) {
      if (rows.some((row) => isSameAddress(row, server))) continue;
      await transaction
        .updateTable('server')
        .set({ inner_status: null, update_time: now })
        .where('id', '=', server.id)
        .execute();
    }
  });
}

function selectServers(db: Kysely<Database>) {
  return db
    .selectFrom('server')
    .innerJoin('host', 'host.ip', 'server.ip')
    .selectAll('server')
    .select('host.id as host_id');
}

function toServer(row: Selectable<ServerTable> & { readonly host_id: number }): Server {
  return {
    id: row.id,
    clusterId: row.cluster_id,
    hostId: row.host_id,
    zoneName: row.zone_name,
    ip: row.ip,
    rpcPort: row.rpc_port,
    sqlPort: row.sql_port,
    kernelId: row.kernel_id,
    version: row.version,
    withRootServer: row.with_root_server === 1,
    innerStatus: row.inner_status,
    startServiceTime: row.start_service_time,
    stopTime: row.stop_time,
    lastOfflineTime: row.last_offline_time,
    process: row.process === 'up' || row.process === 'absent' ? row.process : 'unknown',
    agentUrl: row.agent_url,
    home: row.home,
    intent: row.intent === 'SERVICE_STOPPED' || row.intent === 'PROCESS_STOPPED' ? row.intent : 'RUNNING',
    updateTime: row.update_time,
  };
}
