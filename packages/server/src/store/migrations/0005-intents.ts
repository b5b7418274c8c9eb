/** What servers were meant to be apart from their zone and cluster, and what zones are meant to be. */
import { createTable, type NewTable } from './create-table.ts';
import type { Migration } from './migration.ts';

const serverOwnIntent: NewTable = {
  name: 'server_own_intent',
  withId: false,
  columns: (table) =>
    table
      .addColumn('server_id', 'bigint', (column) => column.primaryKey())
      .addColumn('intent', 'varchar(32)', (column) => column.notNull()),
};

const zoneIntent: NewTable = {
  name: 'zone_intent',
  withId: false,
  columns: (table) =>
    table
      .addColumn('cluster_id', 'bigint', (column) => column.notNull())
      .addColumn('zone_name', 'varchar(128)', (column) => column.notNull())
      .addColumn('intent', 'varchar(32)', (column) => column.notNull())
      .addPrimaryKeyConstraint('zone_intent_key', ['cluster_id', 'zone_name']),
};

export const intentsMigration: Migration = {
  name: '0005-intents',
  async up(db, dialect) {
    await createTable(db, dialect, serverOwnIntent);
    await createTable(db, dialect, zoneIntent);
  },
};
