/** Host types, and what a take-over said of the hosts of a cluster. */
import type { Selectable } from 'kysely';
import type { MetadataDatabase } from './database.ts';
import { listKept } from './kept-queries.ts';
import type { Database } from './schema.ts';
import { isDuplicateKey } from './transaction.ts';

export interface HostTypeRow {
  readonly id: number;
  readonly name: string;
  readonly description: string | null;
  readonly createTime: number;
  readonly updateTime: number;
}

/** As it came with the take-over; undefined is what was not said. */
export interface HostInfo {
  readonly kind?: string | undefined;
  readonly hostTypeId?: number | undefined;
  readonly credentialId?: number | undefined;
  readonly sshPort?: number | undefined;
}

export type HostTypeStore = ReturnType<typeof createHostTypeStore>;

/** @param clock epoch milliseconds. */
export function createHostTypeStore(database: MetadataDatabase, clock: () => number) {
  const { db } = database;
  return {
    async list(): Promise<HostTypeRow[]> {
      return (await db.selectFrom('host_type').selectAll().orderBy('id').execute()).map(toHostType);
    },
    async fetch(id: number): Promise<HostTypeRow | undefined> {
      const row = await db.selectFrom('host_type').selectAll().where('id', '=', id).executeTakeFirst();
      return row === undefined ? undefined : toHostType(row);
    },
    /** @returns undefined when the name is taken. */
    async insert(name: string, description: string | null): Promise<HostTypeRow | undefined> {
      const now = clock();
      const values = { name, description, create_time: now, update_time: now };
      try {
        const inserted = await db.insertInto('host_type').values(values).executeTakeFirstOrThrow();
        return toHostType({ ...values, id: Number(inserted.insertId) });
      } catch (error) {
        if (isDuplicateKey(error)) return undefined;
        throw error;
      }
    },
    /** Ids of the clusters whose hosts are of this type. */
    async listClusters(id: number): Promise<number[]> {
      const rows = await db
        .selectFrom('cluster_host_info')
        .select('cluster_id')
        .where('host_type_id', '=', id)
        .execute();
      return rows.map((row) => row.cluster_id);
    },
    async delete(id: number): Promise<void> {
      await db.deleteFrom('host_type').where('id', '=', id).execute();
    },
    /** Names of the types of the clusters' hosts, for the clusters of which it is known. */
    async listNames(clusterIds: readonly number[]): Promise<Map<number, string>> {
      if (clusterIds.length === 0) return new Map();
      const rows = await listKept(db, 'host types of clusters', clusterIds, (...ids) =>
        db
          .selectFrom('cluster_host_info')
          .innerJoin('host_type', 'host_type.id', 'cluster_host_info.host_type_id')
          .select(['cluster_host_info.cluster_id', 'host_type.name'])
          .where('cluster_host_info.cluster_id', 'in', ids),
      );
      return new Map(rows.map((row) => [row.cluster_id, row.name]));
    },
    saveHostInfo: (clusterId: number, info: HostInfo) => saveHostInfo(database, clusterId, info),
  };
}

async function saveHostInfo(database: MetadataDatabase, clusterId: number, info: HostInfo): Promise<void> {
  await database.transaction(async (transaction) => {
    await transaction.deleteFrom('cluster_host_info').where('cluster_id', '=', clusterId).execute();
    await transaction
      .insertInto('cluster_host_info')
      .values({
        cluster_id: clusterId,
        kind: info.kind ?? null,
        host_type_id: info.hostTypeId ?? null,
        credential_id: info.credentialId ?? null,
        ssh_port: info.sshPort ?? null,
      })
      .execute();
  });
}

function toHostType(row: Selectable<Database['host_type']>): HostTypeRow {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    createTime: row.create_time,
    updateTime: row.update_time,
  };
}
