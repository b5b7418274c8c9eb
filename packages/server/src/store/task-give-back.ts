/** Failed tasks that somebody took to act on them and then was gone: they are left as they were before. */
import type { TaskAtFence } from '@openocp/engine';
import type { MetadataDatabase } from './database.ts';
import { isWithoutLease } from './instance-leases.ts';
import { updateRows } from './plain-statements.ts';

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
    .where((eb) => eb.or([eb('task.owner', '=', instance), isWithoutLease(dialect)]))
    .orderBy('task.id')
    .execute();
  return rows.map((row) => ({ taskId: row.id, fence: row.fence }));
}

export function giveBack(database: MetadataDatabase, { taskId, fence }: TaskAtFence): Promise<void> {
  return database.transaction(async (transaction) => {
    const condition = "id = ? and fence = ? and status = 'FAILED' and owner is not null";
    const count = await updateRows(transaction, 'task', { owner: null }, condition, [[taskId, fence]]);
    if (count === 0) return;
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
