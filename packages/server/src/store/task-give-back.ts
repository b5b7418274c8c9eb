/** Failed tasks that somebody took to act on them and then was gone: they are left as they were before. */
import type { TaskAtFence } from '@openocp/engine';
import type { MetadataDatabase } from './database.ts';
import { databaseNow } from './dialect.ts';

export async function listHalfTaken(
  { db, dialect }: MetadataDatabase,
  instance: string,
): Promise<TaskAtFence[]> {
  const rows = await db
    .selectFrom('task')
    .leftJoin('instance_lease', 'instance_lease.instance', 'task.owner')
    .select(['task.id', 'task.fence'])
    .where('task.status', '=', 'FAILED')
    .where('task.owner', 'is not', null)
    .where((eb) =>
      eb.or([
        eb('task.owner', '=', instance),
        eb('instance_lease.expire_time', 'is', null),
        eb('instance_lease.expire_time', '<=', databaseNow(dialect)),
      ]),
    )
    .orderBy('task.id')
    .execute();
  return rows.map((row) => ({ taskId: row.id, fence: row.fence }));
}

export function giveBack(database: MetadataDatabase, { taskId, fence }: TaskAtFence): Promise<void> {
  return database.transaction(async (transaction) => {
    const { numUpdatedRows } = await transaction
      .updateTable('task')
      .set((row) => ({ owner: null, revision: row('revision', '+', 1) }))
      .where('id', '=', taskId)
      .where('fence', '=', fence)
      .where('status', '=', 'FAILED')
      .where('owner', 'is not', null)
      .executeTakeFirst();
    if (numUpdatedRows === 0n) return;
    // What was taken together with the ownership bears the same time; what the task held before is older.
    await transaction
      .deleteFrom('claim')
      .where('task_id', '=', taskId)
      .where('create_time', '=', (row) =>
        row.selectFrom('task_ownership').select('create_time').where('task_ownership.id', '=', fence),
      )
      .execute();
  });
}
