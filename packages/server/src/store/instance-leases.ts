/** Whether instances live: those do that hold a valid lease, by the database's clock. */
import { type RawBuilder, sql } from 'kysely';
import type { MetadataDatabase } from './database.ts';
import { type DialectName, databaseNow } from './dialect.ts';

/** For a query that has joined `instance_lease`, if there is one. */
export function isWithoutLease(dialect: DialectName): RawBuilder<boolean> {
  const expireTime = sql.ref('instance_lease.expire_time');
  return sql<boolean>`(${expireTime} is null or ${expireTime} <= ${databaseNow(dialect)})`;
}

export async function listLiveInstances({ db, dialect }: MetadataDatabase): Promise<string[]> {
  const rows = await db
    .selectFrom('instance_lease')
    .select('instance')
    .where('expire_time', '>', databaseNow(dialect))
    .execute();
  return rows.map((row) => row.instance);
}
