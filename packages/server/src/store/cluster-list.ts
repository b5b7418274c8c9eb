/** Reading clusters page by page: of a fleet nobody wants all to show ten. */
import { type Kysely, type Selectable, sql } from 'kysely';
import { countRows } from './count-rows.ts';
import { containsText } from './dialect.ts';
import { hiddenPhases } from './hidden-phases.ts';
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
  let query = db.selectFrom('cluster').where('phase', 'not in', hiddenPhases);
  if (ids !== undefined) query = query.where('id', 'in', ids);
  if (name !== undefined) query = query.where(containsText(sql<string>`name`, name));
  const sorted = query
    .selectAll()
    .orderBy(sortColumns[sort.field], sort.direction)
    // Equal values keep one order from page to page.
    .orderBy('id', sort.direction);
  if (cut === undefined) {
    const rows = await sorted.execute();
    return { rows, total: rows.length };
  }
  const rows = await sorted.limit(cut.limit).offset(cut.offset).execute();
  return { rows, total: await countRows(query) };
}
