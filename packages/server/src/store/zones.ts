/** Zones of managed clusters. */
import type { Kysely, Selectable, Transaction } from 'kysely';
import type { ZoneRow } from '../domain/cluster-snapshot.ts';
import type { ZoneIntent } from '../planning/intents.ts';
import type { MetadataDatabase } from './database.ts';
import { listKept } from './kept-queries.ts';
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
    save: (clusterId: number, zone: ZoneRow) => saveZones(database, clock(), clusterId, [zone]),
    /** Makes the stored zones equal to what the kernel shows. Most looks find nothing new: then nothing is written. */
    async saveAll(clusterId: number, rows: readonly ZoneRow[]): Promise<void> {
      const stored = await listZones(db, [clusterId]);
      const changed = rows.filter((row) => !stored.some((zone) => isUnchanged(zone, row)));
      const names = rows.map(({ name }) => name);
      if (changed.length > 0) await saveZones(database, clock(), clusterId, changed);
      if (stored.some(({ name }) => !names.includes(name))) await deleteOthers(db, clusterId, names);
    },
    /** With what it was meant to be: a zone of the same name that is added later begins anew. */
    forget: (clusterId: number, name: string, writer?: StepWriter) =>
      writeFenced(database, writer, (transaction) => forgetZone(transaction, clusterId, name)),
    list: (clusterIds: readonly number[]) => listZones(db, clusterIds),
    updateIntent: (clusterId: number, name: string, intent: ZoneIntent, writer?: StepWriter) =>
      writeFenced(database, writer, (transaction) => saveIntent(transaction, clusterId, name, intent)),
  };
}

async function forgetZone(
  transaction: Transaction<Database>,
  clusterId: number,
  name: string,
): Promise<void> {
  await deleteIntent(transaction, clusterId, name);
  await transaction.deleteFrom('zone').where('cluster_id', '=', clusterId).where('name', '=', name).execute();
}

async function listZones(db: Kysely<Database>, clusterIds: readonly number[]): Promise<Zone[]> {
  if (clusterIds.length === 0) return [];
  const rows = await listKept(db, 'zones of clusters', clusterIds, (...ids) =>
    db
      .selectFrom('zone')
      .leftJoin('zone_intent', (join) =>
        join
          .onRef('zone_intent.cluster_id', '=', 'zone.cluster_id')
          .onRef('zone_intent.zone_name', '=', 'zone.name'),
      )
      .selectAll('zone')
      .select('zone_intent.intent as intent')
      .where('zone.cluster_id', 'in', ids)
      .orderBy('zone.name'),
  );
  return rows.map(toZone);
}

function isUnchanged(zone: Zone, row: ZoneRow): boolean {
  return (
    zone.name === row.name &&
    zone.status === row.status &&
    zone.region === row.region &&
    zone.idc === row.idc &&
    zone.type === row.type
  );
}

async function saveZones(
  database: MetadataDatabase,
  now: number,
  clusterId: number,
  zones: readonly ZoneRow[],
): Promise<void> {
  await database.transaction(async (transaction) => {
    if (!(await isStillThere(database, transaction, clusterId))) return;
    for (const zone of zones) await saveZone(transaction, now, clusterId, zone);
  });
}

async function saveZone(
  transaction: Transaction<Database>,
  now: number,
  clusterId: number,
  { name, status, ...place }: ZoneRow,
): Promise<void> {
  const { region, idc, type } = place;
  const values = { inner_status: status, region, idc, type, update_time: now };
  const updated = await transaction
    .updateTable('zone')
    .set(values)
    .where('cluster_id', '=', clusterId)
    .where('name', '=', name)
    .executeTakeFirst();
  if (updated.numUpdatedRows > 0n) return;
  await transaction
    .insertInto('zone')
    .values({ ...values, cluster_id: clusterId, name, create_time: now })
    .execute();
}

async function deleteOthers(
  db: Kysely<Database>,
  clusterId: number,
  names: readonly string[],
): Promise<void> {
  const all = db.deleteFrom('zone').where('cluster_id', '=', clusterId);
  await (names.length === 0 ? all : all.where('name', 'not in', names)).execute();
}

async function deleteIntent(
  transaction: Transaction<Database>,
  clusterId: number,
  name: string,
): Promise<void> {
  await transaction
    .deleteFrom('zone_intent')
    .where('cluster_id', '=', clusterId)
    .where('zone_name', '=', name)
    .execute();
}

async function saveIntent(
  transaction: Transaction<Database>,
  clusterId: number,
  name: string,
  intent: ZoneIntent,
): Promise<void> {
  await deleteIntent(transaction, clusterId, name);
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
