/**
 * What humans have said to a running task that has boundaries: wait at the next one, or end there. Kept apart from the
 * task, because it may be said at any instance, and must outlive the one that runs the task.
 */
import type { Selectable } from 'kysely';
import type { MetadataDatabase } from './database.ts';
import type { Database } from './schema.ts';

export interface TaskPause {
  readonly state: 'PAUSED' | 'ABORTED';
  readonly username: string;
  /** Epoch milliseconds. */
  readonly since: number;
  readonly takenBy: string | null;
}

export type TaskPauseStore = ReturnType<typeof createTaskPauseStore>;

/** @param clock epoch milliseconds. */
export function createTaskPauseStore(database: MetadataDatabase, clock: () => number) {
  const { db } = database;
  return {
    async fetch(taskId: number): Promise<TaskPause | undefined> {
      const row = await db
        .selectFrom('task_pause')
        .selectAll()
        .where('task_id', '=', taskId)
        .executeTakeFirst();
      return row === undefined ? undefined : toPause(row);
    },
    async save(taskId: number, state: TaskPause['state'], username: string): Promise<void> {
      await database.transaction(async (within) => {
        await within.deleteFrom('task_pause').where('task_id', '=', taskId).execute();
        await within
          .insertInto('task_pause')
          .values({ task_id: taskId, state, username, create_time: clock(), taken_by: null })
          .execute();
      });
    },
    async saveTaken(taskId: number, takenBy: string): Promise<void> {
      await db
        .updateTable('task_pause')
        .set({ taken_by: takenBy })
        .where('task_id', '=', taskId)
        .where('state', '=', 'ABORTED')
        .where('taken_by', 'is', null)
        .execute();
    },
    async delete(taskId: number): Promise<void> {
      await db.deleteFrom('task_pause').where('task_id', '=', taskId).execute();
    },
  };
}

function toPause(row: Selectable<Database['task_pause']>): TaskPause {
  return {
    state: row.state === 'ABORTED' ? 'ABORTED' : 'PAUSED',
    username: row.username,
    since: row.create_time,
    takenBy: row.taken_by,
  };
}
