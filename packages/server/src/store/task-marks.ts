/** Which tasks a transaction has changed: every change leaves its name in the row, so that a repetition recognises it. */
import type { Transaction } from 'kysely';
import type { Database } from './schema.ts';

export async function listMarked(
  transaction: Transaction<Database>,
  taskIds: readonly number[],
  change: string,
): Promise<Set<number>> {
  const rows = await transaction
    .selectFrom('task')
    .select('id')
    .where('id', 'in', taskIds)
    .where('last_change', '=', change)
    .execute();
  return new Set(rows.map((row) => row.id));
}

/** Waits for an earlier attempt to end, if the server still works on it: only then its mark can be trusted. */
export async function listMarkedLocked(
  transaction: Transaction<Database>,
  taskIds: readonly number[],
  change: string,
): Promise<Set<number>> {
  // An update without effect takes the row locks in both dialects.
  await transaction
    .updateTable('task')
    .set((eb) => ({ revision: eb.ref('revision') }))
    .where('id', 'in', taskIds)
    .execute();
  return listMarked(transaction, taskIds, change);
}
