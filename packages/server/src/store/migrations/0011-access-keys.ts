/** Access keys, and the signatures of writes that were accepted, so that none is accepted twice. */
import { createTable, type NewTable } from './create-table.ts';
import type { Migration } from './migration.ts';

const accessKey: NewTable = {
  name: 'iam_access_key',
  withId: false,
  columns: (table) =>
    table
      .addColumn('access_key_id', 'varchar(64)', (column) => column.primaryKey())
      .addColumn('user_id', 'bigint', (column) => column.notNull())
      .addColumn('secret', 'varchar(512)', (column) => column.notNull())
      .addColumn('status', 'varchar(16)', (column) => column.notNull())
      .addColumn('description', 'varchar(255)', (column) => column.notNull())
      .addColumn('create_time', 'bigint', (column) => column.notNull())
      .addColumn('update_time', 'bigint', (column) => column.notNull()),
  indexes: { iam_access_key_user: ['user_id'] },
};

const usedSignature: NewTable = {
  name: 'iam_used_signature',
  withId: false,
  columns: (table) =>
    table
      .addColumn('digest', 'varchar(64)', (column) => column.primaryKey())
      .addColumn('expire_time', 'bigint', (column) => column.notNull()),
  indexes: { iam_used_signature_expire: ['expire_time'] },
};

export const accessKeyMigration: Migration = {
  name: '0011-access-keys',
  async up(db, dialect) {
    await createTable(db, dialect, accessKey);
    await createTable(db, dialect, usedSignature);
  },
};
