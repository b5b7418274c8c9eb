/** How many rows there are in all, of which a page shows some. */
import type { Kysely, SelectQueryBuilder } from 'kysely';
import { listKept } from './kept-queries.ts';
import type { Database } from './schema.ts';

/** A query with its conditions alone: nothing selected, nothing cut. */
type Matching<Tables extends keyof Database> = SelectQueryBuilder<Database, Tables, object>;

export async function countRows<Tables extends keyof Database>(matching: Matching<Tables>): Promise<number> {
  return totalOf(await countQuery(matching).execute());
}

/** @param build the same query each time, by `name`: its conditions depend on nothing. */
export async function countKept<Tables extends keyof Database>(
  db: Kysely<Database>,
  name: string,
  build: () => Matching<Tables>,
): Promise<number> {
  return totalOf(await listKept(db, `count of ${name}`, [], () => countQuery(build())));
}

function countQuery<Tables extends keyof Database>(matching: Matching<Tables>) {
  return matching.select(({ fn }) => fn.countAll<number>().as('total'));
}

/** Some drivers give a count as text. */
function totalOf(rows: readonly { readonly total: number | string }[]): number {
  return Number(rows[0]?.total);
}
