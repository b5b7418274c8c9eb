/** Finds the task of an idempotency key. The key is written with its task, in one transaction (`task-create.ts`). */
import { createHash } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Database } from './schema.ts';

/** @returns undefined when the key was never used, or its task was removed since. */
export async function fetchTaskIdByKey(db: Kysely<Database>, key: string): Promise<number | undefined> {
  const row = await db
    .selectFrom('idempotency_key')
    .select('task_id')
    .where('key_hash', '=', createHash('sha256').update(key).digest('hex'))
    .executeTakeFirst();
  return row?.task_id;
}
