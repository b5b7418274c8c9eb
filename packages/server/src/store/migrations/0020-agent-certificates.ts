/** Every certificate that was issued for an agent, and the tokens by which agents enrol. */
import { createTable, type NewTable } from './create-table.ts';
import type { Migration } from './migration.ts';

const certificate: NewTable = {
  name: 'agent_certificate',
  withId: true,
  columns: (table) =>
    table
      .addColumn('host', 'varchar(255)', (column) => column.notNull())
      .addColumn('fingerprint', 'varchar(64)', (column) => column.notNull())
      .addColumn('create_time', 'bigint', (column) => column.notNull())
      .addColumn('expire_time', 'bigint', (column) => column.notNull())
      .addColumn('end_time', 'bigint')
      .addUniqueConstraint('agent_certificate_fingerprint', ['fingerprint']),
  indexes: { agent_certificate_host: ['host'] },
};

const token: NewTable = {
  name: 'agent_token',
  withId: false,
  columns: (table) =>
    table
      .addColumn('token_id', 'varchar(32)', (column) => column.primaryKey())
      .addColumn('host', 'varchar(255)', (column) => column.notNull())
      .addColumn('public_key', 'varchar(64)', (column) => column.notNull())
      .addColumn('create_time', 'bigint', (column) => column.notNull())
      .addColumn('expire_time', 'bigint', (column) => column.notNull())
      .addColumn('use_time', 'bigint'),
  indexes: { agent_token_host: ['host'] },
};

export const agentCertificatesMigration: Migration = {
  name: '0020-agent-certificates',
  async up(db, dialect) {
    await createTable(db, dialect, certificate);
    await createTable(db, dialect, token);
  },
};
