/** Opens a shared metadata database over the MySQL protocol: OceanBase, MySQL, MariaDB. */
import {
  CompiledQuery,
  type DatabaseConnection,
  type Driver,
  Kysely,
  MysqlDialect,
  type MysqlDialectConfig,
  MysqlDriver,
  type MysqlPool,
  type MysqlPoolConnection,
} from 'kysely';
import { createPool, type Pool, type PoolConnection, type QueryError } from 'mysql2';
import type { Database } from './schema.ts';

export interface MysqlOptions {
  readonly connectionLimit?: number;
  /** For tests: other words for what ends an idle transaction. A server knows at most one of them. */
  readonly idleTransactionSettings?: readonly string[];
}

const connectTimeoutMs = 5000;
/** Longer than the servers' own limits for a statement or a lock by default; what takes longer is a dead connection. */
const queryTimeoutMs = 60_000;

/**
 * Sent once on every new connection. OceanBase's default time zone is +08:00; MySQL's default isolation takes gap locks,
 * with which unrelated tasks wait for each other.
 */
const sessionSettings = [
  "set time_zone = '+00:00'",
  'set session transaction isolation level read committed',
];

/**
 * An instance that is stopped in the middle of a transaction would hold its locks until it runs again, and whoever takes its
 * tasks over would wait. The server ends such a transaction after this; a paused one finds out when it runs again, and
 * whatever it repeats is judged by its fence. MariaDB's name, in seconds, and OceanBase's, in microseconds.
 */
const idleTransactionS = 5;
const idleTransactionSettings = [
  `set session idle_transaction_timeout = ${idleTransactionS}`,
  `set session ob_trx_idle_timeout = ${idleTransactionS}000000`,
];

/**
 * MySQL has no such setting: there the server ends every session that is idle for so long, with what it holds. A process that
 * runs closes its idle connections before.
 */
const idleSessionS = 8;
const idleConnectionMs = 4_000;

export function openMysql(
  url: string,
  {
    connectionLimit = 10,
    idleTransactionSettings: endsIdleTransaction = idleTransactionSettings,
  }: MysqlOptions = {},
): { db: Kysely<Database> } {
  const { hostname, port, username, password, pathname } = new URL(url);
  const pool = createPool({
    host: hostname,
    port: port === '' ? 3306 : Number(port),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: decodeURIComponent(pathname.slice(1)),
    charset: 'utf8mb4_bin',
    connectionLimit,
    // Below the limit, or the pool keeps idle connections for ever.
    maxIdle: connectionLimit - 1,
    idleTimeout: idleConnectionMs,
    gracefulEnd: true,
    connectTimeout: connectTimeoutMs,
    multipleStatements: false,
    supportBigNumbers: true,
    timezone: 'Z',
  });
  const dialect = new CarefulMysqlDialect({
    pool: withQueryTimeout(pool),
    async onCreateConnection(connection) {
      for (const setting of sessionSettings) await connection.executeQuery(CompiledQuery.raw(setting));
      let isKnown = false;
      for (const setting of endsIdleTransaction)
        isKnown = (await setWhereKnown(connection, setting)) || isKnown;
      if (!isKnown)
        await connection.executeQuery(CompiledQuery.raw(`set session wait_timeout = ${idleSessionS}`));
    },
  });
  return { db: new Kysely<Database>({ dialect }) };
}

/** @returns false when the server does not know the variable, or not this value, and goes on with its own. */
async function setWhereKnown(connection: DatabaseConnection, setting: string): Promise<boolean> {
  try {
    await connection.executeQuery(CompiledQuery.raw(setting));
    return true;
  } catch (error) {
    if ((error as QueryError).fatal || (error as QueryError).errno === undefined) throw error;
    return false;
  }
}

class CarefulMysqlDialect extends MysqlDialect {
  readonly #config: MysqlDialectConfig;

  constructor(config: MysqlDialectConfig) {
    super(config);
    this.#config = config;
  }

  override createDriver(): Driver {
    return new CarefulMysqlDriver(this.#config);
  }
}

class CarefulMysqlDriver extends MysqlDriver {
  /**
   * A rollback on a lost connection fails, and would hide why the transaction failed. The server rolls back by itself
   * when a connection ends, and the pool does not give a closed one to anybody.
   */
  override async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    try {
      await super.rollbackTransaction(connection);
    } catch (error) {
      if (!(error as QueryError).fatal && !isClosed(error)) throw error;
    }
  }
}

function isClosed(error: unknown): boolean {
  return error instanceof Error && /closed state/.test(error.message);
}

/**
 * The same pool, whose queries end with an error and a closed connection when no answer comes: a half-open connection
 * would otherwise hold its caller for as long as the kernel pleases.
 */
function withQueryTimeout(pool: Pool): MysqlPool {
  // Kysely knows a connection by its object.
  const known = new WeakMap<PoolConnection, MysqlPoolConnection>();
  return {
    getConnection(callback) {
      pool.getConnection((error, raw) => {
        // The driver's types claim that a connection comes with every error.
        const connection = error === null ? (known.get(raw) ?? timedConnection(raw)) : (undefined as never);
        if (error === null) known.set(raw, connection);
        callback(error, connection);
      });
    },
    end: (callback) => pool.end((error) => callback(error)),
  };
}

function timedConnection(raw: PoolConnection): MysqlPoolConnection {
  const query = (
    text: string,
    values: readonly unknown[],
    callback: (error: unknown, result: unknown) => void,
  ): void => {
    const options = { sql: text, values: [...values], timeout: queryTimeoutMs };
    raw.query(options, (error, result) => {
      if (error?.code === 'PROTOCOL_SEQUENCE_TIMEOUT') raw.destroy();
      callback(error, result);
    });
  };
  return {
    query: query as MysqlPoolConnection['query'],
    release: () => raw.release(),
    destroy: () => raw.destroy(),
    threadId: raw.threadId,
  } as MysqlPoolConnection;
}
