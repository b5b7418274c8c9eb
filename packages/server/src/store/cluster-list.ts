/** Reading clusters page by page: of a fleet nobody wants all to show ten. */
import { type Kysely, type Selectable, sql } from 'kysely';
import { countKept, countRows } from './count-rows.ts';
import { containsText } from './dialect.ts';
import { hiddenPhases } from './hidden-phases.ts';
import { listKept } from './kept-queries.ts';
import type { Database } from './schema.ts';

export interface ClusterPageRequest {
  /** Of these alone; all by default. */
  readonly ids?: readonly number[] | undefined;
  /** Part of the name, whatever the case. */
  readonly name?: string | undefined;
  readonly sort: {
    readonly field: 'id' | 'name' | 'obClusterId' | 'createTime';
    readonly direction: 'asc' | 'desc';
  };
  /** Everything by default. */
  readonly cut?: { readonly offset: number; readonly limit: number };
}

const sortColumns = {
  id: sql`id`,
  name: sql`lower(name)`,
  obClusterId: sql`ob_cluster_id`,
  createTime: sql`create_time`,
} as const;

export async function listClusterPage(
  db: Kysely<Database>,
  { ids, name, sort, cut }: ClusterPageRequest,
): Promise<{ rows: Selectable<Database['cluster']>[]; total: number }> {
  if (ids?.length === 0) return { rows: [], total: 0 };
  const matching = () => selectMatching(db, { ids, name });
  const sorted = () =>
    matching()
      .selectAll()
      .orderBy(sortColumns[sort.field], sort.direction)
      // Equal values keep one order from page to page.
      .orderBy('id', sort.direction);
  if (cut === undefined) {
    const rows = await sorted().execute();
    return { rows, total: rows.length };
  }
  const select = (limit: number, offset: number) => sorted().limit(limit).offset(offset);
  if (ids !== undefined || name !== undefined) {
    const rows = await select(cut.limit, cut.offset).execute();
    return { rows, total: await countRows(matching()) };
  }
  const kept = `clusters by ${sort.field} ${sort.direction}`;
  const rows = await listKept(db, kept, [cut.limit, cut.offset], select);
  return { rows, total: await countKept(db, 'clusters', matching) };
}

function selectMatching(db: Kysely<Database>, { ids, name }: Pick<ClusterPageRequest, 'ids' | 'name'>) {
  let query = db.selectFrom('cluster');
  // One by one: SQLite makes a table of a list, and looks into it for every row.
  for (const phase of hiddenPhases) query = query.where('phase', '<>', phase);
  if (ids !== undefined) query = query.where('id', 'in', ids);
  return name === undefined ? query : query.where(containsText(sql<string>`name`, name));
}
