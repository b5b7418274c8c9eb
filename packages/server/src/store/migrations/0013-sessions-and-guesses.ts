/** Sessions by cookie, and wrong passwords by user and by address. */
import { createTable, type NewTable } from './create-table.ts';
import type { Migration } from './migration.ts';

const session: NewTable = {
  name: 'iam_session',
  withId: false,
  columns: (table) =>
    table
      .addColumn('id_hash', 'varchar(64)', (column) => column.primaryKey())
      .addColumn('user_id', 'bigint', (column) => column.notNull())
      .addColumn('password_mark', 'varchar(64)', (column) => column.notNull())
      .addColumn('create_time', 'bigint', (column) => column.notNull())
      .addColumn('last_use_time', 'bigint', (column) => column.notNull()),
  indexes: { iam_session_last_use: ['last_use_time'] },
};

const guess: NewTable = {
  name: 'iam_guess',
  withId: false,
  columns: (table) =>
    table
      .addColumn('kind', 'varchar(16)', (column) => column.notNull())
      .addColumn('name', 'varchar(64)', (column) => column.notNull())
      .addColumn('failures', 'integer', (column) => column.notNull())
      .addColumn('locked_until', 'bigint', (column) => column.notNull())
      .addColumn('update_time', 'bigint', (column) => column.notNull())
      .addPrimaryKeyConstraint('iam_guess_key', ['kind', 'name']),
  indexes: { iam_guess_update_time: ['update_time'] },
};

export const sessionsAndGuessesMigration: Migration = {
  name: '0013-sessions-and-guesses',
  async up(db, dialect) {
    await createTable(db, dialect, session);
    await createTable(db, dialect, guess);
  },
};
