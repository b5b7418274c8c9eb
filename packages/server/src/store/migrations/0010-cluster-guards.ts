/** The row in each managed cluster that keeps other control planes out, as this one knows it; and who this one is. */
import { createTable } from './create-table.ts';
import type { Migration } from './migration.ts';

export const clusterGuardsMigration: Migration = {
  name: '0010-cluster-guards',
  async up(db, dialect) {
    await createTable(db, dialect, {
      name: 'control_plane_identity',
      withId: false,
      columns: (table) =>
        table
          .addColumn('id', 'integer', (column) => column.primaryKey())
          .addColumn('control_plane', 'varchar(64)', (column) => column.notNull()),
    });
    await createTable(db, dialect, {
      name: 'cluster_guard',
      withId: false,
      columns: (table) =>
        table
          .addColumn('cluster_id', 'bigint', (column) => column.primaryKey())
          .addColumn('enabled', 'smallint', (column) => column.notNull())
          .addColumn('adopts', 'smallint', (column) => column.notNull())
          .addColumn('revision', 'bigint', (column) => column.notNull())
          .addColumn('token', 'varchar(64)', (column) => column.notNull())
          .addColumn('pending_token', 'varchar(64)')
          .addColumn('last_task_id', 'bigint', (column) => column.notNull())
          .addColumn('update_time', 'bigint', (column) => column.notNull()),
    });
  },
};
