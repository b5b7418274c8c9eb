/** How many rows there are in all, of which a page shows some. */
import type { SelectQueryBuilder } from 'kysely';
import type { Database } from './schema.ts';

/** @param matching a query with its conditions alone: nothing selected, nothing cut. */
export async function countRows<Tables extends keyof Database>(
  matching: SelectQueryBuilder<Database, Tables, object>,
): Promise<number> {
  const { total } = await matching
    .select(({ fn }) => fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  // Some drivers give a count as text.
  return Number(total);
}
