/** Removes what nobody looks at any more. */
import type { MetadataDatabase } from './database.ts';

/**
 * Removes tasks that ended successfully before `before` (epoch milliseconds), with everything that belongs to them, at
 * most `batch` in one transaction. Failed tasks stay: they may hold claims, and somebody may still retry them.
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
    .where('status', '=', 'SUCCESSFUL')
    .where('finish_time', '<', before)
    .orderBy('id')
    .limit(batch)
    .execute();
  if (rows.length === 0) return 0;
  const ids = rows.map((row) => row.id);
  await database.transaction(async (transaction) => {
    // The task last: a crash between two statements of a server without transactional DDL is no concern here, but a
    // reader must never find a task whose subtasks are gone.
    await transaction.deleteFrom('task').where('id', 'in', ids).execute();
    await transaction
      .deleteFrom('subtask_log')
      .where('subtask_id', 'in', (eb) => eb.selectFrom('subtask').select('id').where('task_id', 'in', ids))
      .execute();
    for (const table of ['idempotency_key', 'task_ownership', 'task_pause', 'subtask'] as const) {
      await transaction.deleteFrom(table).where('task_id', 'in', ids).execute();
    }
  });
  return ids.length;
}
