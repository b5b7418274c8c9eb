/**
 * Claims: exclusive keys that unfinished tasks hold. A key is held by whoever has its row in `claim`; who waits for one has
 * a row in `claim_queue`, and the lowest task there is next.
 */
import type { ClaimHolder, ClaimsOutcome, ClaimsRequest } from '@openocp/engine';
import { sql, type Transaction } from 'kysely';
import type { MetadataDatabase } from './database.ts';
import { insertRow, insertRows, updateRows } from './plain-statements.ts';
import type { Database } from './schema.ts';
import { parseAttributes } from './task-rows.ts';
import { isDuplicateKey } from './transaction.ts';

/** Another task was faster; the transaction is to be rolled back. */
export class ClaimTaken extends Error {
  override readonly name = 'ClaimTaken';
}

/**
 * Takes the claims that the task does not hold yet. Ask `fetchHolder` first: this only notices who came in between.
 * @throws ClaimTaken
 */
export async function takeClaims(
  transaction: Transaction<Database>,
  taskId: number,
  claims: readonly string[],
  now: number,
): Promise<void> {
  if (claims.length === 0) return;
  const held = await transaction
    .selectFrom('claim')
    .select('claim')
    .where('claim', 'in', claims)
    .where('task_id', '=', taskId)
    .execute();
  const present = new Set(held.map((row) => row.claim));
  // One order for everybody, so that two tasks that want the same two claims cannot wait for each other.
  const missing = claims.filter((claim) => !present.has(claim)).sort();
  try {
    for (const claim of missing) {
      await insertRow(transaction, 'claim', { claim, task_id: taskId, create_time: now });
    }
  } catch (error) {
    if (isDuplicateKey(error)) throw new ClaimTaken();
    throw error;
  }
}

/** Notes that a task waits for claims. */
export function queueForClaims(
  transaction: Transaction<Database>,
  taskId: number,
  claims: readonly string[],
  now: number,
): Promise<void> {
  const rows = claims.map((claim) => ({ task_id: taskId, claim, create_time: now }));
  return insertRows(transaction, 'claim_queue', rows);
}

interface Asker {
  /** A task that asks for itself: what it holds already is no obstacle. */
  readonly taskId?: number;
  /** Only queued tasks before this one stand in its way; every queued task does when absent. */
  readonly beforeTaskId?: number;
}

/** Who is in the way of taking these claims; undefined when nobody is at this moment. */
export async function fetchHolder(
  transaction: Transaction<Database>,
  claims: readonly string[],
  { taskId = 0, beforeTaskId = Number.MAX_SAFE_INTEGER }: Asker = {},
): Promise<ClaimHolder | undefined> {
  if (claims.length === 0) return undefined;
  const held = transaction
    .selectFrom('claim')
    .select(['claim', 'task_id', 'create_time', sql<number>`0`.as('is_queued')])
    .where('claim', 'in', claims)
    .where('task_id', '!=', taskId);
  const queued = transaction
    .selectFrom('claim_queue')
    .select(['claim', 'task_id', 'create_time', sql<number>`1`.as('is_queued')])
    .where('claim', 'in', claims)
    .where('task_id', '!=', taskId)
    .where('task_id', '<', beforeTaskId)
    .where('claim', 'not in', (eb) =>
      eb.selectFrom('claim as own').select('own.claim').where('own.task_id', '=', taskId),
    );
  const row = await transaction
    .selectFrom(held.unionAll(queued).as('taken'))
    .innerJoin('task', 'task.id', 'taken.task_id')
    .select(['taken.claim', 'taken.create_time', 'taken.is_queued'])
    .select(['task.id', 'task.name', 'task.status', 'attributes_json', 'submitter_id', 'submitter_name'])
    .orderBy('is_queued')
    .orderBy('task.id')
    .orderBy('taken.claim')
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    claim: row.claim,
    taskId: row.id,
    taskName: row.name,
    taskStatus: row.status,
    attributes: parseAttributes(row.attributes_json),
    submitter: { id: row.submitter_id, name: row.submitter_name },
    since: row.create_time,
    isQueued: row.is_queued === 1,
  };
}

/** How often to look again when somebody came in between. */
const mostTries = 10;

/** Gives a queued task all its claims, or says who is in its way. */
export async function acquireClaims(
  database: MetadataDatabase,
  request: ClaimsRequest,
): Promise<ClaimsOutcome> {
  for (let tries = 1; tries <= mostTries; tries += 1) {
    try {
      return await database.transaction((transaction) => acquireNow(transaction, request));
    } catch (error) {
      // Who came in between has committed, and the next try finds out who it is.
      if (!(error instanceof ClaimTaken)) throw error;
    }
  }
  throw new Error(`Task ${request.taskId} could not get its claims: they change hands too fast`);
}

async function acquireNow(
  transaction: Transaction<Database>,
  { taskId, owner, fence, claims, now }: ClaimsRequest,
): Promise<ClaimsOutcome> {
  // Nothing is written while the task waits: it asks every second.
  const holder = await fetchHolder(transaction, claims, { taskId, beforeTaskId: taskId });
  if (holder !== undefined) return { kind: 'waiting', holder };
  // Locks the task's row, so that its end cannot come in between; and tells readers that it has changed.
  const condition = "id = ? and owner = ? and fence = ? and status = 'RUNNING'";
  const owned = await updateRows(transaction, 'task', { owner }, condition, [[taskId, owner, fence]]);
  if (owned === 0) return { kind: 'lost' };
  await takeClaims(transaction, taskId, claims, now);
  await transaction.deleteFrom('claim_queue').where('task_id', '=', taskId).execute();
  return { kind: 'acquired' };
}
