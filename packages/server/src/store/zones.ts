/** Zones of managed clusters. */
import type { Selectable, Transaction } from 'kysely';
import type { ZoneRow } from '../domain/cluster-snapshot.ts';
import type { ZoneIntent } from '../planning/intents.ts';
import type { MetadataDatabase } from './database.ts';
import { isStillThere } from './moved-out-clusters.ts';
import type { Database } from './schema.ts';
import { type StepWriter, writeFenced } from './step-fence.ts';

export interface Zone extends ZoneRow {
  readonly clusterId: number;
  readonly intent: ZoneIntent;
  readonly createTime: number;
  readonly updateTime: number;
}

export type ZoneStore = ReturnType<typeof createZoneStore>;

/** @param clock epoch milliseconds. */
export function createZoneStore(database: MetadataDatabase, clock: () => number) {
  const { db } = database;
  return {
    save: (clusterId: number, zone: ZoneRow) => saveZone(database, clock(), clusterId, zone),
    async deleteExcept(clusterId: number, names: readonly string[]): Promise<void> {
      const all = db.deleteFrom('zone').where('cluster_id', '=', clusterId);
      await (names.length === 0 ? all : all.where('name', 'not in', names)).execute();
    },
    /** With what it was meant to be: a zone of the same name that is added later begins anew. */
    async forget(clusterId: number, name: string): Promise<void> {
      await database.transaction(async (transaction) => {
        await transaction
          .deleteFrom('zone_intent')
          .where('cluster_id', '=', clusterId)
          .where('zone_name', '=', name)
          .execute();
        await transaction
          .deleteFrom('zone')
          .where('cluster_id', '=', clusterId)
          .where('name', '=', name)
          .execute();
      });
    },
    async list(clusterIds: readonly number[]): Promise<Zone[]> {
      if (clusterIds.length === 0) return [];
      const rows = await db
        .selectFrom('zone')
        .leftJoin('zone_intent', (join) =>
          join
            .onRef('zone_intent.cluster_id', '=', 'zone.cluster_id')
            .onRef('zone_intent.zone_name', '=', 'zone.name'),
        )
        .selectAll('zone')
        .select('zone_intent.intent as intent')
        .where('zone.cluster_id', 'in', clusterIds)
        .orderBy('zone.name')
        .execute();
      return rows.map(toZone);
    },
    updateIntent: (clusterId: number, name: string, intent: ZoneIntent, writer?: StepWriter) =>
      writeFenced(database, writer, (transaction) => saveIntent(transaction, clusterId, name, intent)),
  };
}

async function saveZone(
  database: MetadataDatabase,
  now: number,
  clusterId: number,
  zone: ZoneRow,
): Promise<void> {
  const values = {
    inner_status: zone.status,
    region: zone.region,
    idc: zone.idc,
    type: zone.type,
    update_time: now,
  };
  await database.transaction(async (transaction) => {
    if (!(await isStillThere(database, transaction, clusterId))) return;
    const updated = await transaction
      .updateTable('zone')
      .set(values)
      .where('cluster_id', '=', clusterId)
      .where('name', '=', zone.name)
      .executeTakeFirst();
    if (updated.numUpdatedRows > 0n) return;
    await transaction
      .insertInto('zone')
      .values({ ...values, cluster_id: clusterId, name: zone.name, create_time: now })
      .execute();
  });
}

async function saveIntent(
  transaction: Transaction<Database>,
  clusterId: number,
  name: string,
  intent: ZoneIntent,
): Promise<void> {
  await transaction
    .deleteFrom('zone_intent')
    .where('cluster_id', '=', clusterId)
    .where('zone_name', '=', name)
    .execute();
  await transaction
    .insertInto('zone_intent')
    .values({ cluster_id: clusterId, zone_name: name, intent })
    .execute();
}

function toZone(row: Selectable<Database['zone']> & { intent: string | null }): Zone {
  const { intent } = row;
  return {
    clusterId: row.cluster_id,
    name: row.name,
    status: row.inner_status,
    region: row.region,
    idc: row.idc,
    type: row.type,
    intent: intent === 'STOPPED' || intent === 'SERVICE_STOPPED' ? intent : 'RUNNING',
    createTime: row.create_time,
    updateTime: row.update_time,
  };
}
