/** Queued tasks: claims that others hold, and who waits for them. */
import { createTable } from './create-table.ts';
import type { Migration } from './migration.ts';

export const claimQueueMigration: Migration = {
  name: '0009-claim-queue',
  up: (db, dialect) =>
    createTable(db, dialect, {
      name: 'claim_queue',
      withId: false,
      columns: (table) =>
        table
          .addColumn('task_id', 'bigint', (column) => column.notNull())
          .addColumn('claim', 'varchar(191)', (column) => column.notNull())
          .addColumn('create_time', 'bigint', (column) => column.notNull())
          .addPrimaryKeyConstraint('claim_queue_key', ['task_id', 'claim']),
      indexes: { claim_queue_claim: ['claim', 'task_id'] },
    }),
};
