/** How long the subtasks of an operation took before; what a plan expects of the next run. */
import type { Kysely } from 'kysely';
import { passedResult } from '../domain/passed-step.ts';
import type { FormerRun } from '../planning/expected-duration.ts';
import type { Database } from './schema.ts';

/** Enough for a median, and all of them recent. */
const newestTasks = 20;
/** A step without work says nothing of how long its work takes. */
const passed = JSON.stringify(passedResult);

export async function listFormerRuns(db: Kysely<Database>, definition: string): Promise<FormerRun[]> {
  const tasks = await db
    .selectFrom('task')
    .select('id')
    .where('definition', '=', definition)
    .where('status', '=', 'SUCCESSFUL')
    .where('operation', '=', 'EXECUTE')
    .orderBy('id', 'desc')
    .limit(newestTasks)
    .execute();
  if (tasks.length === 0) return [];
  const rows = await db
    .selectFrom('subtask')
    .select(['name', 'start_time', 'finish_time'])
    .where(
      'task_id',
      'in',
      tasks.map(({ id }) => id),
    )
    .where((row) => row.or([row('result_json', 'is', null), row('result_json', '!=', passed)]))
    .execute();
  return rows.flatMap(({ name, start_time: start, finish_time: finish }) =>
    start === null || finish === null ? [] : [{ subtask: name, durationMs: Math.max(0, finish - start) }],
  );
}
