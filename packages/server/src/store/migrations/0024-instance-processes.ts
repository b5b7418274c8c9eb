/** Which process acts under the name of an instance. */
import { createTable } from './create-table.ts';
import type { Migration } from './migration.ts';

export const instanceProcessesMigration: Migration = {
  name: '0024-instance-processes',
  up: (db, dialect) =>
    createTable(db, dialect, {
      name: 'instance_process',
      withId: false,
      columns: (table) =>
        table
          .addColumn('instance', 'varchar(191)', (column) => column.primaryKey())
          .addColumn('process', 'varchar(36)', (column) => column.notNull()),
    }),
};
