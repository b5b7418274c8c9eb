/** Tasks that a human has paused, or told to end at the next boundary. */
import { createTable, type NewTable } from './create-table.ts';
import type { Migration } from './migration.ts';

const taskPause: NewTable = {
  name: 'task_pause',
  withId: false,
  columns: (table) =>
    table
      .addColumn('task_id', 'bigint', (column) => column.primaryKey())
      .addColumn('state', 'varchar(16)', (column) => column.notNull())
      .addColumn('username', 'varchar(64)', (column) => column.notNull())
      .addColumn('create_time', 'bigint', (column) => column.notNull())
      .addColumn('taken_by', 'varchar(64)'),
};

export const taskPausesMigration: Migration = {
  name: '0006-task-pauses',
  up: (db, dialect) => createTable(db, dialect, taskPause),
};
