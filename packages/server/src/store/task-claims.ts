/** Claims: exclusive keys that unfinished tasks hold. A key is held by whoever has its row. */
import type { ClaimHolder } from '@openocp/engine';
import type { Transaction } from 'kysely';
import { insertRow } from './plain-statements.ts';
import type { Database } from './schema.ts';
import { isDuplicateKey } from './transaction.ts';

/** Another task was faster; the transaction is to be rolled back. */
export class ClaimTaken extends Error {
  override readonly name = 'ClaimTaken';
}

/**
 * Takes the claims that the task does not hold yet. Ask `fetchHolder` first: this only notices who came in between.
 * @throws ClaimTaken
 */
export async function takeClaims(
  transaction: Transaction<Database>,
  taskId: number,
  claims: readonly string[],
  now: number,
): Promise<void> {
  if (claims.length === 0) return;
  const held = await transaction
    .selectFrom('claim')
    .select('claim')
    .where('claim', 'in', claims)
    .where('task_id', '=', taskId)
    .execute();
  const present = new Set(held.map((row) => row.claim));
  // One order for everybody, so that two tasks that want the same two claims cannot wait for each other.
  const missing = claims.filter((claim) => !present.has(claim)).sort();
  try {
    for (const claim of missing) {
      await insertRow(transaction, 'claim', { claim, task_id: taskId, create_time: now });
    }
  } catch (error) {
    if (isDuplicateKey(error)) throw new ClaimTaken();
    throw error;
  }
}

/** Undefined when nobody else holds one of them at this moment. */
export async function fetchHolder(
  transaction: Transaction<Database>,
  claims: readonly string[],
  exceptTaskId: number | undefined,
): Promise<ClaimHolder | undefined> {
  if (claims.length === 0) return undefined;
  const row = await transaction
    .selectFrom('claim')
    .innerJoin('task', 'task.id', 'claim.task_id')
    .select(['claim.claim', 'task.id', 'task.name', 'submitter_id', 'submitter_name', 'claim.create_time'])
    .where('claim.claim', 'in', claims)
    .where('claim.task_id', '!=', exceptTaskId ?? 0)
    .orderBy('claim.claim')
    .executeTakeFirst();
  if (row === undefined) return undefined;
  return {
    claim: row.claim,
    taskId: row.id,
    taskName: row.name,
    submitter: { id: row.submitter_id, name: row.submitter_name },
    since: row.create_time,
  };
}
