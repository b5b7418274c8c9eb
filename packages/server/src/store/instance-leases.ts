/** Who shares this database at this moment. */
import type { MetadataDatabase } from './database.ts';
import { databaseNow } from './dialect.ts';

/** @returns names of the instances that hold a valid lease, by the database's clock. */
export async function listLiveInstances({ db, dialect }: MetadataDatabase): Promise<string[]> {
  const rows = await db
    .selectFrom('instance_lease')
    .select('instance')
    .where('expire_time', '>', databaseNow(dialect))
    .execute();
  return rows.map((row) => row.instance);
}
