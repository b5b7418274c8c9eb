/**
 * What is asked for with every page of hosts, and with every look at a cluster: the servers of a host, the processes and the
 * marks of a cluster.
 */
import type { Kysely } from 'kysely';
import type { DialectName } from '../dialect.ts';
import type { Migration } from './migration.ts';

const indexes = [
  { name: 'server_ip', table: 'server', column: 'ip' },
  { name: 'server_process_cluster', table: 'server_process', column: 'cluster_id' },
  { name: 'server_drift_cluster', table: 'server_drift', column: 'cluster_id' },
] as const;

export const inventoryIndexesMigration: Migration = {
  name: '0022-inventory-indexes',
  async up(db, dialect) {
    for (const index of indexes) await createIndex(db, dialect, index);
  },
};

/** MySQL has no `if not exists` for indexes: one that is there is an error of its own. */
const duplicateIndexName = 1061;

async function createIndex(
  db: Kysely<unknown>,
  dialect: DialectName,
  { name, table, column }: (typeof indexes)[number],
): Promise<void> {
  const index = db.schema.createIndex(name).on(table).column(column);
  if (dialect === 'sqlite') {
    await index.ifNotExists().execute();
    return;
  }
  await index.execute().catch((error: unknown) => {
    if ((error as { errno?: unknown }).errno !== duplicateIndexName) throw error;
  });
}
