/**
 * Makes changes of tasks durable: many in one transaction, each judged by its own fence.
 *
 * Rows are always locked in the same order, task, then subtasks, then claims, and tasks by ascending id, so that two
 * instances cannot wait for each other.
 */
import { randomUUID } from 'node:crypto';
import type { ChangeOutcome, LogLine, SubtaskChange, TaskChange } from '@openocp/engine';
import type { Transaction, Updateable } from 'kysely';
import type { MetadataDatabase } from './database.ts';
import { insertRows, updateRows } from './plain-statements.ts';
import type { Database } from './schema.ts';
import type { SubtaskTable, TaskTable } from './task-tables.ts';

/** Keeps a statement's text and number of values in bounds. */
const tasksPerStatement = 100;

export function applyChanges(
  database: MetadataDatabase,
  changes: readonly TaskChange[],
): Promise<ChangeOutcome[]> {
  const change = randomUUID();
  const ordered = [...changes].sort((a, b) => a.taskId - b.taskId);
  return database.transaction(async (transaction, attempt) => {
    const applied = await fenceAll(transaction, ordered, change, attempt);
    const accepted = applied.isRepeated ? [] : ordered.filter((one) => applied.taskIds.has(one.taskId));
    await writeSubtasks(transaction, accepted);
    await writeLog(
      transaction,
      accepted.flatMap((one) => one.log),
    );
    await releaseClaims(transaction, accepted);
    return changes.map((one) => (applied.taskIds.has(one.taskId) ? 'applied' : 'fenced'));
  });
}

interface Fenced {
  readonly taskIds: ReadonlySet<number>;
  /** An earlier attempt, whose answer was lost, has done everything. */
  readonly isRepeated: boolean;
}

async function fenceAll(
  transaction: Transaction<Database>,
  changes: readonly TaskChange[],
  change: string,
  attempt: number,
): Promise<Fenced> {
  if (attempt > 1) {
    // Waits for the earlier attempt to end, if the server still works on it: only then its mark can be trusted.
    await lockTasks(transaction, changes);
    const marked = await listMarked(transaction, changes, change);
    if (marked.size > 0) return { taskIds: marked, isRepeated: true };
  }
  const plain = changes.filter((one) => one.task === undefined);
  let count = 0;
  for (let first = 0; first < plain.length; first += tasksPerStatement) {
    count += await fencePlain(transaction, plain.slice(first, first + tasksPerStatement), change);
  }
  for (const one of changes) {
    if (one.task !== undefined) count += await fenceTask(transaction, one, one.task, change);
  }
  const taskIds =
    count === changes.length
      ? new Set(changes.map((one) => one.taskId))
      : await listMarked(transaction, changes, change);
  return { taskIds, isRepeated: false };
}

/** Tasks of which only subtasks or log lines change: one statement for all of them. */
function fencePlain(
  transaction: Transaction<Database>,
  changes: readonly TaskChange[],
  change: string,
): Promise<number> {
  const condition = changes.map(() => ownedAtFence).join(' or ');
  const values = changes.flatMap(({ taskId, fence, owner }) => [taskId, fence, owner]);
  return updateRows(transaction, 'task', { last_change: change }, condition, values);
}

const ownedAtFence = '(id = ? and fence = ? and owner = ?)';

function fenceTask(
  transaction: Transaction<Database>,
  { taskId, owner, fence }: TaskChange,
  task: NonNullable<TaskChange['task']>,
  change: string,
): Promise<number> {
  const { status, operation, prohibitRollback, finishTime } = task;
  const columns: Updateable<TaskTable> = {
    last_change: change,
    ...(status === undefined ? {} : { status }),
    ...(status === undefined || status === 'RUNNING' ? {} : { owner: null }),
    ...(operation === undefined ? {} : { operation }),
    ...(prohibitRollback === undefined ? {} : { prohibit_rollback: Number(prohibitRollback) }),
    ...(finishTime === undefined ? {} : { finish_time: finishTime }),
  };
  return updateRows(transaction, 'task', columns, ownedAtFence, [taskId, fence, owner]);
}

/** An update without effect takes the row locks in both dialects. */
async function lockTasks(transaction: Transaction<Database>, changes: readonly TaskChange[]): Promise<void> {
  const ids = changes.map((one) => one.taskId);
  await transaction
    .updateTable('task')
    .set((eb) => ({ revision: eb.ref('revision') }))
    .where('id', 'in', ids)
    .execute();
}

async function listMarked(
  transaction: Transaction<Database>,
  changes: readonly TaskChange[],
  change: string,
): Promise<Set<number>> {
  const ids = changes.map((one) => one.taskId);
  const rows = await transaction
    .selectFrom('task')
    .select('id')
    .where('id', 'in', ids)
    .where('last_change', '=', change)
    .execute();
  return new Set(rows.map((row) => row.id));
}

async function writeSubtasks(
  transaction: Transaction<Database>,
  changes: readonly TaskChange[],
): Promise<void> {
  for (const { taskId, subtasks } of changes) {
    for (const subtask of subtasks) {
      const key = [subtask.subtaskId, taskId];
      await updateRows(transaction, 'subtask', columnsOf(subtask), 'id = ? and task_id = ?', key);
    }
  }
}

function columnsOf(change: SubtaskChange): Updateable<SubtaskTable> {
  const { status, operation, mode, attempt, result, annotations, failure, startTime, finishTime } = change;
  return {
    status,
    ...(operation === undefined ? {} : { operation }),
    ...(mode === undefined ? {} : { mode }),
    ...(attempt === undefined ? {} : { attempt }),
    ...(result === undefined ? {} : { result_json: result === null ? null : JSON.stringify(result) }),
    ...(annotations === undefined ? {} : { annotations_json: JSON.stringify(annotations) }),
    ...(failure === undefined ? {} : { failure }),
    ...(startTime === undefined ? {} : { start_time: startTime }),
    ...(finishTime === undefined ? {} : { finish_time: finishTime }),
    ...(change.executor === undefined ? {} : { executor: change.executor }),
  };
}

function writeLog(transaction: Transaction<Database>, lines: readonly LogLine[]): Promise<void> {
  const rows = lines.map((line) => ({
    task_id: line.taskId,
    subtask_id: line.subtaskId,
    attempt: line.attempt,
    operation: line.operation,
    level: line.level,
    time: line.time,
    text: line.text,
  }));
  return insertRows(transaction, 'subtask_log', rows);
}

async function releaseClaims(
  transaction: Transaction<Database>,
  changes: readonly TaskChange[],
): Promise<void> {
  const ids = changes.filter((one) => one.releaseClaims === true).map((one) => one.taskId);
  if (ids.length > 0) await transaction.deleteFrom('claim').where('task_id', 'in', ids).execute();
}
