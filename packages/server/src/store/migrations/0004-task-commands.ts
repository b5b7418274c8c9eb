/** Commands for tasks that another instance runs. */
import type { ColumnDefinitionBuilder } from 'kysely';
import { longText } from '../dialect.ts';
import { createTable } from './create-table.ts';
import type { Migration } from './migration.ts';

const required = (column: ColumnDefinitionBuilder): ColumnDefinitionBuilder => column.notNull();

export const taskCommandsMigration: Migration = {
  name: '0004-task-commands',
  up: (db, dialect) =>
    createTable(db, dialect, {
      name: 'task_command',
      withId: true,
      columns: (table) =>
        table
          .addColumn('request', 'varchar(36)', required)
          .addColumn('task_id', 'bigint', required)
          .addColumn('command_json', longText(dialect), required)
          .addColumn('state', 'varchar(16)', required)
          .addColumn('refusal_json', longText(dialect))
          .addColumn('expire_time', 'bigint', required)
          .addUniqueConstraint('task_command_request', ['request']),
      // Every instance asks a few times a second whether one is pending.
      indexes: { task_command_state: ['state'] },
    }),
};
