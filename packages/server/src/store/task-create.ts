/** Creates a task: its rows, its claims, its first owner and its idempotency key, all or nothing. */
import { createHash, randomUUID } from 'node:crypto';
import {
  type ClaimHolder,
  type CreateOutcome,
  createdTask,
  type IdempotencyKey,
  type NewTask,
  queuedRequest,
  type Task,
} from '@openocp/engine';
import { CompiledQuery, type Transaction } from 'kysely';
import type { MetadataDatabase } from './database.ts';
import { insertRow, insertRows, updateRows } from './plain-statements.ts';
import type { Database } from './schema.ts';
import { ClaimTaken, fetchHolder, queueForClaims, takeClaims } from './task-claims.ts';
import { insertOwnership } from './task-ownership.ts';
import { listingColumns, readTasks } from './task-rows.ts';
import { isDuplicateKey } from './transaction.ts';

/** The key was used by a request that committed meanwhile; or this one did, in an attempt whose answer was lost. */
class KeyTaken extends Error {
  override readonly name = 'KeyTaken';
}

type Inserted =
  | { readonly kind: 'created'; readonly task: Task }
  /** By an earlier request, or by an earlier attempt of this one whose answer was lost. */
  | { readonly kind: 'existing' | 'created-before' | 'key-conflict'; readonly taskId: number }
  | { readonly kind: 'claim-conflict'; readonly holder: ClaimHolder };

/** How often to look again when somebody came in between. */
const mostTries = 10;

export async function createTask(database: MetadataDatabase, task: NewTask): Promise<CreateOutcome> {
  const submission = randomUUID();
  for (let tries = 1; ; tries += 1) {
    try {
      const inserted = await database.transaction((transaction, attempt) =>
        insertOrFind(transaction, task, submission, attempt + tries > 2),
      );
      const outcome = await outcomeOf(database, inserted);
      if (outcome !== undefined) return outcome;
    } catch (error) {
      if (!(error instanceof KeyTaken || error instanceof ClaimTaken)) throw error;
      // Who came in between has committed, and the next try finds out who it is.
    }
    if (tries === mostTries)
      throw new Error('The task could not be created: its claims change hands too fast');
  }
}

/** Undefined when the task that was found has been removed since. */
async function outcomeOf(database: MetadataDatabase, inserted: Inserted): Promise<CreateOutcome | undefined> {
  if (inserted.kind === 'created' || inserted.kind === 'claim-conflict') return inserted;
  if (inserted.kind === 'key-conflict') return { kind: 'key-conflict', taskId: inserted.taskId };
  const [task] = await readTasks(database.db, [inserted.taskId]);
  if (task === undefined) return undefined;
  return { kind: inserted.kind === 'existing' ? 'existing' : 'created', task };
}

async function insertOrFind(
  transaction: Transaction<Database>,
  task: NewTask,
  submission: string,
  isRepeated: boolean,
): Promise<Inserted> {
  if (isRepeated) {
    const own = await transaction
      .selectFrom('task')
      .select('id')
      .where('submission', '=', submission)
      .executeTakeFirst();
    if (own !== undefined) return { kind: 'created-before', taskId: own.id };
  }
  const known = await findKey(transaction, task.idempotencyKey);
  if (known !== undefined) return known;
  const holder = await fetchHolder(transaction, task.claims);
  if (holder === undefined)
    return { kind: 'created', task: await insertTask(transaction, task, submission, false) };
  // The holder may be the task of this very key, made durable since we looked.
  const twin = await findKey(transaction, task.idempotencyKey);
  if (twin !== undefined) return twin;
  if (task.onConflict !== 'queue') return { kind: 'claim-conflict', holder };
  return { kind: 'created', task: await insertTask(transaction, queuedRequest(task), submission, true) };
}

async function insertTask(
  transaction: Transaction<Database>,
  task: NewTask,
  submission: string,
  isQueued: boolean,
): Promise<Task> {
  const taskId = await insertTaskRow(transaction, task, submission);
  if (task.idempotencyKey !== undefined) await insertKey(transaction, task.idempotencyKey, taskId, task.now);
  const claim = isQueued ? queueForClaims : takeClaims;
  await claim(transaction, taskId, task.claims, task.now);
  const subtaskIds = await insertSubtasks(transaction, task, taskId);
  // Last, under the claims: whoever holds a claim later has the higher fence.
  const fence = await insertOwnership(transaction, taskId, task.owner, task.now);
  await updateRows(transaction, 'task', { fence }, 'id = ?', [[taskId]]);
  return createdTask(task, { taskId, fence, subtaskIds }, isQueued);
}

async function insertTaskRow(
  transaction: Transaction<Database>,
  task: NewTask,
  submission: string,
): Promise<number> {
  try {
    return await insertRow(transaction, 'task', {
      definition: task.definition,
      name: task.name,
      status: 'RUNNING',
      operation: 'EXECUTE',
      prohibit_rollback: 0,
      parameters_json: JSON.stringify(task.parameters),
      attributes_json: JSON.stringify(task.attributes),
      claims_json: JSON.stringify(task.claims),
      submitter_id: task.submitter.id,
      submitter_name: task.submitter.name,
      ...listingColumns(task.attributes),
      owner: task.owner,
      fence: 0,
      revision: 1,
      last_change: submission,
      submission,
      create_time: task.now,
      start_time: task.now,
      finish_time: null,
    });
  } catch (error) {
    if (isDuplicateKey(error)) throw new KeyTaken();
    throw error;
  }
}

/** @returns ids by step. They are read back: not every server gives the rows of one statement consecutive ones. */
async function insertSubtasks(
  transaction: Transaction<Database>,
  task: NewTask,
  taskId: number,
): Promise<number[]> {
  const rows = task.subtasks.map((subtask) => {
    const isRunning = subtask.status === 'RUNNING';
    return {
      task_id: taskId,
      step: subtask.step,
      name: subtask.name,
      parallel_idx: subtask.parallelIdx,
      timeout_ms: subtask.timeoutMs,
      prohibit_rollback: Number(subtask.prohibitRollback),
      prohibit_skip: Number(subtask.prohibitSkip),
      upstream_steps_json: JSON.stringify(subtask.upstreamSteps),
      status: subtask.status,
      operation: 'EXECUTE' as const,
      mode: 'run' as const,
      attempt: isRunning ? 1 : 0,
      create_time: task.now,
      start_time: isRunning ? task.now : null,
      executor: isRunning ? task.owner : null,
    };
  });
  await insertRows(transaction, 'subtask', rows);
  const ids = CompiledQuery.raw('select id from subtask where task_id = ? order by step', [taskId]);
  const read = await transaction.executeQuery<{ id: number }>(ids);
  return read.rows.map((row) => row.id);
}

function hashOf(key: IdempotencyKey): string {
  return createHash('sha256').update(key.key).digest('hex');
}

async function findKey(
  transaction: Transaction<Database>,
  key: IdempotencyKey | undefined,
): Promise<Inserted | undefined> {
  if (key === undefined) return undefined;
  const row = await transaction
    .selectFrom('idempotency_key')
    .select(['task_id', 'fingerprint'])
    .where('key_hash', '=', hashOf(key))
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return { kind: row.fingerprint === key.fingerprint ? 'existing' : 'key-conflict', taskId: row.task_id };
}

async function insertKey(
  transaction: Transaction<Database>,
  key: IdempotencyKey,
  taskId: number,
  now: number,
): Promise<void> {
  try {
    await transaction
      .insertInto('idempotency_key')
      .values({ key_hash: hashOf(key), fingerprint: key.fingerprint, task_id: taskId, create_time: now })
      .execute();
  } catch (error) {
    if (isDuplicateKey(error)) throw new KeyTaken();
    throw error;
  }
}
