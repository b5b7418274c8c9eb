/**
 * Makes changes of tasks durable: many in one transaction, each judged by its own fence.
 *
 * Rows are locked task first, then the command that is answered, then subtasks, then claims, and only by the task's owner. Two instances that meet all the
 * same, because one of them is a former owner, at worst end in a deadlock, which is repeated like every other.
 */
import { randomUUID } from 'node:crypto';
import type { ChangeOutcome, Delivery, LogLine, SubtaskChange, TaskChange } from '@openocp/engine';
import type { Transaction, Updateable } from 'kysely';
import type { MetadataDatabase } from './database.ts';
import { deleteRows, insertRows, updateRows } from './plain-statements.ts';
import type { Database } from './schema.ts';
import { writeWaits } from './subtask-waits.ts';
import type { SubtaskTable, TaskTable } from './tables/task-tables.ts';
import { AnswersWithdrawn, answerCommands } from './task-commands.ts';
import { listMarked, listMarkedLocked } from './task-marks.ts';

export async function applyChanges(
  database: MetadataDatabase,
  changes: readonly TaskChange[],
  delivery: Delivery = { name: randomUUID(), isRepeated: false },
): Promise<ChangeOutcome[]> {
  const withdrawn = new Set<number>();
  for (;;) {
    try {
      const rest = changes.filter(({ taskId }) => !withdrawn.has(taskId));
      const applied = rest.length === 0 ? new Set() : await applyTogether(database, rest, delivery);
      return changes.map(({ taskId }) => {
        if (withdrawn.has(taskId)) return 'withdrawn';
        return applied.has(taskId) ? 'applied' : 'fenced';
      });
    } catch (error) {
      // Seldom: one that was taken back in the last moment takes the others with it, and they are given again.
      if (!(error instanceof AnswersWithdrawn)) throw error;
      withdrawn.add(error.taskId);
    }
  }
}

/** @returns ids of the tasks whose changes were applied. @throws AnswersWithdrawn */
function applyTogether(
  database: MetadataDatabase,
  changes: readonly TaskChange[],
  { name, isRepeated }: Delivery,
): Promise<ReadonlySet<number>> {
  const ordered = [...changes].sort((a, b) => a.taskId - b.taskId);
  return database.transaction(async (transaction, attempt) => {
    // An earlier attempt, whose answer was lost, may have done everything, or all but what was fenced or withdrawn then.
    const mayBeDone = isRepeated || attempt > 1;
    const done = mayBeDone ? await listMarkedLocked(transaction, idsOf(ordered), name) : new Set<number>();
    const rest = ordered.filter(({ taskId }) => !done.has(taskId));
    const current = await fenceAll(transaction, rest, name);
    const accepted = rest.filter(({ taskId }) => current.has(taskId));
    await answerCommands(transaction, accepted);
    await writeSubtasks(transaction, accepted);
    await writeWaits(transaction, accepted);
    await writeLog(
      transaction,
      accepted.flatMap((one) => one.log),
    );
    await releaseClaims(transaction, accepted);
    return new Set([...done, ...current]);
  });
}

/** @returns ids of those that are changed by their owner. */
async function fenceAll(
  transaction: Transaction<Database>,
  changes: readonly TaskChange[],
  name: string,
): Promise<ReadonlySet<number>> {
  if (changes.length === 0) return new Set();
  let count = 0;
  for (const { columns, members } of grouped(changes, (one) => taskColumns(one, name))) {
    const owned = members.map(({ taskId, fence, owner }) => [taskId, fence, owner]);
    count += await updateRows(transaction, 'task', columns, 'id = ? and fence = ? and owner = ?', owned);
  }
  return count === changes.length
    ? new Set(idsOf(changes))
    : await listMarked(transaction, idsOf(changes), name);
}

function taskColumns({ task }: TaskChange, name: string): Updateable<TaskTable> {
  const columns: Updateable<TaskTable> = { last_change: name };
  if (task === undefined) return columns;
  const { status, operation, prohibitRollback, finishTime } = task;
  if (status !== undefined) columns.status = status;
  if (status !== undefined && status !== 'RUNNING') columns.owner = null;
  if (operation !== undefined) columns.operation = operation;
  if (prohibitRollback !== undefined) columns.prohibit_rollback = Number(prohibitRollback);
  if (finishTime !== undefined) columns.finish_time = finishTime;
  return columns;
}

/** Of two rows, one is mostly a step that ends and the other the step that it lets start. */
const fewestWorthComparing = 3;

/**
 * Rows that get the same values share a statement: in a full batch most subtasks that start, and most tasks that end, do.
 * On a server at the other end of a network the number of statements is what a batch costs.
 */
function* grouped<T, C extends object>(
  all: readonly T[],
  columnsOf: (one: T) => C,
): Generator<{ readonly columns: C; readonly members: readonly T[] }> {
  if (all.length < fewestWorthComparing) {
    for (const one of all) yield { columns: columnsOf(one), members: [one] };
    return;
  }
  const groups = new Map<string, { columns: C; members: T[] }>();
  for (const one of all) {
    const columns = columnsOf(one);
    const key = JSON.stringify(columns);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { columns, members: [one] });
    else group.members.push(one);
  }
  yield* groups.values();
}

function idsOf(changes: readonly TaskChange[]): number[] {
  return changes.map(({ taskId }) => taskId);
}

async function writeSubtasks(
  transaction: Transaction<Database>,
  changes: readonly TaskChange[],
): Promise<void> {
  const subtasks = changes.flatMap((one) => one.subtasks);
  for (const { columns, members } of grouped(subtasks, subtaskColumns)) {
    const ids = members.map(({ subtaskId }) => [subtaskId]);
    await updateRows(transaction, 'subtask', columns, 'id = ?', ids);
  }
}

function subtaskColumns(change: SubtaskChange): Updateable<SubtaskTable> {
  const { status, operation, mode, attempt, result, annotations, failure, startTime, finishTime } = change;
  const columns: Updateable<SubtaskTable> = { status };
  if (operation !== undefined) columns.operation = operation;
  if (mode !== undefined) columns.mode = mode;
  if (attempt !== undefined) columns.attempt = attempt;
  if (result !== undefined) columns.result_json = result === null ? null : JSON.stringify(result);
  if (annotations !== undefined) columns.annotations_json = JSON.stringify(annotations);
  if (failure !== undefined) columns.failure = failure;
  if (startTime !== undefined) columns.start_time = startTime;
  if (finishTime !== undefined) columns.finish_time = finishTime;
  if (change.executor !== undefined) columns.executor = change.executor;
  return columns;
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
  const ids = changes.filter((one) => one.releaseClaims === true).map((one) => [one.taskId]);
  if (ids.length === 0) return;
  await deleteRows(transaction, 'claim', 'task_id = ?', ids);
  await deleteRows(transaction, 'claim_queue', 'task_id = ?', ids);
}
