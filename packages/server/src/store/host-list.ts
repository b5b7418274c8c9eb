/** Reading hosts page by page: of a fleet nobody wants all to show ten. */
import { type Kysely, type Selectable, sql } from 'kysely';
import type { Database } from './schema.ts';

export interface HostPageRequest {
  /** Of these alone; all by default. */
  readonly ids?: readonly number[] | undefined;
  readonly sort: {
    readonly field: 'id' | 'name' | 'innerIpAddress' | 'createTime';
    readonly direction: 'asc' | 'desc';
  };
  /** Everything by default. */
  readonly cut?: { readonly offset: number; readonly limit: number };
}

const sortColumns = {
  id: sql`id`,
  name: sql`lower(coalesce(alias, ip))`,
  innerIpAddress: sql`ip`,
  createTime: sql`create_time`,
} as const;

export async function listHostPage(
  db: Kysely<Database>,
  { ids, sort, cut }: HostPageRequest,
): Promise<{ rows: Selectable<Database['host']>[]; total: number }> {
  if (ids?.length === 0) return { rows: [], total: 0 };
  const all = db.selectFrom('host');
  const query = ids === undefined ? all : all.where('id', 'in', ids);
  const sorted = query
    .selectAll()
    .orderBy(sortColumns[sort.field], sort.direction)
    // Equal values keep one order from page to page.
    .orderBy('id', sort.direction);
  if (cut === undefined) {
    const rows = await sorted.execute();
    return { rows, total: rows.length };
  }
  const { total } = await query
    .select(({ fn }) => fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  return { rows: await sorted.limit(cut.limit).offset(cut.offset).execute(), total: Number(total) };
}
