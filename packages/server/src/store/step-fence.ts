/**
 * What a step writes about clusters, zones and servers, written under its ownership. Between asking whether the task is still
 * owned and the commit an instance may be stopped for as long as somebody pleases, and a transaction that it had open is
 * ended by the server and repeated when it runs again: by then another owner, or another task, has had the last word.
 */
import type { Transaction } from 'kysely';
import type { MetadataDatabase } from './database.ts';
import type { Database } from './schema.ts';

/** The ownership under which a step acts; the context of a step is one. */
export interface StepWriter {
  readonly taskId: number;
  readonly fence: number;
}

/** The task has another owner by now; nothing was written. */
export class StepFenced extends Error {
  override readonly name = 'StepFenced';
}

/**
 * @param writer undefined when no step writes
 * @throws StepFenced
 */
export function writeFenced<T>(
  database: MetadataDatabase,
  writer: StepWriter | undefined,
  work: (transaction: Transaction<Database>) => Promise<T>,
): Promise<T> {
  return database.transaction(async (transaction) => {
    if (writer !== undefined) await requireOwned(transaction, writer);
    return work(transaction);
  });
}

/** Locks the task's row: its owner cannot change before the transaction has ended. */
async function requireOwned(
  transaction: Transaction<Database>,
  { taskId, fence }: StepWriter,
): Promise<void> {
  const { numUpdatedRows } = await transaction
    .updateTable('task')
    .set((row) => ({ revision: row.ref('revision') }))
    .where('id', '=', taskId)
    .where('fence', '=', fence)
    .executeTakeFirst();
  if (numUpdatedRows === 0n) throw new StepFenced(`Task ${taskId} belongs to another owner now`);
}
