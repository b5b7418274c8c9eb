/**
 * How long clusters bear a server that is down, since when servers are, until when some shall be back, and what was raised
 * for that.
 */
import type { Selectable } from 'kysely';
import type { ReturnWindow } from '../planning/permanent-offline.ts';
import type { MetadataDatabase } from './database.ts';
import { listKept } from './kept-queries.ts';
import type { Database } from './schema.ts';

export interface RaisedOfflineTime {
  readonly formerValue: string;
  readonly raisedValue: string;
}

export type OfflineTimeStore = ReturnType<typeof createOfflineTimeStore>;

export function createOfflineTimeStore(database: MetadataDatabase) {
  const { db } = database;
  return {
    ...windowsOf(database),
    ...raisedOf(database),
    async fetchLimit(clusterId: number): Promise<number | undefined> {
      const query = db.selectFrom('offline_limit').select('limit_ms').where('cluster_id', '=', clusterId);
      return (await query.executeTakeFirst())?.limit_ms;
    },
    /** By cluster. */
    async listLimits(clusterIds: readonly number[]): Promise<ReadonlyMap<number, number>> {
      if (clusterIds.length === 0) return new Map();
      const query = db.selectFrom('offline_limit').selectAll().where('cluster_id', 'in', clusterIds);
      return new Map((await query.execute()).map((row) => [row.cluster_id, row.limit_ms]));
    },
    async saveLimit(clusterId: number, limitMs: number): Promise<void> {
      await database.transaction(async (transaction) => {
        await transaction.deleteFrom('offline_limit').where('cluster_id', '=', clusterId).execute();
        await transaction
          .insertInto('offline_limit')
          .values({ cluster_id: clusterId, limit_ms: limitMs })
          .execute();
      });
    },
    /** By server. */
    async listProcessEnds(serverIds: readonly number[]): Promise<ReadonlyMap<number, number>> {
      if (serverIds.length === 0) return new Map();
      const rows = await db
        .selectFrom('process_end')
        .selectAll()
        .where('server_id', 'in', serverIds)
        .execute();
      return new Map(rows.map((row) => [row.server_id, row.end_time]));
    },
    /** Null: it is up again. */
    async saveProcessEnd(serverId: number, endTime: number | null): Promise<void> {
      await database.transaction(async (transaction) => {
        await transaction.deleteFrom('process_end').where('server_id', '=', serverId).execute();
        if (endTime === null) return;
        await transaction
          .insertInto('process_end')
          .values({ server_id: serverId, end_time: endTime })
          .execute();
      });
    },
  };
}

function windowsOf(database: MetadataDatabase) {
  const { db } = database;
  return {
    async listWindows(): Promise<ReturnWindow[]> {
      const rows = await listKept(db, 'return windows', [], () =>
        db.selectFrom('return_window').selectAll().orderBy('server_id'),
      );
      return rows.map(toWindow);
    },
    async fetchWindow(serverId: number): Promise<ReturnWindow | undefined> {
      const query = db.selectFrom('return_window').selectAll().where('server_id', '=', serverId);
      const row = await query.executeTakeFirst();
      return row === undefined ? undefined : toWindow(row);
    },
    /** In the place of the one that the server had. */
    async saveWindow(window: ReturnWindow): Promise<void> {
      await database.transaction(async (transaction) => {
        await transaction.deleteFrom('return_window').where('server_id', '=', window.serverId).execute();
        await transaction.insertInto('return_window').values(toRow(window)).execute();
      });
    },
    /** @returns false when it is known already. */
    async saveStartTask(serverId: number, taskId: number): Promise<boolean> {
      const update = db.updateTable('return_window').set({ start_task_id: taskId });
      const { numUpdatedRows } = await update
        .where('server_id', '=', serverId)
        .where('start_task_id', '<>', taskId)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    },
    async deleteWindow(serverId: number): Promise<void> {
      await db.deleteFrom('return_window').where('server_id', '=', serverId).execute();
    },
  };
}

function raisedOf(database: MetadataDatabase) {
  const { db } = database;
  return {
    async fetchRaised(clusterId: number): Promise<RaisedOfflineTime | undefined> {
      const query = db.selectFrom('raised_offline_time').selectAll().where('cluster_id', '=', clusterId);
      const row = await query.executeTakeFirst();
      return row === undefined ? undefined : { formerValue: row.former_value, raisedValue: row.raised_value };
    },
    async saveRaised(clusterId: number, { formerValue, raisedValue }: RaisedOfflineTime): Promise<void> {
      const values = { cluster_id: clusterId, former_value: formerValue, raised_value: raisedValue };
      await database.transaction(async (transaction) => {
        await transaction.deleteFrom('raised_offline_time').where('cluster_id', '=', clusterId).execute();
        await transaction.insertInto('raised_offline_time').values(values).execute();
      });
    },
    async deleteRaised(clusterId: number): Promise<void> {
      await db.deleteFrom('raised_offline_time').where('cluster_id', '=', clusterId).execute();
    },
  };
}

function toRow(window: ReturnWindow): Database['return_window'] {
  return {
    server_id: window.serverId,
    cluster_id: window.clusterId,
    return_by: window.returnBy,
    starts_server: Number(window.startsServer),
    user_id: window.userId,
    user_name: window.username,
    stop_task_id: window.stopTaskId,
    start_task_id: window.startTaskId,
  };
}

function toWindow(row: Selectable<Database['return_window']>): ReturnWindow {
  return {
    serverId: row.server_id,
    clusterId: row.cluster_id,
    returnBy: row.return_by,
    startsServer: row.starts_server === 1,
    userId: row.user_id,
    username: row.user_name,
    stopTaskId: row.stop_task_id,
    startTaskId: row.start_task_id,
  };
}
