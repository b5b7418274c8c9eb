/** The process that each server had at the last look, and what looks noticed that nobody here did. */
import { createTable } from './create-table.ts';
import type { Migration } from './migration.ts';

export const driftMigration: Migration = {
  name: '0008-drift',
  async up(db, dialect) {
    await createTable(db, dialect, {
      name: 'server_process',
      withId: false,
      columns: (table) =>
        table
          .addColumn('server_id', 'bigint', (column) => column.primaryKey())
          .addColumn('cluster_id', 'bigint', (column) => column.notNull())
          .addColumn('boot_id', 'varchar(64)', (column) => column.notNull())
          .addColumn('pid', 'integer', (column) => column.notNull())
          .addColumn('start_ticks', 'varchar(32)', (column) => column.notNull()),
    });
    await createTable(db, dialect, {
      name: 'server_drift',
      withId: false,
      columns: (table) =>
        table
          .addColumn('server_id', 'bigint', (column) => column.notNull())
          .addColumn('cluster_id', 'bigint', (column) => column.notNull())
          .addColumn('kind', 'varchar(32)', (column) => column.notNull())
          .addColumn('evidence', 'varchar(1024)', (column) => column.notNull())
          .addColumn('create_time', 'bigint', (column) => column.notNull())
          .addPrimaryKeyConstraint('server_drift_key', ['server_id', 'kind']),
    });
  },
};
