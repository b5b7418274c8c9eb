/** Hosts, with a row for every address that a stored server has. */
import type { Kysely } from 'kysely';
import { type DialectName, longText } from '../dialect.ts';
import { createTable } from './create-table.ts';
import type { Migration } from './migration.ts';

/** The tables as this change finds and leaves them. */
interface Tables {
  server: { id: number; ip: string; agent_url: string | null; create_time: number; update_time: number };
  host: Record<string, string | number | null> & { id: number; ip: string };
}

export const hostsMigration: Migration = {
  name: '0017-hosts',
  async up(db, dialect) {
    await createHost(db, dialect);
    await addKnownHosts(db as Kysely<Tables>);
  },
};

function createHost(db: Kysely<unknown>, dialect: DialectName): Promise<void> {
  return createTable(db, dialect, {
    name: 'host',
    withId: true,
    columns: (table) =>
      table
        .addColumn('ip', 'varchar(46)', (column) => column.notNull())
        .addColumn('alias', 'varchar(128)')
        .addColumn('description', 'varchar(512)')
        .addColumn('kind', 'varchar(64)', (column) => column.notNull())
        .addColumn('ssh_port', 'integer', (column) => column.notNull())
        .addColumn('idc', 'varchar(128)', (column) => column.notNull())
        .addColumn('region', 'varchar(128)', (column) => column.notNull())
        .addColumn('agent_url', 'varchar(2048)')
        .addColumn('agent_failure', 'varchar(2000)')
        .addColumn('agent_version', 'varchar(64)', (column) => column.notNull())
        .addColumn('homes', longText(dialect), (column) => column.notNull())
        .addColumn('system_name', 'varchar(64)', (column) => column.notNull())
        .addColumn('system_release', 'varchar(128)', (column) => column.notNull())
        .addColumn('architecture', 'varchar(32)', (column) => column.notNull())
        .addColumn('create_time', 'bigint', (column) => column.notNull())
        .addColumn('update_time', 'bigint', (column) => column.notNull())
        .addUniqueConstraint('host_ip', ['ip']),
  });
}

/** A second instance may run this at the same time, or again after a crash in between. */
async function addKnownHosts(db: Kysely<Tables>): Promise<void> {
  const servers = await db
    .selectFrom('server')
    .select(['ip', 'agent_url', 'create_time', 'update_time'])
    .orderBy('id')
    .execute();
  for (const [ip, [first]] of Map.groupBy(servers, (server) => server.ip)) {
    const found = await db.selectFrom('host').select('id').where('ip', '=', ip).executeTakeFirst();
    if (found !== undefined || first === undefined) continue;
    await db
      .insertInto('host')
      .values({
        ip,
        alias: null,
        description: null,
        kind: 'DEDICATED_PHYSICAL_MACHINE',
        ssh_port: 22,
        idc: '',
        region: '',
        agent_url: first.agent_url,
        agent_failure: null,
        agent_version: '',
        homes: '[]',
        system_name: '',
        system_release: '',
        architecture: '',
        create_time: first.create_time,
        update_time: first.update_time,
      })
      .execute();
  }
}
