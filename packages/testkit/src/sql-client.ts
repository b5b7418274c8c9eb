/** An SQL connection of its own to one observer: what an independent witness, or a script of faults, uses. */
import { createConnection, type RowDataPacket } from 'mysql2/promise';

export interface SqlServer {
  readonly ip: string;
  readonly sqlPort: number;
}

const connectTimeoutMs = 5_000;

export async function queryServer(
  server: SqlServer,
  password: string,
  sql: string,
): Promise<RowDataPacket[]> {
  const connection = await createConnection({
    host: server.ip,
    port: server.sqlPort,
    user: 'root@sys',
    password,
    connectTimeout: connectTimeoutMs,
    supportBigNumbers: true,
    bigNumberStrings: true,
    dateStrings: true,
  });
  try {
    // The kernel's sessions are at +08:00 by default.
    await connection.query("SET time_zone = '+00:00'");
    const [rows] = await connection.query<RowDataPacket[]>({ sql, timeout: 60_000 });
    return Array.isArray(rows) ? rows : [];
  } finally {
    connection.destroy();
  }
}
