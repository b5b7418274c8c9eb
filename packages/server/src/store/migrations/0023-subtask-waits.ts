/** What running subtasks wait for, shown by instances that do not run them. */
import type { ColumnDefinitionBuilder } from 'kysely';
import { longText } from '../dialect.ts';
import { createTable } from './create-table.ts';
import type { Migration } from './migration.ts';

const required = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder => column.notNull();

export const subtaskWaitsMigration: Migration = {
  name: '0023-subtask-waits',
  up: (db, dialect) =>
    createTable(db, dialect, {
      name: 'subtask_wait',
      withId: false,
      columns: (table) =>
        table
          .addColumn('subtask_id', 'bigint', (column) => column.primaryKey())
          .addColumn('task_id', 'bigint', required)
          .addColumn('attempt', 'integer', required)
          .addColumn('mode', 'varchar(4)', required)
          .addColumn('what', longText(dialect), required)
          .addColumn('since_time', 'bigint', required)
          .addColumn('until_time', 'bigint', required)
          .addColumn('evidence', longText(dialect), required),
      indexes: { subtask_wait_task: ['task_id'] },
    }),
};
