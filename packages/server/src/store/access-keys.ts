/** Access keys with their sealed secrets, and the signatures that were used up. */
import type { Kysely, Selectable } from 'kysely';
import type { SecretBox } from '../security/secret-box.ts';
import type { MetadataDatabase } from './database.ts';
import { fetchKept } from './kept-queries.ts';
import type { Database } from './schema.ts';
import { isDuplicateKey } from './transaction.ts';

export interface AccessKey {
  readonly accessKeyId: string;
  readonly userId: number;
  readonly status: 'ENABLED' | 'DISABLED';
  readonly description: string;
  readonly createTime: number;
  readonly updateTime: number;
}

export type AccessKeyStore = ReturnType<typeof createAccessKeyStore>;

export function accessKeyPurpose(accessKeyId: string, userId: number): string {
  return `access key ${accessKeyId} of user ${userId}`;
}

/** @param clock epoch milliseconds */
export function createAccessKeyStore(database: MetadataDatabase, box: SecretBox, clock: () => number) {
  const { db } = database;
  return {
    async list(userId: number): Promise<AccessKey[]> {
      const rows = await db
        .selectFrom('iam_access_key')
        .selectAll()
        .where('user_id', '=', userId)
        .orderBy('create_time')
        .orderBy('access_key_id')
        .execute();
      return rows.map(toAccessKey);
    },

    /** @throws Error when its secret cannot be opened. */
    async fetchWithSecret(accessKeyId: string): Promise<(AccessKey & { secret: string }) | undefined> {
      const row = await fetchRow(db, accessKeyId);
      if (row === undefined) return undefined;
      const secret = box.open(row.secret, accessKeyPurpose(row.access_key_id, row.user_id));
      return { ...toAccessKey(row), secret };
    },

    /** @returns undefined when the user has `limit` keys already. */
    insert: (key: NewAccessKey, limit: number) => insertKey(database, box, clock(), key, limit),

    /** @returns the key as it is now; undefined when the user has no such key. */
    async updateStatus(
      userId: number,
      accessKeyId: string,
      status: AccessKey['status'],
    ): Promise<AccessKey | undefined> {
      await db
        .updateTable('iam_access_key')
        .set({ status, update_time: clock() })
        .where('access_key_id', '=', accessKeyId)
        .where('user_id', '=', userId)
        .where('status', '!=', status)
        .execute();
      const row = await fetchRow(db, accessKeyId);
      return row?.user_id === userId ? toAccessKey(row) : undefined;
    },

    async deleteDisabled(userId: number, accessKeyId: string): Promise<'deleted' | 'enabled' | 'missing'> {
      const { numDeletedRows } = await db
        .deleteFrom('iam_access_key')
        .where('access_key_id', '=', accessKeyId)
        .where('user_id', '=', userId)
        .where('status', '=', 'DISABLED')
        .executeTakeFirstOrThrow();
      if (numDeletedRows > 0n) return 'deleted';
      const row = await fetchRow(db, accessKeyId);
      return row?.user_id === userId ? 'enabled' : 'missing';
    },

    /** @returns false when this signature was used before, by whichever instance. */
    useSignature: (digest: string, expireTime: number) => useSignature(db, clock(), digest, expireTime),
  };
}

interface NewAccessKey {
  readonly accessKeyId: string;
  readonly userId: number;
  readonly secret: string;
  readonly description: string;
}

function fetchRow(
  db: Kysely<Database>,
  accessKeyId: string,
): Promise<Selectable<Database['iam_access_key']> | undefined> {
  return fetchKept(db, 'access key', [accessKeyId], (id) =>
    db.selectFrom('iam_access_key').selectAll().where('access_key_id', '=', id),
  );
}

function insertKey(
  database: MetadataDatabase,
  box: SecretBox,
  now: number,
  { accessKeyId, userId, secret, description }: NewAccessKey,
  limit: number,
): Promise<AccessKey | undefined> {
  return database.transaction(async (transaction) => {
    // The user's row is written first, so that two that add keys at once take turns and the limit holds.
    await transaction.updateTable('iam_user').set({ update_time: now }).where('id', '=', userId).execute();
    const { count } = await transaction
      .selectFrom('iam_access_key')
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .where('user_id', '=', userId)
      .executeTakeFirstOrThrow();
    if (Number(count) >= limit) return undefined;
    const row: Selectable<Database['iam_access_key']> = {
      access_key_id: accessKeyId,
      user_id: userId,
      secret: box.seal(secret, accessKeyPurpose(accessKeyId, userId)),
      status: 'ENABLED',
      description,
      create_time: now,
      update_time: now,
    };
    await transaction.insertInto('iam_access_key').values(row).execute();
    return toAccessKey(row);
  });
}

async function useSignature(
  db: Kysely<Database>,
  now: number,
  digest: string,
  expireTime: number,
): Promise<boolean> {
  await db.deleteFrom('iam_used_signature').where('expire_time', '<', now).execute();
  try {
    await db.insertInto('iam_used_signature').values({ digest, expire_time: expireTime }).execute();
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}

function toAccessKey(row: Selectable<Database['iam_access_key']>): AccessKey {
  return {
    accessKeyId: row.access_key_id,
    userId: row.user_id,
    status: row.status,
    description: row.description,
    createTime: row.create_time,
    updateTime: row.update_time,
  };
}
