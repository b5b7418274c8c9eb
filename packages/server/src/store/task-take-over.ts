/** Many running tasks whose owner is gone get a new one, in one transaction. */
import { randomUUID } from 'node:crypto';
import type { TakeOverRequest, Task } from '@openocp/engine';
import { sql, type Transaction } from 'kysely';
import type { MetadataDatabase } from './database.ts';
import { insertRows, updateRows } from './plain-statements.ts';
import type { Database } from './schema.ts';
import { listMarked, listMarkedLocked } from './task-marks.ts';
import { readTasks } from './task-rows.ts';

export async function takeOver(database: MetadataDatabase, request: TakeOverRequest): Promise<Task[]> {
  if (request.tasks.length === 0) return [];
  // Everybody locks in this order.
  const tasks = [...request.tasks].sort((a, b) => a.taskId - b.taskId);
  const change = randomUUID();
  const ids = await database.transaction((transaction, attempt) =>
    changeOwners(transaction, { ...request, tasks }, change, attempt),
  );
  const read = await readTasks(database.db, ids);
  // Somebody may have taken one again since.
  return read.filter((task) => task.owner === request.owner);
}

async function changeOwners(
  transaction: Transaction<Database>,
  { owner, now, tasks }: TakeOverRequest,
  change: string,
  attempt: number,
): Promise<number[]> {
  const all = tasks.map(({ taskId }) => taskId);
  if (attempt > 1) {
    const before = await listMarkedLocked(transaction, all, change);
    if (before.size > 0) return [...before];
  }
  // The status in every term: in front of them it would lead SQLite to walk through all running tasks for each batch.
  const condition = "id = ? and fence = ? and status = 'RUNNING'";
  const seen = tasks.map(({ taskId, fence }) => [taskId, fence]);
  const set = { owner, last_change: change };
  const count = await updateRows(transaction, 'task', set, condition, seen);
  if (count === 0) return [];
  const taken = count === all.length ? all : [...(await listMarked(transaction, all, change))];
  const rows = taken.map((taskId) => ({ task_id: taskId, owner, create_time: now }));
  await insertRows(transaction, 'task_ownership', rows);
  // The ids of those rows, read back: not every server gives the rows of one statement consecutive ones.
  await sql`
    update task set fence = (select max(id) from task_ownership where task_ownership.task_id = task.id)
    where id in (${sql.join(taken)})`.execute(transaction);
  return taken;
}
