/**
 * Brings the metadata schema to this program's version, once, whoever starts first. A schema made by a newer program is
 * refused: this one does not know what its rows mean.
 *
 * Our own forty lines instead of Kysely's migrator, because that one waits an hour for its lock, in silence, and speaks of
 * "corrupted migrations" when the schema is simply newer.
 */
import { type Kysely, sql } from 'kysely';
import type { DialectName } from '../dialect.ts';
import type { Migration } from './migration.ts';

interface SchemaVersionDatabase {
  schema_version: { name: string; apply_time: number };
}

/** The schema belongs to a newer program than this one. */
export class SchemaTooNew extends Error {
  override readonly name = 'SchemaTooNew';
}

/** Less than the driver waits for any statement, or its word for that would be all that anybody hears. */
const defaultLockWaitSeconds = 45;

/** @returns names of the migrations that were applied now. */
export function migrate(
  db: Kysely<unknown>,
  dialect: DialectName,
  migrations: readonly Migration[],
  lockWaitSeconds = defaultLockWaitSeconds,
): Promise<string[]> {
  return db.connection().execute(async (connection) => {
    // One file has one server process, so SQLite needs no lock here.
    if (dialect === 'sqlite') return applyMissing(connection, dialect, migrations);
    await acquireLock(connection, lockWaitSeconds);
    try {
      return await applyMissing(connection, dialect, migrations);
    } finally {
      await releaseLock(connection);
    }
  });
}

/** A connection that is lost has released it already; what was lost with it is the error to hear of. */
async function releaseLock(connection: Kysely<unknown>): Promise<void> {
  await sql`select release_lock(concat('openocp-schema-', database()))`.execute(connection).catch(() => {});
}

async function acquireLock(connection: Kysely<unknown>, lockWaitSeconds: number): Promise<void> {
  const { rows } = await sql<{ locked: number | null }>`
    select get_lock(concat('openocp-schema-', database()), ${lockWaitSeconds}) as locked`.execute(connection);
  if (rows[0]?.locked !== 1) {
    throw new Error(
      `Another instance has been changing the metadata schema for ${lockWaitSeconds} s; start again later`,
    );
  }
}

async function applyMissing(
  connection: Kysely<unknown>,
  dialect: DialectName,
  migrations: readonly Migration[],
): Promise<string[]> {
  const db = connection as Kysely<SchemaVersionDatabase>;
  await db.schema
    .createTable('schema_version')
    .ifNotExists()
    .addColumn('name', 'varchar(100)', (column) => column.primaryKey())
    .addColumn('apply_time', 'bigint', (column) => column.notNull())
    .execute();
  const present = (await db.selectFrom('schema_version').select('name').execute()).map((row) => row.name);
  const known = new Set(migrations.map((migration) => migration.name));
  const foreign = present.filter((name) => !known.has(name)).sort();
  if (foreign.length > 0) {
    throw new SchemaTooNew(
      `The metadata belongs to a newer OpenOCP: it has the schema changes ${foreign.join(', ')}, which this version does not know. Start that version, or restore a backup made before the upgrade`,
    );
  }
  const applied: string[] = [];
  for (const migration of migrations) {
    if (present.includes(migration.name)) continue;
    await migration.up(connection, dialect);
    await db.insertInto('schema_version').values({ name: migration.name, apply_time: Date.now() }).execute();
    applied.push(migration.name);
  }
  return applied;
}
