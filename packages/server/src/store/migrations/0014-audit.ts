/** The audit: events that are only added, each with a hash of the one before. */
import { longText } from '../dialect.ts';
import { createTable } from './create-table.ts';
import type { Migration } from './migration.ts';

export const auditMigration: Migration = {
  name: '0014-audit',
  async up(db, dialect) {
    await createTable(db, dialect, {
      name: 'audit_event',
      withId: false,
      columns: (table) =>
        table
          // Given by the chain, without gaps.
          .addColumn('id', 'bigint', (column) => column.primaryKey())
          .addColumn('start_time', 'bigint', (column) => column.notNull())
          .addColumn('end_time', 'bigint', (column) => column.notNull())
          .addColumn('event_type', 'varchar(32)', (column) => column.notNull())
          .addColumn('operation_event', 'varchar(64)', (column) => column.notNull())
          .addColumn('resource_type', 'varchar(32)', (column) => column.notNull())
          .addColumn('resource_id', 'varchar(128)')
          .addColumn('resource_name', 'varchar(128)')
          .addColumn('operator_id', 'bigint', (column) => column.notNull())
          .addColumn('operator_name', 'varchar(128)', (column) => column.notNull())
          .addColumn('status', 'varchar(16)', (column) => column.notNull())
          .addColumn('task_id', 'bigint')
          .addColumn('execution_type', 'varchar(16)', (column) => column.notNull())
          .addColumn('event_info', longText(dialect), (column) => column.notNull())
          .addColumn('client_ip', 'varchar(64)', (column) => column.notNull())
          .addColumn('client', 'varchar(255)', (column) => column.notNull())
          .addColumn('trace_id', 'varchar(16)', (column) => column.notNull())
          .addColumn('hash', 'varchar(64)', (column) => column.notNull()),
      indexes: { audit_event_start_time: ['start_time'], audit_event_operator: ['operator_id'] },
    });
    await createTable(db, dialect, {
      name: 'audit_head',
      withId: false,
      columns: (table) =>
        table
          .addColumn('id', 'integer', (column) => column.primaryKey())
          .addColumn('last_id', 'bigint', (column) => column.notNull())
          .addColumn('last_hash', 'varchar(64)', (column) => column.notNull())
          .addColumn('chain_key', 'varchar(512)', (column) => column.notNull()),
    });
  },
};
