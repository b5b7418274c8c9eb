/** Host types, the credentials of users, what a take-over said of its hosts, and changes of passwords that are under way. */
import { longText } from '../dialect.ts';
import { createTable } from './create-table.ts';
import type { Migration } from './migration.ts';

export const credentialsMigration: Migration = {
  name: '0007-credentials',
  async up(db, dialect) {
    await createTable(db, dialect, {
      name: 'password_change',
      withId: false,
      columns: (table) =>
        table
          .addColumn('cluster_id', 'bigint', (column) => column.primaryKey())
          .addColumn('new_password', 'varchar(1024)', (column) => column.notNull())
          .addColumn('create_time', 'bigint', (column) => column.notNull()),
    });
    await createTable(db, dialect, {
      name: 'host_type',
      withId: true,
      columns: (table) =>
        table
          .addColumn('name', 'varchar(128)', (column) => column.notNull())
          .addColumn('description', 'varchar(1024)')
          .addColumn('create_time', 'bigint', (column) => column.notNull())
          .addColumn('update_time', 'bigint', (column) => column.notNull())
          .addUniqueConstraint('host_type_name', ['name']),
    });
    await createTable(db, dialect, {
      name: 'credential',
      withId: true,
      columns: (table) =>
        table
          .addColumn('user_id', 'bigint', (column) => column.notNull())
          .addColumn('target_type', 'varchar(32)', (column) => column.notNull())
          .addColumn('name', 'varchar(128)', (column) => column.notNull())
          .addColumn('description', 'varchar(1024)')
          .addColumn('username', 'varchar(128)', (column) => column.notNull())
          // What the kind of credential needs besides, as JSON; nothing in it is secret.
          .addColumn('properties', longText(dialect), (column) => column.notNull())
          .addColumn('secret', longText(dialect), (column) => column.notNull())
          .addColumn('create_time', 'bigint', (column) => column.notNull())
          .addColumn('update_time', 'bigint', (column) => column.notNull())
          .addUniqueConstraint('credential_name', ['user_id', 'target_type', 'name']),
    });
    await createTable(db, dialect, {
      name: 'cluster_host_info',
      withId: false,
      columns: (table) =>
        table
          .addColumn('cluster_id', 'bigint', (column) => column.primaryKey())
          .addColumn('kind', 'varchar(64)')
          .addColumn('host_type_id', 'bigint')
          .addColumn('credential_id', 'bigint')
          .addColumn('ssh_port', 'integer'),
    });
  },
};
