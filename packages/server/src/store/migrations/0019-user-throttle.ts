/** How many calls a user may make, where an administrator has set it. */
import { createTable } from './create-table.ts';
import type { Migration } from './migration.ts';

export const userThrottleMigration: Migration = {
  name: '0019-user-throttle',
  async up(db, dialect) {
    await createTable(db, dialect, {
      name: 'iam_user_throttle',
      withId: false,
      columns: (table) =>
        table
          .addColumn('user_id', 'bigint', (column) => column.primaryKey())
          .addColumn('policy', 'varchar(255)', (column) => column.notNull()),
    });
  },
};
