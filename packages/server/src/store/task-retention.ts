/**
 * Removes what nobody looks at any more: tasks that ended long ago and hold nothing. A failed task that still holds a claim,
 * or waits for one, stays until somebody has acted on it.
 */
import type { ExpressionBuilder, ExpressionWrapper, SqlBool, Transaction } from 'kysely';
import type { MetadataDatabase } from './database.ts';
import type { Database } from './schema.ts';

/** At most 16 MiB of log go in one transaction: it must not hold up those that tasks wait for. */
const linesPerDelete = 2000;

/**
 * Removes tasks that ended before `before` (epoch milliseconds), with everything that belongs to them, at most `batch` of
 * them in one transaction.
 * @returns how many were removed; fewer than `batch` means that none is left.
 */
export async function deleteFinishedTasks(
  database: MetadataDatabase,
  before: number,
  batch: number,
): Promise<number> {
  // SQLite gives the highest id again once its row is gone, and who reads the log on from an id relies on growing ones: the
  // task with the newest line stays until there is a newer one.
  const newest = await database.db
    .selectFrom('subtask_log')
    .select('task_id')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();
  const rows = await database.db
    .selectFrom('task')
    .select('id')
    .where('id', '!=', newest?.task_id ?? 0)
    .where((row) => isOver(row, before))
    .orderBy('id')
    .limit(batch)
    .execute();
  if (rows.length === 0) return 0;
  const ids = rows.map((row) => row.id);
  await shortenLogs(database, ids);
  return database.transaction((transaction) => removeTasks(transaction, ids, before));
}

type TaskCondition = ExpressionWrapper<Database, 'task', SqlBool>;

function isOver(row: ExpressionBuilder<Database, 'task'>, before: number): TaskCondition {
  const has = (table: 'claim' | 'claim_queue') =>
    row.exists(row.selectFrom(table).select(`${table}.task_id`).whereRef(`${table}.task_id`, '=', 'task.id'));
  return row.and([
    row('task.status', 'in', ['SUCCESSFUL', 'FAILED']),
    row('task.finish_time', '<', before),
    // Somebody takes a failed one in hand.
    row('task.owner', 'is', null),
    row.not(has('claim')),
    row.not(has('claim_queue')),
  ]);
}

/** Of a long log only the end is left for the transaction that removes the task. */
async function shortenLogs({ db }: MetadataDatabase, taskIds: readonly number[]): Promise<void> {
  const long = await db
    .selectFrom('subtask_log')
    .innerJoin('subtask', 'subtask.id', 'subtask_log.subtask_id')
    .select('subtask_id')
    .where('subtask.task_id', 'in', taskIds)
    .groupBy('subtask_id')
    .having((row) => row.fn.countAll(), '>', linesPerDelete)
    .execute();
  for (const { subtask_id: subtaskId } of long) {
    for (;;) {
      const lines = () => db.selectFrom('subtask_log').select('id').where('subtask_id', '=', subtaskId);
      const last = await lines().orderBy('id').limit(1).offset(linesPerDelete).executeTakeFirst();
      if (last === undefined) break;
      await db
        .deleteFrom('subtask_log')
        .where('subtask_id', '=', subtaskId)
        .where('id', '<', last.id)
        .execute();
    }
  }
}

/** @returns how many of them were still to be removed. */
async function removeTasks(
  transaction: Transaction<Database>,
  taskIds: readonly number[],
  before: number,
): Promise<number> {
  // Locks the rows: from here on nobody can take one of them for a retry.
  await transaction
    .updateTable('task')
    .set((row) => ({ revision: row.ref('revision') }))
    .where('id', 'in', taskIds)
    .execute();
  const rows = await transaction
    .selectFrom('task')
    .select('id')
    .where('id', 'in', taskIds)
    .where((row) => isOver(row, before))
    .execute();
  if (rows.length === 0) return 0;
  const ids = rows.map((row) => row.id);
  // The task first: a reader must never find one whose subtasks are gone.
  await transaction.deleteFrom('task').where('id', 'in', ids).execute();
  const subtasks = transaction.selectFrom('subtask').select('id').where('task_id', 'in', ids);
  await transaction.deleteFrom('subtask_log').where('subtask_id', 'in', subtasks).execute();
  const tables = [
    'idempotency_key',
    'task_ownership',
    'task_pause',
    'task_command',
    'subtask_wait',
    'subtask',
  ] as const;
  for (const table of tables) await transaction.deleteFrom(table).where('task_id', 'in', ids).execute();
  return ids.length;
}
