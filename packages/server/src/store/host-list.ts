/**
 * Reading hosts page by page: of a fleet nobody wants all to show ten. What a host is, and what runs on it, follows from its
 * agent and its servers; here it is said once more in SQL, for the database to select and sort by.
 */
import { type Expression, type Kysely, type RawBuilder, type Selectable, sql } from 'kysely';
import { countKept, countRows } from './count-rows.ts';
import { containsText } from './dialect.ts';
import { hiddenPhases } from './hidden-phases.ts';
import { listKept } from './kept-queries.ts';
import type { Database } from './schema.ts';

/** Every list that is given and not empty must be met. */
export interface HostFilter {
  readonly statuses?: readonly string[] | undefined;
  /** Part of the name, the address or the name of a service, whatever the case. */
  readonly keyword?: string | undefined;
  /** One of these runs on the host. */
  readonly included?: readonly string[] | undefined;
  /** None of these does. */
  readonly excluded?: readonly string[] | undefined;
}

export interface HostPageRequest {
  /** Of these alone; all by default. */
  readonly ids?: readonly number[] | undefined;
  readonly filter?: HostFilter;
  readonly sort: {
    readonly field: keyof typeof sortColumns;
    readonly direction: 'asc' | 'desc';
  };
  readonly offset: number;
  readonly limit: number;
}

/** The agent is a service of its host, of this name. */
export const agentServiceName = 'agent';

const hasAgent = sql<boolean>`host.agent_url is not null`;
const hasCluster = onHost(sql<boolean>`1 = 1`);
const status = sql<string>`case
  when host.agent_failure is not null and ${hasAgent} then 'OFFLINE'
  when ${hasCluster} then 'ONLINE'
  when ${hasAgent} then 'AVAILABLE' else 'NEW' end`;
const name = sql<string>`coalesce(host.alias, host.ip)`;

const sortColumns = {
  id: sql`host.id`,
  name: sql`lower(${name})`,
  innerIpAddress: sql`host.ip`,
  status,
  createTime: sql`host.create_time`,
} as const;

/** A server of a cluster that is shown. */
function onHost(condition: Expression<boolean>): RawBuilder<boolean> {
  return sql<boolean>`exists (select 1 from server inner join cluster on cluster.id = server.cluster_id
    where server.ip = host.ip and cluster.phase not in (${sql.join(hiddenPhases)}) and ${condition})`;
}

export async function listHostPage(
  db: Kysely<Database>,
  { ids, filter = {}, sort, offset, limit }: HostPageRequest,
): Promise<{ rows: Selectable<Database['host']>[]; total: number }> {
  if (ids?.length === 0) return { rows: [], total: 0 };
  const conditions = conditionsOf(filter);
  const matching = () => {
    const query = db.selectFrom('host').$if(ids !== undefined, (all) => all.where('id', 'in', ids ?? []));
    return conditions.reduce((some, condition) => some.where(condition), query);
  };
  const select = (most: number, skipped: number) =>
    matching()
      .selectAll()
      .orderBy(sortColumns[sort.field], sort.direction)
      // Equal values keep one order from page to page.
      .orderBy('id', sort.direction)
      .limit(most)
      .offset(skipped);
  if (ids !== undefined || conditions.length > 0)
    return { rows: await select(limit, offset).execute(), total: await countRows(matching()) };
  const rows = await listKept(db, `hosts by ${sort.field} ${sort.direction}`, [limit, offset], select);
  return { rows, total: await countKept(db, 'hosts', matching) };
}

function conditionsOf({ statuses = [], keyword = '', included = [], excluded = [] }: HostFilter) {
  return [
    ...(statuses.length === 0 ? [] : [sql<boolean>`${status} in (${sql.join(statuses)})`]),
    ...(keyword === '' ? [] : [matches(keyword)]),
    ...(included.length === 0 ? [] : [anyOf(included.map(runs))]),
    ...excluded.map((service) => sql<boolean>`not (${runs(service)})`),
  ];
}

function matches(keyword: string): RawBuilder<boolean> {
  const clusterName = sql<string>`concat(cluster.name, ':', cluster.ob_cluster_id)`;
  return anyOf([
    containsText(name, keyword),
    containsText(sql<string>`host.ip`, keyword),
    onHost(containsText(clusterName, keyword)),
    ...(agentServiceName.includes(keyword.toLowerCase()) ? [hasAgent] : []),
  ]);
}

/** Other services than these are not known here. */
function runs(service: string): RawBuilder<boolean> {
  if (service === 'OB_CLUSTER') return hasCluster;
  return service === 'OCP_AGENT' ? hasAgent : sql<boolean>`1 = 0`;
}

function anyOf(conditions: readonly RawBuilder<boolean>[]): RawBuilder<boolean> {
  return sql<boolean>`(${sql.join(conditions, sql` or `)})`;
}
