/** The row in each managed cluster that keeps other control planes out, as this one knows it; who this one is; and servers that are down for a time. */
import { createTable, type NewTable } from './create-table.ts';
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
    for (const table of offlineTimes) await createTable(db, dialect, table);
  },
};

const offlineTimes: readonly NewTable[] = [
  {
    name: 'offline_limit',
    withId: false,
    columns: (table) =>
      table
        .addColumn('cluster_id', 'bigint', (column) => column.primaryKey())
        .addColumn('limit_ms', 'bigint', (column) => column.notNull()),
  },
  {
    name: 'process_end',
    withId: false,
    columns: (table) =>
      table
        .addColumn('server_id', 'bigint', (column) => column.primaryKey())
        .addColumn('end_time', 'bigint', (column) => column.notNull()),
  },
  {
    name: 'return_window',
    withId: false,
    columns: (table) =>
      table
        .addColumn('server_id', 'bigint', (column) => column.primaryKey())
        .addColumn('cluster_id', 'bigint', (column) => column.notNull())
        .addColumn('return_by', 'bigint', (column) => column.notNull())
        .addColumn('starts_server', 'smallint', (column) => column.notNull())
        .addColumn('user_id', 'bigint', (column) => column.notNull())
        .addColumn('user_name', 'varchar(64)', (column) => column.notNull())
        .addColumn('stop_task_id', 'bigint', (column) => column.notNull())
        .addColumn('start_task_id', 'bigint', (column) => column.notNull()),
  },
  {
    name: 'raised_offline_time',
    withId: false,
    columns: (table) =>
      table
        .addColumn('cluster_id', 'bigint', (column) => column.primaryKey())
        .addColumn('former_value', 'varchar(64)', (column) => column.notNull())
        .addColumn('raised_value', 'varchar(64)', (column) => column.notNull()),
  },
];
