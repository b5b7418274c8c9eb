/** Managed clusters and their zones. */
import type { Insertable, Kysely, Selectable, Transaction } from 'kysely';
import type { ClusterAccess, SqlEndpoint } from '../domain/cluster-access.ts';
import type { SecretBox } from '../security/secret-box.ts';
import { type ClusterPageRequest, listClusterPage } from './cluster-list.ts';
import type { MetadataDatabase } from './database.ts';
import { hiddenPhases } from './hidden-phases.ts';
import { fetchKept } from './kept-queries.ts';
import { createLookTimes } from './look-times.ts';
import { removeCluster, removeMembers } from './moved-out-clusters.ts';
import type { Database } from './schema.ts';
import { notJoined } from './servers.ts';
import { type StepWriter, writeFenced } from './step-fence.ts';

export type ClusterPhase = 'TAKINGOVER' | 'MANAGED' | 'MOVED_OUT';

export interface Cluster {
  readonly id: number;
  readonly name: string;
  readonly obClusterId: number;
  readonly obVersion: string;
  readonly phase: ClusterPhase;
  readonly tenantCount: number;
  readonly syncTime: number | null;
  readonly unreachableReason: string | null;
  readonly creatorId: number;
  readonly creatorName: string;
  readonly createTime: number;
  readonly updateTime: number;
}

export interface NewCluster {
  readonly name: string;
  readonly obClusterId: number;
  readonly obVersion: string;
  readonly sysUser: string;
  readonly sysPassword: string;
  readonly seed: { readonly ip: string; readonly sqlPort: number };
  readonly creator: { readonly id: number; readonly name: string };
}

/** What a complete look showed of the cluster itself. */
export interface SeenCluster {
  readonly obVersion: string;
  /** Undefined when it could not be read. */
  readonly tenantCount: number | undefined;
}

export type ClusterStore = ReturnType<typeof createClusterStore>;

/** @param clock epoch milliseconds. */
export function createClusterStore(database: MetadataDatabase, box: SecretBox, clock: () => number) {
  const { db } = database;
  const lookTimes = createLookTimes(db);
  return {
    /** Prepares a cluster, not shown before its take-over begins, or renews how to reach one. @returns its id. */
    insert: (cluster: NewCluster) => insertCluster(database, box, clock(), cluster),
    fetch: (id: number) => fetchCluster(db, id),
    /** By the kernel's name and id, which together name a cluster. */
    async fetchByKernelName(name: string, obClusterId: number): Promise<Cluster | undefined> {
      const row = await db
        .selectFrom('cluster')
        .selectAll()
        .where('name', '=', name)
        .where('ob_cluster_id', '=', obClusterId)
        .executeTakeFirst();
      return row === undefined ? undefined : toCluster(row);
    },
    async list(): Promise<Cluster[]> {
      const { rows } = await listClusterPage(db, { sort: { field: 'id', direction: 'asc' } });
      return rows.map(toCluster);
    },
    async page(request: ClusterPageRequest): Promise<{ clusters: Cluster[]; total: number }> {
      const { rows, total } = await listClusterPage(db, request);
      return { clusters: rows.map(toCluster), total };
    },
    /** @throws Error when the cluster does not exist, or its password cannot be opened. */
    fetchAccess: (id: number) => fetchAccess(db, box, id),
    saveManaged: (id: number, writer?: StepWriter) =>
      writeFenced(database, writer, (transaction) => savePhase(transaction, clock(), id, 'MANAGED')),
    /** A take-over begins, or begins again. */
    saveTakingOver: (id: number, writer?: StepWriter) =>
      writeFenced(database, writer, (transaction) =>
        savePhase(transaction, clock(), id, 'TAKINGOVER', 'FORGOTTEN'),
      ),
    /** @param urgency a look for which nobody waits, and that finds nothing new, is written with the next others. */
    async saveReachable(id: number, seen: SeenCluster, urgency: 'now' | 'soon' = 'now'): Promise<void> {
      if (urgency === 'soon' && (await isUnchanged(db, id, seen))) await lookTimes.save(id, clock());
      else await saveReachable(db, clock(), id, seen);
    },
    /** The same reason again is not written: the time of the last change stays. */
    async saveUnreachable(id: number, why: string): Promise<void> {
      const reason = why.slice(0, longestReason);
      if ((await fetchCluster(db, id))?.unreachableReason === reason) return;
      await db
        .updateTable('cluster')
        .set({ unreachable_reason: reason, update_time: clock() })
        .where('id', '=', id)
        .execute();
    },
    /** Removes all that is known of a cluster but how to reach it, which a retry of its take-over needs. */
    forget: (id: number, writer?: StepWriter) =>
      writeFenced(database, writer, (transaction) => forgetCluster(transaction, clock(), id)),
  };
}

async function isUnchanged(db: Kysely<Database>, id: number, seen: SeenCluster): Promise<boolean> {
  const row = await db
    .selectFrom('cluster')
    .select(['ob_version', 'tenant_count', 'unreachable_reason'])
    .where('id', '=', id)
    .executeTakeFirst();
  return (
    row !== undefined &&
    row.ob_version === seen.obVersion &&
    row.tenant_count === (seen.tenantCount ?? row.tenant_count) &&
    row.unreachable_reason === null
  );
}

async function saveReachable(
  db: Kysely<Database>,
  now: number,
  id: number,
  { obVersion, tenantCount }: SeenCluster,
): Promise<void> {
  await db
    .updateTable('cluster')
    .set({
      ob_version: obVersion,
      ...(tenantCount === undefined ? {} : { tenant_count: tenantCount }),
      sync_time: now,
      unreachable_reason: null,
      update_time: now,
    })
    .where('id', '=', id)
    .execute();
}

const longestReason = 2_000;

/** What a sealed password of root@sys belongs to. */
export function passwordPurpose(cluster: { readonly name: string; readonly obClusterId: number }): string {
  return `cluster ${cluster.name}:${cluster.obClusterId} sys password`;
}

async function insertCluster(
  database: MetadataDatabase,
  box: SecretBox,
  now: number,
  cluster: NewCluster,
): Promise<number> {
  const values = {
    ob_version: cluster.obVersion,
    sys_user: cluster.sysUser,
    sys_password: box.seal(cluster.sysPassword, passwordPurpose(cluster)),
    seed_ip: cluster.seed.ip,
    seed_sql_port: cluster.seed.sqlPort,
    creator_id: cluster.creator.id,
    creator_name: cluster.creator.name,
    update_time: now,
  };
  return database.transaction(async (transaction) => {
    const found = await transaction
      .selectFrom('cluster')
      .selectAll()
      .where('name', '=', cluster.name)
      .where('ob_cluster_id', '=', cluster.obClusterId)
      .executeTakeFirst();
    if (found?.phase === 'MOVED_OUT') await removeCluster(transaction, found);
    else if (found !== undefined) {
      await transaction.updateTable('cluster').set(values).where('id', '=', found.id).execute();
      return found.id;
    }
    const row: Insertable<Database['cluster']> = {
      ...values,
      phase: 'FORGOTTEN',
      name: cluster.name,
      ob_cluster_id: cluster.obClusterId,
      tenant_count: 0,
      sync_time: null,
      unreachable_reason: null,
      create_time: now,
    };
    const inserted = await transaction.insertInto('cluster').values(row).executeTakeFirstOrThrow();
    return Number(inserted.insertId);
  });
}

async function fetchCluster(db: Kysely<Database>, id: number): Promise<Cluster | undefined> {
  const row = await fetchKept(db, 'cluster', [id], (place) =>
    db.selectFrom('cluster').selectAll().where('id', '=', place).where('phase', 'not in', hiddenPhases),
  );
  return row === undefined ? undefined : toCluster(row);
}

async function fetchAccess(db: Kysely<Database>, box: SecretBox, id: number): Promise<ClusterAccess> {
  const row = await db.selectFrom('cluster').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) throw new Error(`cluster ${id} is not managed`);
  const servers = await db
    .selectFrom('server')
    .select(['ip', 'rpc_port', 'sql_port', 'inner_status', 'stop_time'])
    .where('cluster_id', '=', id)
    // One that is only being added is not a way into the cluster yet.
    .where('kernel_id', '<>', notJoined)
    .orderBy('id')
    .execute();
  // Servers in service first: the others may well be down.
  const isServing = (server: (typeof servers)[number]) =>
    server.inner_status === 'ACTIVE' && server.stop_time === null;
  const ordered = [...servers.filter(isServing), ...servers.filter((server) => !isServing(server))];
  const endpoints: SqlEndpoint[] = ordered.map((server) => ({
    ip: server.ip,
    rpcPort: server.rpc_port,
    sqlPort: server.sql_port,
  }));
  // Before the first look the seed's RPC port is not known; no address has port 0.
  if (endpoints.length === 0) endpoints.push({ ip: row.seed_ip, rpcPort: 0, sqlPort: row.seed_sql_port });
  const user = row.sys_user;
  const purpose = passwordPurpose({ name: row.name, obClusterId: row.ob_cluster_id });
  const change = await db
    .selectFrom('password_change')
    .select('new_password')
    .where('cluster_id', '=', id)
    .executeTakeFirst();
  return {
    key: `cluster-${id}`,
    endpoints,
    credentials: { user, password: box.open(row.sys_password, purpose) },
    ...(change === undefined ? {} : { next: { user, password: box.open(change.new_password, purpose) } }),
  };
}

/** @param from the only phase in which that is a change; any when absent. */
async function savePhase(
  transaction: Transaction<Database>,
  now: number,
  id: number,
  phase: string,
  from?: string,
): Promise<void> {
  const all = transaction.updateTable('cluster').set({ phase, update_time: now }).where('id', '=', id);
  await (from === undefined ? all : all.where('phase', '=', from)).execute();
}

async function forgetCluster(transaction: Transaction<Database>, now: number, id: number): Promise<void> {
  await removeMembers(transaction, id);
  await transaction
    .updateTable('cluster')
    .set({
      phase: 'FORGOTTEN',
      tenant_count: 0,
      sync_time: null,
      unreachable_reason: null,
      update_time: now,
    })
    .where('id', '=', id)
    .execute();
}

function toCluster(row: Selectable<Database['cluster']>): Cluster {
  return {
    id: row.id,
    name: row.name,
    obClusterId: row.ob_cluster_id,
    obVersion: row.ob_version,
    phase: row.phase === 'MANAGED' || row.phase === 'MOVED_OUT' ? row.phase : 'TAKINGOVER',
    tenantCount: row.tenant_count,
    syncTime: row.sync_time,
    unreachableReason: row.unreachable_reason,
    creatorId: row.creator_id,
    creatorName: row.creator_name,
    createTime: row.create_time,
    updateTime: row.update_time,
  };
}
