/**
 * The logs of all subtasks as one sequence. Every change of a task writes a log line in its own transaction, so whoever
 * reads on here sees, with the lines, which tasks have changed: no table of events, and no write more than there was.
 */
import type { Kysely, Selectable, SelectQueryBuilder } from 'kysely';
import type { Database } from './schema.ts';
import type { SubtaskLogTable } from './tables/task-tables.ts';
import type { StoredLogLine } from './task-list.ts';

/** Lines with an id above `after`; every condition that is given must be met. */
export interface FeedRange {
  readonly after: number;
  readonly upTo?: number;
  readonly taskId?: number;
  readonly clusterId?: number;
}

export interface EventFeed {
  /** The first lines of a range, in the order of their ids. */
  list(range: FeedRange, limit: number): Promise<readonly StoredLogLine[]>;
  /** Those of these lines that are there, in the order of their ids. */
  listByIds(ids: readonly number[]): Promise<readonly StoredLogLine[]>;
  /** The newest lines, in the order of their ids. */
  listNewest(limit: number): Promise<readonly StoredLogLine[]>;
  /** The tasks of a range, each with its last line there. */
  listTasks(range: FeedRange): Promise<ReadonlyMap<number, number>>;
}

export function createEventFeed(db: Kysely<Database>): EventFeed {
  return {
    async list(range, limit) {
      const rows = await within(db, range).selectAll('subtask_log').orderBy('id').limit(limit).execute();
      return rows.map(toLine);
    },
    async listByIds(ids) {
      if (ids.length === 0) return [];
      const query = db.selectFrom('subtask_log').selectAll().where('id', 'in', ids).orderBy('id');
      return (await query.execute()).map(toLine);
    },
    async listNewest(limit) {
      const query = db.selectFrom('subtask_log').selectAll().orderBy('id', 'desc').limit(limit);
      return (await query.execute()).map(toLine).reverse();
    },
    async listTasks(range) {
      const rows = await within(db, range)
        .select((eb) => ['task_id', eb.fn.max('id').as('last_id')])
        .groupBy('task_id')
        .execute();
      return new Map(rows.map((row) => [row.task_id, Number(row.last_id)]));
    },
  };
}

function toLine({ task_id, subtask_id, ...line }: Selectable<SubtaskLogTable>): StoredLogLine {
  return { ...line, taskId: task_id, subtaskId: subtask_id };
}

function within(
  db: Kysely<Database>,
  { after, upTo, taskId, clusterId }: FeedRange,
): SelectQueryBuilder<Database, 'subtask_log', object> {
  let query = db.selectFrom('subtask_log').where('id', '>', after);
  if (upTo !== undefined) query = query.where('id', '<=', upTo);
  if (taskId !== undefined) {
    // By subtask, because that is what the log has an index for.
    const subtasks = db.selectFrom('subtask').select('subtask.id').where('subtask.task_id', '=', taskId);
    query = query.where('subtask_id', 'in', subtasks);
  }
  if (clusterId !== undefined) {
    const tasks = db.selectFrom('task').select('task.id').where('task.cluster_id', '=', clusterId);
    query = query.where('task_id', 'in', tasks);
  }
  return query;
}
