/** OBServers of managed clusters: what the kernel showed, what the agent saw, and what we intend. */
import type { Kysely, Selectable, Transaction } from 'kysely';
import type { ServerRow } from '../domain/cluster-snapshot.ts';
import { isSameAddress } from '../domain/server-address.ts';
import type { ServerIntents } from '../planning/intents.ts';
import type { MetadataDatabase } from './database.ts';
import { ensureHost } from './hosts.ts';
import { listKept } from './kept-queries.ts';
import { isStillThere } from './moved-out-clusters.ts';
import type { Database } from './schema.ts';
import {
  type ListedServer,
  listedColumns,
  type Server,
  selectServers,
  toListedServer,
  toServer,
} from './server-rows.ts';
import { type StepWriter, writeFenced } from './step-fence.ts';

export type { ListedServer, Server };

export interface SavedServers {
  readonly before: readonly Server[];
  readonly after: readonly Server[];
}

/** A server before it belongs to its cluster. */
export interface NewServer {
  readonly clusterId: number;
  readonly zoneName: string;
  readonly ip: string;
  readonly rpcPort: number;
  readonly sqlPort: number;
  readonly agentUrl: string;
  readonly home: string;
}

/** The kernel gives no server this id. */
export const notJoined = 0;

export type ServerStore = ReturnType<typeof createServerStore>;

/** @param clock epoch milliseconds. */
export function createServerStore(database: MetadataDatabase, clock: () => number) {
  const { db } = database;
  const update = (id: number, values: Partial<Selectable<Database['server']>>) =>
    db
      .updateTable('server')
      .set({ ...values, update_time: clock() })
      .where('id', '=', id)
      .execute();
  const all = () => selectServers(db);
  return {
    /** @returns undefined when the cluster has no such server, also when another cluster has it. */
    async fetch(clusterId: number, id: number): Promise<Server | undefined> {
      const row = await all()
        .where('server.cluster_id', '=', clusterId)
        .where('server.id', '=', id)
        .executeTakeFirst();
      return row === undefined ? undefined : toServer(row);
    },
    list: (clusterIds: readonly number[]) => listServers(db, clusterIds),
    /** For lists of clusters, where a page has a hundred servers. */
    async listBriefly(clusterIds: readonly number[]): Promise<ListedServer[]> {
      if (clusterIds.length === 0) return [];
      const rows = await listKept(db, 'servers of listed clusters', clusterIds, (...ids) =>
        db.selectFrom('server').select(listedColumns).where('cluster_id', 'in', ids).orderBy('id'),
      );
      return rows.map(toListedServer);
    },
    /** Whatever their clusters. */
    async listOnHosts(ips: readonly string[]): Promise<Server[]> {
      if (ips.length === 0) return [];
      const rows = await listKept(db, 'servers on hosts', ips, (...places) =>
        all().where('server.ip', 'in', places),
      );
      return rows.map(toServer);
    },
    /** Servers that an operation of ours left stopped. */
    async listStoppedByUs(clusterId: number): Promise<Server[]> {
      const rows = await all()
        .where('server.cluster_id', '=', clusterId)
        .where('server.intent', '<>', 'RUNNING')
        .execute();
      return rows.map(toServer);
    },
    /** Stores a server that is to be added to its cluster; the same one again keeps its id. @returns its id. */
    reserve: (server: NewServer, writer?: StepWriter) =>
      writeFenced(database, writer, (transaction) => reserveServer(transaction, clock(), server)),
    /** Forgets a server that the kernel does not show, or does not show any more, with what it was meant to be. */
    forget: (id: number, writer?: StepWriter) =>
      writeFenced(database, writer, (transaction) => forgetServer(transaction, id)),
    /** The home may hold another server from now on. */
    releaseHome: (id: number, writer?: StepWriter) =>
      writeFenced(database, writer, (transaction) =>
        transaction
          .updateTable('server')
          .set({ agent_url: null, home: null, update_time: clock() })
          .where('id', '=', id)
          .execute(),
      ),
    /**
     * Makes the stored servers equal to what the kernel shows; ids, agents and intents of known ones stay. Most looks find
     * nothing new: then nothing is written, and the time of the last change stays.
     * @returns the stored ones, before and after.
     */
    async saveAll(clusterId: number, rows: readonly ServerRow[]): Promise<SavedServers> {
      const before = await listServers(db, [clusterId]);
      if (isShown(before, rows)) return { before, after: before };
      await saveServers(database, clock(), clusterId, rows);
      return { before, after: await listServers(db, [clusterId]) };
    },
    updateIntents: (id: number, intents: ServerIntents, writer?: StepWriter) =>
      writeFenced(database, writer, (transaction) => saveIntents(transaction, clock(), id, intents)),
    saveProcess: (id: number, process: Server['process']) => update(id, { process }),
    saveAgent: (id: number, agent: { readonly url: string; readonly home: string }) =>
      update(id, { agent_url: agent.url, home: agent.home }),
  };
}

async function saveIntents(
  transaction: Transaction<Database>,
  now: number,
  id: number,
  { intent, ownIntent }: ServerIntents,
): Promise<void> {
  await transaction.updateTable('server').set({ intent, update_time: now }).where('id', '=', id).execute();
  await transaction.deleteFrom('server_own_intent').where('server_id', '=', id).execute();
  await transaction.insertInto('server_own_intent').values({ server_id: id, intent: ownIntent }).execute();
}

async function forgetServer(transaction: Transaction<Database>, id: number): Promise<void> {
  const { numDeletedRows } = await transaction
    .deleteFrom('server')
    .where('id', '=', id)
    .where('inner_status', 'is', null)
    .executeTakeFirst();
  if (numDeletedRows > 0n)
    await transaction.deleteFrom('server_own_intent').where('server_id', '=', id).execute();
}

async function reserveServer(
  transaction: Transaction<Database>,
  now: number,
  server: NewServer,
): Promise<number> {
  const { clusterId, ip, rpcPort } = server;
  await ensureHost(transaction, ip, now);
  const found = await transaction
    .selectFrom('server')
    .select('id')
    .where('cluster_id', '=', clusterId)
    .where('ip', '=', ip)
    .where('rpc_port', '=', rpcPort)
    .executeTakeFirst();
  const values = {
    zone_name: server.zoneName,
    sql_port: server.sqlPort,
    agent_url: server.agentUrl,
    home: server.home,
    kernel_id: notJoined,
    update_time: now,
  };
  if (found !== undefined) {
    await transaction.updateTable('server').set(values).where('id', '=', found.id).execute();
    return found.id;
  }
  const inserted = await transaction
    .insertInto('server')
    .values({
      ...values,
      cluster_id: clusterId,
      ip,
      rpc_port: rpcPort,
      version: '',
      with_root_server: 0,
      inner_status: null,
      start_service_time: null,
      stop_time: null,
      last_offline_time: null,
      process: 'unknown',
      intent: 'RUNNING',
      create_time: now,
    })
    .executeTakeFirstOrThrow();
  return Number(inserted.insertId);
}

async function listServers(db: Kysely<Database>, clusterIds: readonly number[]): Promise<Server[]> {
  if (clusterIds.length === 0) return [];
  const rows = await listKept(db, 'servers of clusters', clusterIds, (...ids) =>
    selectServers(db).where('server.cluster_id', 'in', ids),
  );
  return rows.map(toServer);
}

/** Whether the kernel shows just what is stored, and none is stored that it does not show any more. */
function isShown(stored: readonly Server[], rows: readonly ServerRow[]): boolean {
  const known = stored.filter((server) => rows.some((row) => isSameAddress(row, server)));
  return (
    rows.every((row) => known.some((server) => isSameAddress(server, row) && isUnchanged(server, row))) &&
    stored.every((server) => known.includes(server) || server.innerStatus === null)
  );
}

function isUnchanged(server: Server, row: ServerRow): boolean {
  return (
    server.zoneName === row.zone &&
    server.sqlPort === row.sqlPort &&
    server.kernelId === row.kernelId &&
    server.version === row.buildVersion &&
    server.withRootServer === row.withRootServer &&
    server.innerStatus === row.status &&
    server.startServiceTime === row.startServiceTime &&
    server.stopTime === row.stopTime &&
    server.lastOfflineTime === row.lastOfflineTime
  );
}

async function saveServers(
  database: MetadataDatabase,
  now: number,
  clusterId: number,
  rows: readonly ServerRow[],
): Promise<void> {
  await database.transaction(async (transaction) => {
    if (!(await isStillThere(database, transaction, clusterId))) return;
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
      if (known !== undefined && isUnchanged(known, row)) continue;
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
      if (server.innerStatus === null || rows.some((row) => isSameAddress(row, server))) continue;
      await transaction
        .updateTable('server')
        .set({ inner_status: null, update_time: now })
        .where('id', '=', server.id)
        .execute();
    }
  });
}
