/** Transactions that survive what a database does under load and what a network does at any time. */
import { setTimeout as pause } from 'node:timers/promises';
import type { Kysely, Transaction } from 'kysely';
import type { Database } from './schema.ts';

/** Deadlock and lock wait: the transaction was undone, or must be. OceanBase reports deadlocks as 1205. */
const contentionErrors: ReadonlySet<number> = new Set([1205, 1213]);

const connectionErrors: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'PROTOCOL_CONNECTION_LOST',
  'PROTOCOL_SEQUENCE_TIMEOUT',
  // Sent by a server that shuts down, or whose administrator ended the session.
  'ER_SERVER_SHUTDOWN',
  'ER_CONNECTION_KILLED',
  'ER_QUERY_INTERRUPTED',
]);

const mostAttempts = 6;
const firstPauseMs = 20;

export async function inTransaction<T>(
  db: Kysely<Database>,
  work: (transaction: Transaction<Database>, attempt: number) => Promise<T>,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await db.transaction().execute((transaction) => work(transaction, attempt));
    } catch (error) {
      if (attempt === mostAttempts || !isWorthRepeating(error)) throw error;
      // Spread out, so that two that met once do not meet again.
      await pause(firstPauseMs * 2 ** (attempt - 1) * (0.5 + Math.random() / 2));
    }
  }
}

function isWorthRepeating(error: unknown): boolean {
  const { code, errno, fatal } = error as { code?: unknown; errno?: unknown; fatal?: unknown };
  // The driver's word for a connection that was closed before it was asked; no server has said anything.
  const isClosed = fatal === true && code === undefined && errno === undefined;
  return (
    isClosed ||
    (typeof errno === 'number' && contentionErrors.has(errno)) ||
    (typeof code === 'string' && connectionErrors.has(code))
  );
}

/** A row with this key exists already. 1062 on the MySQL side, SQLITE_CONSTRAINT_PRIMARYKEY and _UNIQUE on the other. */
export function isDuplicateKey(error: unknown): boolean {
  const { errno, errcode } = error as { errno?: unknown; errcode?: unknown };
  return errno === 1062 || errcode === 1555 || errcode === 2067;
}
