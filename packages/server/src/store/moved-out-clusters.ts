/** Clusters that are being moved out: hidden at once, removed with their passwords when nothing can bring them back. */
import type { Selectable, Transaction } from 'kysely';
import type { MetadataDatabase } from './database.ts';
import type { Database } from './schema.ts';
import { type StepWriter, writeFenced } from './step-fence.ts';

export type MovedOutStore = ReturnType<typeof createMovedOutStore>;

/** @param clock epoch milliseconds. */
export function createMovedOutStore(database: MetadataDatabase, clock: () => number) {
  const { db } = database;
  const change = (id: number, from: string, to: string, writer: StepWriter | undefined) =>
    writeFenced(database, writer, (transaction) =>
      transaction
        .updateTable('cluster')
        .set({ phase: to, update_time: clock() })
        .where('id', '=', id)
        .where('phase', '=', from)
        .execute(),
    );
  return {
    /** It is not shown any more; what is stored of it stays until it is removed, so that this can be undone. */
    hide: (id: number, writer?: StepWriter) => change(id, 'MANAGED', 'MOVED_OUT', writer),
    show: (id: number, writer?: StepWriter) => change(id, 'MOVED_OUT', 'MANAGED', writer),
    async list(): Promise<number[]> {
      const rows = await db.selectFrom('cluster').select('id').where('phase', '=', 'MOVED_OUT').execute();
      return rows.map(({ id }) => id);
    },
    /** Removes everything that is stored of it; changes nothing when it is shown again. */
    remove: (id: number) =>
      database.transaction(async (transaction) => {
        const row = await transaction
          .selectFrom('cluster')
          .selectAll()
          .where('id', '=', id)
          .where('phase', '=', 'MOVED_OUT')
          .executeTakeFirst();
        if (row !== undefined) await removeCluster(transaction, row);
      }),
  };
}

/** With the credentials that users keep for it. */
export async function removeCluster(
  transaction: Transaction<Database>,
  row: Selectable<Database['cluster']>,
): Promise<void> {
  await removeMembers(transaction, row.id);
  // Kept while the cluster may come back: what was written into it, and what was changed there for a time.
  for (const table of ['cluster_guard', 'raised_offline_time'] as const) {
    await transaction.deleteFrom(table).where('cluster_id', '=', row.id).execute();
  }
  await transaction
    .deleteFrom('credential')
    .where('target_type', '=', 'OB_CLUSTER')
    .where('name', '=', `${row.name}:${row.ob_cluster_id}`)
    .execute();
  await transaction.deleteFrom('cluster').where('id', '=', row.id).execute();
}

/** All that is stored of a cluster but its own row: its servers and zones, what they are meant to be, what was seen of them. */
export async function removeMembers(transaction: Transaction<Database>, clusterId: number): Promise<void> {
  const servers = transaction.selectFrom('server').select('id').where('cluster_id', '=', clusterId);
  for (const table of ['server_own_intent', 'process_end'] as const) {
    await transaction.deleteFrom(table).where('server_id', 'in', servers).execute();
  }
  const tables = [
    'return_window',
    'offline_limit',
    'zone_intent',
    'server',
    'zone',
    'server_process',
    'server_drift',
    'password_change',
    'cluster_host_info',
  ] as const;
  for (const table of tables) {
    await transaction.deleteFrom(table).where('cluster_id', '=', clusterId).execute();
  }
}

/**
 * Whether a cluster is still there to be written about: a look that began before it was forgotten ends after it. On a
 * shared database its row stays locked until the end of the transaction.
 */
export async function isStillThere(
  { dialect }: Pick<MetadataDatabase, 'dialect'>,
  transaction: Transaction<Database>,
  clusterId: number,
): Promise<boolean> {
  const query = transaction.selectFrom('cluster').select('phase').where('id', '=', clusterId);
  const row = await (dialect === 'sqlite' ? query : query.forUpdate()).executeTakeFirst();
  return row !== undefined && row.phase !== 'MOVED_OUT';
}
