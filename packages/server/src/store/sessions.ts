/** Sessions: only a hash of the id is kept, so that whoever reads the metadata can use none of them. */
import type { MetadataDatabase } from './database.ts';

export interface StoredSession {
  readonly idHash: string;
  readonly userId: number;
  readonly passwordMark: string;
  readonly lastUseTime: number;
}

export type SessionStore = ReturnType<typeof createSessionStore>;

export function createSessionStore({ db }: MetadataDatabase) {
  return {
    async insert({ idHash, userId, passwordMark, lastUseTime }: StoredSession): Promise<void> {
      await db
        .insertInto('iam_session')
        .values({
          id_hash: idHash,
          user_id: userId,
          password_mark: passwordMark,
          create_time: lastUseTime,
          last_use_time: lastUseTime,
        })
        .execute();
    },
    async fetch(idHash: string): Promise<StoredSession | undefined> {
      const row = await db
        .selectFrom('iam_session')
        .selectAll()
        .where('id_hash', '=', idHash)
        .executeTakeFirst();
      if (row === undefined) return undefined;
      const { user_id, password_mark, last_use_time } = row;
      return { idHash, userId: user_id, passwordMark: password_mark, lastUseTime: last_use_time };
    },
    async updateLastUse(idHash: string, time: number): Promise<void> {
      await db
        .updateTable('iam_session')
        .set({ last_use_time: time })
        .where('id_hash', '=', idHash)
        .where('last_use_time', '<', time)
        .execute();
    },
    async delete(idHash: string): Promise<void> {
      await db.deleteFrom('iam_session').where('id_hash', '=', idHash).execute();
    },
    async deleteUnusedSince(time: number): Promise<void> {
      await db.deleteFrom('iam_session').where('last_use_time', '<', time).execute();
    },
  };
}
