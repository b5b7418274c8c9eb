/**
 * One SQL session with one OBServer, as root of the sys tenant. Rows come back as strings or null and go through zod;
 * nothing here knows what the statements mean. Driver errors are converted here, once.
 */
import type { Socket } from 'node:net';
import type { Connection } from 'mysql2/promise';
import { z } from 'zod';
import type { SqlCredentials, SqlEndpoint } from '../../domain/cluster-access.ts';
import type { OutboundPolicy } from '../outbound-policy.ts';
import { ConnectionFailure, KernelError } from './kernel-error.ts';
import { openSocket } from './open-socket.ts';

/** What every part of `remote/oceanbase` needs to ask something. */
export interface Session {
  readonly endpoint: SqlEndpoint;
  /** @throws KernelError, ConnectionFailure, ZodError (an answer of another shape than expected). */
  select<T>(row: z.ZodType<T>, sql: string, options: { readonly timeoutMs: number }): Promise<T[]>;
  execute(sql: string, options: { readonly timeoutMs: number }): Promise<void>;
  close(): void;
}

const driverError = z.object({
  errno: z.number().optional(),
  code: z.string().optional(),
  sqlState: z.string().optional(),
  sqlMessage: z.string().optional(),
  message: z.string(),
});

function convertError(cause: unknown, endpoint: SqlEndpoint, sent: boolean): Error {
  const parsed = driverError.safeParse(cause);
  if (parsed.success && parsed.data.sqlMessage !== undefined && (parsed.data.errno ?? 0) > 0) {
    const { errno = 0, sqlState = 'HY000', sqlMessage } = parsed.data;
    return new KernelError(errno, sqlState, sqlMessage, { cause });
  }
  const detail = parsed.success ? (parsed.data.code ?? parsed.data.message) : String(cause);
  const what = sent ? 'connection lost' : 'cannot connect';
  return new ConnectionFailure(`${endpoint.ip}:${endpoint.sqlPort}: ${what} (${detail})`, sent, { cause });
}

/** Opens a session. @throws KernelError (login refused), ConnectionFailure. */
export async function openSession(
  endpoint: SqlEndpoint,
  credentials: SqlCredentials,
  connectTimeoutMs: number,
  outbound: OutboundPolicy,
): Promise<Session> {
  const since = performance.now();
  let socket: Socket | undefined;
  let connection: Connection;
  try {
    socket = await openSocket(endpoint.ip, endpoint.sqlPort, connectTimeoutMs, outbound);
    const { createConnection } = await import('./driver.ts');
    connection = await createConnection({
      stream: socket,
      user: credentials.user,
      password: credentials.password,
      connectTimeout: Math.max(1, Math.ceil(connectTimeoutMs - (performance.now() - since))),
      // SCNs and LSNs are larger than 2^53, and zod decides what a value is.
      supportBigNumbers: true,
      bigNumberStrings: true,
      dateStrings: true,
      rowsAsArray: false,
    });
  } catch (cause) {
    socket?.destroy();
    throw convertError(cause, endpoint, false);
  }
  // Without a listener a connection error between two queries would end the process.
  connection.on('error', () => connection.destroy());
  const session = new DriverSession(endpoint, connection);
  try {
    await session.execute("SET time_zone = '+00:00'", { timeoutMs: connectTimeoutMs });
  } catch (error) {
    session.close();
    throw error;
  }
  return session;
}

class DriverSession implements Session {
  readonly endpoint: SqlEndpoint;
  readonly #connection: Connection;
  /** Rejects when the session is closed: the driver leaves a query that is under way without an answer for ever. */
  readonly #closed = Promise.withResolvers<never>();

  constructor(endpoint: SqlEndpoint, connection: Connection) {
    this.endpoint = endpoint;
    this.#connection = connection;
    // Nobody may be waiting.
    this.#closed.promise.catch(() => undefined);
  }

  async select<T>(row: z.ZodType<T>, sql: string, options: { readonly timeoutMs: number }): Promise<T[]> {
    const rows = await this.#query(sql, options.timeoutMs);
    return z.array(row).parse(rows);
  }

  async execute(sql: string, options: { readonly timeoutMs: number }): Promise<void> {
    await this.#query(sql, options.timeoutMs);
  }

  async #query(sql: string, timeout: number): Promise<unknown> {
    try {
      const query = this.#connection.query({ sql, timeout });
      const [rows] = await Promise.race([query, this.#closed.promise]);
      return rows;
    } catch (cause) {
      const error = convertError(cause, this.endpoint, true);
      // A timed-out query leaves the protocol in the middle of an answer: the connection is of no more use.
      if (error instanceof ConnectionFailure) this.close();
      throw error;
    }
  }

  close(): void {
    this.#connection.destroy();
    this.#closed.reject(new Error('the session was closed'));
  }
}
