/** Managed clusters, their zones and servers, and the authority that issues the agents' certificates. */
import type { Kysely } from 'kysely';
import { type DialectName, longText } from '../dialect.ts';
import { createTable } from './create-table.ts';
import type { Migration } from './migration.ts';

export const inventoryMigration: Migration = {
  name: '0003-inventory',
  async up(db, dialect) {
    await createCluster(db, dialect);
    await createZone(db, dialect);
    await createServer(db, dialect);
    await createAuthority(db, dialect);
  },
};

function createCluster(db: Kysely<unknown>, dialect: DialectName): Promise<void> {
  return createTable(db, dialect, {
    name: 'cluster',
    withId: true,
    columns: (table) =>
      table
        .addColumn('name', 'varchar(128)', (column) => column.notNull())
        .addColumn('ob_cluster_id', 'bigint', (column) => column.notNull())
        .addColumn('ob_version', 'varchar(64)', (column) => column.notNull())
        .addColumn('phase', 'varchar(16)', (column) => column.notNull())
        .addColumn('sys_user', 'varchar(128)', (column) => column.notNull())
        .addColumn('sys_password', 'varchar(1024)', (column) => column.notNull())
        .addColumn('seed_ip', 'varchar(255)', (column) => column.notNull())
        .addColumn('seed_sql_port', 'integer', (column) => column.notNull())
        .addColumn('tenant_count', 'integer', (column) => column.notNull())
        .addColumn('sync_time', 'bigint')
        .addColumn('unreachable_reason', 'varchar(2000)')
        .addColumn('creator_id', 'bigint', (column) => column.notNull())
        .addColumn('creator_name', 'varchar(64)', (column) => column.notNull())
        .addColumn('create_time', 'bigint', (column) => column.notNull())
        .addColumn('update_time', 'bigint', (column) => column.notNull())
        .addUniqueConstraint('cluster_kernel_name', ['name', 'ob_cluster_id']),
  });
}

function createZone(db: Kysely<unknown>, dialect: DialectName): Promise<void> {
  return createTable(db, dialect, {
    name: 'zone',
    withId: false,
    columns: (table) =>
      table
        .addColumn('cluster_id', 'bigint', (column) => column.notNull())
        .addColumn('name', 'varchar(128)', (column) => column.notNull())
        .addColumn('inner_status', 'varchar(64)', (column) => column.notNull())
        .addColumn('region', 'varchar(512)', (column) => column.notNull())
        .addColumn('idc', 'varchar(512)', (column) => column.notNull())
        .addColumn('type', 'varchar(64)', (column) => column.notNull())
        .addColumn('create_time', 'bigint', (column) => column.notNull())
        .addColumn('update_time', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('zone_key', ['cluster_id', 'name']),
  });
}

function createServer(db: Kysely<unknown>, dialect: DialectName): Promise<void> {
  return createTable(db, dialect, {
    name: 'server',
    withId: true,
    columns: (table) =>
      table
        .addColumn('cluster_id', 'bigint', (column) => column.notNull())
        .addColumn('zone_name', 'varchar(128)', (column) => column.notNull())
        .addColumn('ip', 'varchar(46)', (column) => column.notNull())
        .addColumn('rpc_port', 'integer', (column) => column.notNull())
        .addColumn('sql_port', 'integer', (column) => column.notNull())
        .addColumn('kernel_id', 'bigint', (column) => column.notNull())
        .addColumn('version', 'varchar(256)', (column) => column.notNull())
        .addColumn('with_root_server', 'smallint', (column) => column.notNull())
        .addColumn('inner_status', 'varchar(64)')
        .addColumn('start_service_time', 'bigint')
        .addColumn('stop_time', 'bigint')
        .addColumn('last_offline_time', 'bigint')
        .addColumn('process', 'varchar(16)', (column) => column.notNull())
        .addColumn('agent_url', 'varchar(2048)')
        .addColumn('home', 'varchar(4096)')
        .addColumn('intent', 'varchar(32)', (column) => column.notNull())
        .addColumn('create_time', 'bigint', (column) => column.notNull())
        .addColumn('update_time', 'bigint', (column) => column.notNull())
        .addUniqueConstraint('server_address', ['cluster_id', 'ip', 'rpc_port']),
  });
}

function createAuthority(db: Kysely<unknown>, dialect: DialectName): Promise<void> {
  return createTable(db, dialect, {
    name: 'authority',
    withId: false,
    columns: (table) =>
      table
        .addColumn('id', 'integer', (column) => column.primaryKey())
        .addColumn('certificate', longText(dialect), (column) => column.notNull())
        .addColumn('private_key', longText(dialect), (column) => column.notNull())
        .addColumn('create_time', 'bigint', (column) => column.notNull()),
  });
}
