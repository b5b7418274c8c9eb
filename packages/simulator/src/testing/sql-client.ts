/** A MySQL client that knows nothing of the simulator. */
import { type Connection, createConnection, type RowDataPacket } from 'mysql2/promise';
import type { SimulatedCluster, SimulatedServer } from '../launcher/simulated-cluster.ts';

export function connectTo(
  cluster: SimulatedCluster,
  server: SimulatedServer,
  user = 'root@sys',
  password = cluster.rootPassword,
): Promise<Connection> {
  return createConnection({
    host: server.ip,
    port: server.sqlPort,
    user,
    password,
    supportBigNumbers: true,
    bigNumberStrings: true,
    dateStrings: true,
  });
}

export async function queryOnce(
  cluster: SimulatedCluster,
  server: SimulatedServer,
  sql: string,
): Promise<RowDataPacket[]> {
  const connection = await connectTo(cluster, server);
  try {
    const [rows] = await connection.query<RowDataPacket[]>(sql);
    return rows;
  } finally {
    connection.destroy();
  }
}

/** `errno text` of a statement that must fail. */
export async function failureOf(
  cluster: SimulatedCluster,
  server: SimulatedServer,
  sql: string,
): Promise<{ errno: number; sqlState: string; message: string }> {
  try {
    await queryOnce(cluster, server, sql);
  } catch (error) {
    const { errno, sqlState, sqlMessage } = error as { errno: number; sqlState: string; sqlMessage: string };
    return { errno, sqlState, message: sqlMessage };
  }
  throw new Error(`was accepted: ${sql}`);
}
