/** Reading tasks and logs for people: pages, filters, holders of claims. */
import type { LogLine, Task, TaskStatus } from '@openocp/engine';
import { type Kysely, type SelectQueryBuilder, sql } from 'kysely';
import { countKept, countRows } from './count-rows.ts';
import { containsText } from './dialect.ts';
import { listKept } from './kept-queries.ts';
import type { Database } from './schema.ts';
import { readTasks } from './task-rows.ts';

/** Every field that is given must be met. */
export interface TaskFilter {
  /** Part of the name, whatever the case. */
  readonly name?: string;
  readonly statuses?: readonly TaskStatus[];
  readonly definition?: string;
  readonly clusterId?: number;
  /** Part of the name, whatever the case. */
  readonly clusterName?: string;
  readonly tenantId?: number;
  readonly hostId?: number;
}

export interface TaskPageRequest {
  readonly filter: TaskFilter;
  readonly sort: {
    readonly field: 'id' | 'name' | 'status' | 'startTime' | 'finishTime';
    readonly direction: 'asc' | 'desc';
  };
  readonly offset: number;
  readonly limit: number;
}

const sortColumns = {
  id: 'id',
  name: 'name',
  status: 'status',
  startTime: 'start_time',
  finishTime: 'finish_time',
} as const;

export async function listTasks(
  db: Kysely<Database>,
  { filter, sort, offset, limit }: TaskPageRequest,
): Promise<{ tasks: Task[]; total: number }> {
  const matching = () => filtered(db, filter);
  const select = (most: number, skipped: number) =>
    matching()
      .select('id')
      .orderBy(sortColumns[sort.field], sort.direction)
      // Equal values keep one order from page to page.
      .orderBy('id', sort.direction)
      .limit(most)
      .offset(skipped);
  const isWhole = Object.values(filter).every((value) => value === undefined);
  const rows = isWhole
    ? await listKept(db, `tasks by ${sort.field} ${sort.direction}`, [limit, offset], select)
    : await select(limit, offset).execute();
  const tasks = await readTasks(
    db,
    rows.map((row) => row.id),
  );
  return { tasks, total: await (isWhole ? countKept(db, 'tasks', matching) : countRows(matching())) };
}

function filtered(db: Kysely<Database>, filter: TaskFilter): SelectQueryBuilder<Database, 'task', object> {
  const { name, statuses, definition, clusterId, clusterName, tenantId, hostId } = filter;
  const text = (column: 'name' | 'cluster_name') => sql<string>`${sql.ref(column)}`;
  return db
    .selectFrom('task')
    .$if(name !== undefined, (query) => query.where(containsText(text('name'), name ?? '')))
    .$if(statuses !== undefined, (query) => query.where('status', 'in', statuses ?? []))
    .$if(definition !== undefined, (query) => query.where('definition', '=', definition ?? ''))
    .$if(clusterId !== undefined, (query) => query.where('cluster_id', '=', clusterId ?? 0))
    .$if(clusterName !== undefined, (query) =>
      query.where(containsText(text('cluster_name'), clusterName ?? '')),
    )
    .$if(tenantId !== undefined, (query) => query.where('tenant_id', '=', tenantId ?? 0))
    .$if(hostId !== undefined, (query) => query.where('host_id', '=', hostId ?? 0));
}

/** A task that holds a claim, or that is queued for it. */
export interface ClaimingTask {
  readonly task: Task;
  /** Epoch milliseconds: since when it holds the claim, or waits for it. */
  readonly since: number;
}

/** Tasks that hold one of the claims at this moment or wait for it, oldest first; the task says which. */
export async function listTasksByClaims(
  db: Kysely<Database>,
  claims: readonly string[],
): Promise<ClaimingTask[]> {
  if (claims.length === 0) return [];
  const rowsOf = (table: 'claim' | 'claim_queue') =>
    listKept(db, `rows of ${table}`, claims, (...places) =>
      db.selectFrom(table).select(['task_id', 'create_time']).where('claim', 'in', places),
    );
  const rows = [...(await rowsOf('claim')), ...(await rowsOf('claim_queue'))];
  const since = new Map(rows.map((row) => [row.task_id, row.create_time]));
  const ids = [...since.keys()].sort((a, b) => a - b);
  const tasks = await readTasks(db, ids);
  return tasks.map((task) => ({ task, since: since.get(task.id) ?? task.createTime }));
}

export interface StoredLogLine extends LogLine {
  /** Give it as `after` to read on from here. */
  readonly id: number;
}

/** Lines of one subtask in the order in which they were written. */
export async function listLog(
  db: Kysely<Database>,
  subtaskId: number,
  { after = 0, limit }: { readonly after?: number; readonly limit?: number } = {},
): Promise<StoredLogLine[]> {
  const query = db
    .selectFrom('subtask_log')
    .selectAll()
    .where('subtask_id', '=', subtaskId)
    .where('id', '>', after)
    .orderBy('id');
  const rows = await (limit === undefined ? query : query.limit(limit)).execute();
  return rows.map((row) => ({
    id: row.id,
    taskId: row.task_id,
    subtaskId: row.subtask_id,
    attempt: row.attempt,
    operation: row.operation,
    level: row.level,
    time: row.time,
    text: row.text,
  }));
}
