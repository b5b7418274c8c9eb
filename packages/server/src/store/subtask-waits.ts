/** What subtasks wait for, kept for the instances that do not run them. A row counts for one attempt in one mode. */
import type { SubtaskWait, TaskChange, Waiting } from '@openocp/engine';
import type { Kysely, Selectable, Transaction } from 'kysely';
import { deleteRows, insertRows } from './plain-statements.ts';
import type { Database } from './schema.ts';
import type { SubtaskTable, SubtaskWaitTable } from './tables/task-tables.ts';

/** Every number of rows is a statement of its own, which SQLite keeps prepared: few and short ones here, for waits are rare. */
const rowsPerStatement = 20;

export async function writeWaits(
  transaction: Transaction<Database>,
  changes: readonly TaskChange[],
): Promise<void> {
  const waits = changes.flatMap(({ taskId, waits = [] }) => waits.map((wait) => ({ ...wait, taskId })));
  for (let first = 0; first < waits.length; first += rowsPerStatement) {
    const some = waits.slice(first, first + rowsPerStatement);
    const former = some.map(({ subtaskId }) => [subtaskId]);
    await deleteRows(transaction, 'subtask_wait', 'subtask_id = ?', former);
    const rows = some.flatMap((wait) => rowOf(wait.taskId, wait));
    await insertRows(transaction, 'subtask_wait', rows);
  }
}

function rowOf(taskId: number, { subtaskId, attempt, mode, waiting }: SubtaskWait): SubtaskWaitTable[] {
  if (waiting === null) return [];
  const { what, since, until, evidence } = waiting;
  const times = { since_time: since, until_time: until };
  return [{ subtask_id: subtaskId, task_id: taskId, attempt, mode, what, ...times, evidence }];
}

export type WaitRows = ReadonlyMap<number, SubtaskWaitTable>;

/** By subtask. */
export async function readWaits(db: Kysely<Database>, taskIds: readonly number[]): Promise<WaitRows> {
  if (taskIds.length === 0) return new Map();
  const rows = await db.selectFrom('subtask_wait').selectAll().where('task_id', 'in', taskIds).execute();
  return new Map(rows.map((row) => [row.subtask_id, row]));
}

export function waitOf(
  { id, status, attempt, mode }: Selectable<SubtaskTable>,
  waits: WaitRows,
): Waiting | undefined {
  const row = waits.get(id);
  const isLive = status === 'READY' || status === 'RUNNING';
  if (row === undefined || !isLive || row.attempt !== attempt || row.mode !== mode) return undefined;
  const { what, since_time: since, until_time: until, evidence } = row;
  return { what, since, until, evidence };
}
