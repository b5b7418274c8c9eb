/** Opens a shared metadata database over the MySQL protocol: OceanBase, MySQL, MariaDB. */
import { CompiledQuery, Kysely, MysqlDialect } from 'kysely';
import { createPool } from 'mysql2';
import type { Database } from './schema.ts';

export interface MysqlOptions {
  readonly connectionLimit?: number;
}

const connectTimeoutMs = 5000;

/**
 * Sent once on every new connection. OceanBase's default time zone is +08:00; MySQL's default isolation takes gap locks,
 * with which unrelated tasks wait for each other.
 */
const sessionSettings = [
  "set time_zone = '+00:00'",
  'set session transaction isolation level read committed',
];

export function openMysql(
  url: string,
  { connectionLimit = 10 }: MysqlOptions = {},
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
    connectTimeout: connectTimeoutMs,
    multipleStatements: false,
    supportBigNumbers: true,
    timezone: 'Z',
  });
  const dialect = new MysqlDialect({
    pool,
    async onCreateConnection(connection) {
      for (const setting of sessionSettings) await connection.executeQuery(CompiledQuery.raw(setting));
    },
  });
  return { db: new Kysely<Database>({ dialect }) };
}
