/**
 * The metadata database, whichever it is.
 *
 *   sqlite:/path/file.db                      embedded, one server process
 *   mysql://user:password@host:port/database  shared by any number of instances
 */
import { type Kysely, sql, type Transaction } from 'kysely';
import type { DialectName } from './dialect.ts';
import { migrate } from './migrations/migrate.ts';
import type { Migration } from './migrations/migration.ts';
import { migrationList } from './migrations/migration-list.ts';
import type { Database } from './schema.ts';
import { openSqlite } from './sqlite-database.ts';
import { inTransaction } from './transaction.ts';

export interface MetadataDatabase {
  readonly dialect: DialectName;
  /** For single statements. Several that belong together go through `transaction`. */
  readonly db: Kysely<Database>;
  /**
   * Runs `work` in one transaction, durable when the promise resolves. It is run again, with a higher `attempt`, after a
   * deadlock or a lost connection; then the earlier attempt may have become durable after all, so `work` must either be
   * harmless to repeat, or recognise what it did.
   */
  transaction<T>(work: (transaction: Transaction<Database>, attempt: number) => Promise<T>): Promise<T>;
  /** Whether it answers at this moment. */
  isHealthy(): Promise<boolean>;
  close(): Promise<void>;
}

export interface OpenDatabaseOptions {
  /**
   * Whether this process is the server of the file, and refuses to be a second one; true by default. Without it a tool
   * may look into, or mend, what a server has open. A shared database always lets everybody in.
   */
  readonly exclusive?: boolean;
  /** Connections to a shared database; 10 by default. */
  readonly connectionLimit?: number;
  /** For tests of the schema's history. */
  readonly migrations?: readonly Migration[];
}

/**
 * Opens the database and brings its schema up to date.
 * @throws DatabaseInUse, SchemaTooNew
 */
export async function openDatabase(
  url: string,
  options: OpenDatabaseOptions = {},
): Promise<MetadataDatabase> {
  const opened = await open(url, options);
  try {
    const db = opened.db as unknown as Kysely<unknown>;
    await migrate(db, opened.dialect, options.migrations ?? migrationList);
  } catch (error) {
    await opened.close();
    throw error;
  }
  return opened;
}

async function open(url: string, options: OpenDatabaseOptions): Promise<MetadataDatabase> {
  if (url.startsWith('sqlite:')) {
    const { db, release } = openSqlite(url.slice('sqlite:'.length), options.exclusive ?? true);
    const close = async (): Promise<void> => {
      await db.destroy();
      release();
    };
    return { ...access(db), dialect: 'sqlite', close };
  }
  if (url.startsWith('mysql://')) {
    const { connectionLimit } = options;
    // The driver is large, and most installations never need it.
    const { openMysql } = await import('./mysql-database.ts');
    const { db } = openMysql(url, connectionLimit === undefined ? {} : { connectionLimit });
    return { ...access(db), dialect: 'mysql', close: () => db.destroy() };
  }
  throw new Error('A metadata database is sqlite:PATH or mysql://USER:PASSWORD@HOST:PORT/DATABASE');
}

function access(db: Kysely<Database>): Pick<MetadataDatabase, 'db' | 'transaction' | 'isHealthy'> {
  return {
    db,
    transaction: (work) => inTransaction(db, work),
    isHealthy: () =>
      sql`select 1`.execute(db).then(
        () => true,
        () => false,
      ),
  };
}
