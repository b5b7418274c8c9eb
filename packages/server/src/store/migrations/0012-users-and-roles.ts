/** What is known of a user beside name and password, and custom roles. */
import { longText } from '../dialect.ts';
import { createTable, type NewTable } from './create-table.ts';
import type { Migration } from './migration.ts';

const profile: NewTable = {
  name: 'iam_user_profile',
  withId: false,
  columns: (table) =>
    table
      .addColumn('user_id', 'bigint', (column) => column.primaryKey())
      .addColumn('email', 'varchar(255)', (column) => column.notNull())
      .addColumn('phone', 'varchar(64)', (column) => column.notNull())
      .addColumn('organization', 'varchar(255)', (column) => column.notNull())
      .addColumn('department', 'varchar(255)', (column) => column.notNull())
      .addColumn('description', 'varchar(255)', (column) => column.notNull())
      .addColumn('needs_new_password', 'integer', (column) => column.notNull()),
};

export const usersAndRolesMigration: Migration = {
  name: '0012-users-and-roles',
  async up(db, dialect) {
    await createTable(db, dialect, profile);
    await createTable(db, dialect, {
      name: 'iam_role',
      withId: false,
      columns: (table) =>
        table
          .addColumn('name', 'varchar(64)', (column) => column.primaryKey())
          .addColumn('description', 'varchar(255)', (column) => column.notNull())
          .addColumn('permissions', longText(dialect), (column) => column.notNull())
          .addColumn('create_time', 'bigint', (column) => column.notNull())
          .addColumn('update_time', 'bigint', (column) => column.notNull()),
    });
  },
};
