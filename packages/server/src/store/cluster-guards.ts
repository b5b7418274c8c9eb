/**
 * What this control plane has last written into the row of each managed cluster, and what it is about to write. Instances
 * that share the metadata are one control plane: they share these rows.
 */
import { randomUUID } from 'node:crypto';
import type { Kysely, Selectable } from 'kysely';
import type { MetadataDatabase } from './database.ts';
import type { Database } from './schema.ts';
import { isDuplicateKey } from './transaction.ts';

export interface ClusterGuardRecord {
  readonly enabled: boolean;
  readonly adopts: boolean;
  readonly revision: number;
  readonly token: string;
  readonly pendingToken: string | null;
  readonly lastTaskId: number;
}

/** What somebody wants of the guard from now on. */
interface GuardWish {
  readonly enabled: boolean;
  readonly adopts: boolean;
}

export type ClusterGuardStore = ReturnType<typeof createClusterGuardStore>;

/** @param clock epoch milliseconds. */
export function createClusterGuardStore({ db }: MetadataDatabase, clock: () => number) {
  return {
    /** Who this control plane is: made up once, kept with the metadata, and so in its backups. */
    fetchIdentity: () => fetchIdentity(db),
    async fetch(clusterId: number): Promise<ClusterGuardRecord | undefined> {
      const row = await db
        .selectFrom('cluster_guard')
        .selectAll()
        .where('cluster_id', '=', clusterId)
        .executeTakeFirst();
      return row === undefined ? undefined : toRecord(row);
    },
    /** What is wanted from now on; what was written stays known. */
    saveWish: (clusterId: number, wish: GuardWish) => saveWish(db, clusterId, wish, clock()),
    /** The intent, durable before the write. Without effect when another write is pending or was made. */
    async begin(
      clusterId: number,
      { revision, token }: ClusterGuardRecord,
      pendingToken: string,
    ): Promise<void> {
      await db
        .updateTable('cluster_guard')
        .set({ pending_token: pendingToken, update_time: clock() })
        .where('cluster_id', '=', clusterId)
        .where('revision', '=', revision)
        .where('token', '=', token)
        .where('pending_token', 'is', null)
        .execute();
    },
    /** The pending write is known to be in the cluster. */
    async confirm(clusterId: number, revision: number, pendingToken: string, taskId: number): Promise<void> {
      const confirmed = {
        revision,
        token: pendingToken,
        pending_token: null,
        adopts: 0,
        last_task_id: taskId,
      };
      await db
        .updateTable('cluster_guard')
        .set({ ...confirmed, update_time: clock() })
        .where('cluster_id', '=', clusterId)
        .where('pending_token', '=', pendingToken)
        .execute();
    },
    /** The row as it was seen is the one that the next write goes out from: after a release, or on request. */
    async startFrom(
      clusterId: number,
      { revision, token }: { readonly revision: number; readonly token: string },
      pendingToken: string,
    ): Promise<void> {
      await db
        .updateTable('cluster_guard')
        .set({ revision, token, pending_token: pendingToken, update_time: clock() })
        .where('cluster_id', '=', clusterId)
        .execute();
    },
  };
}

async function fetchIdentity(db: Kysely<Database>): Promise<string> {
  const find = () =>
    db.selectFrom('control_plane_identity').select('control_plane').where('id', '=', 1).executeTakeFirst();
  const known = await find();
  if (known !== undefined) return known.control_plane;
  const values = { id: 1, control_plane: randomUUID() };
  try {
    await db.insertInto('control_plane_identity').values(values).execute();
    return values.control_plane;
  } catch (error) {
    const other = isDuplicateKey(error) ? await find() : undefined;
    if (other === undefined) throw error;
    return other.control_plane;
  }
}

async function saveWish(
  db: Kysely<Database>,
  clusterId: number,
  { enabled, adopts }: GuardWish,
  now: number,
): Promise<void> {
  const values = { enabled: Number(enabled), adopts: Number(adopts), update_time: now };
  const update = () =>
    db.updateTable('cluster_guard').set(values).where('cluster_id', '=', clusterId).executeTakeFirst();
  if ((await update()).numUpdatedRows > 0n) return;
  const fresh = { cluster_id: clusterId, revision: 0, token: '', pending_token: null, last_task_id: 0 };
  try {
    await db
      .insertInto('cluster_guard')
      .values({ ...fresh, ...values })
      .execute();
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    await update();
  }
}

function toRecord(row: Selectable<Database['cluster_guard']>): ClusterGuardRecord {
  return {
    enabled: row.enabled === 1,
    adopts: row.adopts === 1,
    revision: row.revision,
    token: row.token,
    pendingToken: row.pending_token,
    lastTaskId: row.last_task_id,
  };
}
