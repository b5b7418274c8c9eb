/** Accounts, and the roles they hold. */
import { createTable, type NewTable } from './create-table.ts';
import type { Migration } from './migration.ts';

const user: NewTable = {
  name: 'iam_user',
  withId: true,
  columns: (table) =>
    table
      .addColumn('username', 'varchar(64)', (column) => column.notNull())
      .addColumn('password_hash', 'varchar(512)')
      .addColumn('status', 'varchar(16)', (column) => column.notNull())
      .addColumn('create_time', 'bigint', (column) => column.notNull())
      .addColumn('update_time', 'bigint', (column) => column.notNull())
      .addUniqueConstraint('iam_user_username', ['username']),
};

const userRole: NewTable = {
  name: 'iam_user_role',
  withId: false,
  columns: (table) =>
    table
      .addColumn('user_id', 'bigint', (column) => column.notNull())
      .addColumn('role', 'varchar(64)', (column) => column.notNull())
      .addPrimaryKeyConstraint('iam_user_role_key', ['user_id', 'role']),
};

export const iamMigration: Migration = {
  name: '0002-iam',
  async up(db, dialect) {
    await createTable(db, dialect, user);
    await createTable(db, dialect, userRole);
  },
};
