/**
 * What the looks at a cluster noticed beside the present state: which process each server had, and changes that nobody
 * here made. Marks are settled by the next operation of ours on the server.
 */
import type { DriftMark } from '../planning/drift.ts';
import type { MetadataDatabase } from './database.ts';
import { listKept } from './kept-queries.ts';

/** What tells one process of a home from the next. */
export interface SeenProcess {
  readonly bootId: string;
  readonly pid: number;
  readonly startTicks: string;
}

interface NamedServer {
  readonly id: number;
  readonly clusterId: number;
}

export type DriftStore = ReturnType<typeof createDriftStore>;

/** @param clock epoch milliseconds. */
export function createDriftStore(database: MetadataDatabase, clock: () => number) {
  const { db } = database;
  const table = (clusterIds: readonly number[]) =>
    db.selectFrom('server_drift').selectAll().where('cluster_id', 'in', clusterIds).orderBy('kind');
  return {
    /** By server id. */
    async listProcesses(clusterId: number): Promise<Map<number, SeenProcess>> {
      const rows = await db
        .selectFrom('server_process')
        .selectAll()
        .where('cluster_id', '=', clusterId)
        .execute();
      return new Map(
        rows.map((row) => [
          row.server_id,
          { bootId: row.boot_id, pid: row.pid, startTicks: row.start_ticks },
        ]),
      );
    },
    saveProcess: ({ id, clusterId }: NamedServer, { bootId, pid, startTicks }: SeenProcess) =>
      database.transaction(async (transaction) => {
        await transaction.deleteFrom('server_process').where('server_id', '=', id).execute();
        const process = { boot_id: bootId, pid, start_ticks: startTicks };
        await transaction
          .insertInto('server_process')
          .values({ server_id: id, cluster_id: clusterId, ...process })
          .execute();
      }),
    /** By server id. */
    async listMarks(clusterIds: readonly number[]): Promise<Map<number, DriftMark[]>> {
      if (clusterIds.length === 0) return new Map();
      const rows = await listKept(db, 'drift of clusters', clusterIds, (...ids) => table(ids));
      const groups = Map.groupBy(rows, (row) => row.server_id);
      return new Map(
        [...groups].map(([id, own]) => [id, own.map(({ kind, evidence }) => markOf(kind, evidence))]),
      );
    },
    saveMark: ({ id, clusterId }: NamedServer, { kind, evidence }: DriftMark) =>
      database.transaction(async (transaction) => {
        await transaction
          .deleteFrom('server_drift')
          .where('server_id', '=', id)
          .where('kind', '=', kind)
          .execute();
        await transaction
          .insertInto('server_drift')
          .values({ server_id: id, cluster_id: clusterId, kind, evidence, create_time: clock() })
          .execute();
      }),
    async deleteMarks(serverId: number): Promise<void> {
      await db.deleteFrom('server_drift').where('server_id', '=', serverId).execute();
    },
  };
}

function markOf(kind: string, evidence: string): DriftMark {
  return { kind: kind === 'ADDED_ELSEWHERE' ? kind : 'PROCESS_RESTARTED', evidence };
}
