/**
 * Changes of root@sys passwords that are under way. The new password is durable before the cluster hears of it: whatever
 * crashes in between, one of the two that are stored opens the cluster.
 */
import type { SecretBox } from '../security/secret-box.ts';
import { passwordPurpose } from './clusters.ts';
import type { MetadataDatabase } from './database.ts';

export interface PasswordChange {
  readonly newPassword: string;
  /** Epoch milliseconds. */
  readonly createTime: number;
}

interface NamedCluster {
  readonly id: number;
  readonly name: string;
  readonly obClusterId: number;
}

export type PasswordChangeStore = ReturnType<typeof createPasswordChangeStore>;

/** @param clock epoch milliseconds. */
export function createPasswordChangeStore(database: MetadataDatabase, box: SecretBox, clock: () => number) {
  const { db } = database;
  return {
    async fetch(cluster: NamedCluster): Promise<PasswordChange | undefined> {
      const row = await db
        .selectFrom('password_change')
        .selectAll()
        .where('cluster_id', '=', cluster.id)
        .executeTakeFirst();
      if (row === undefined) return undefined;
      return {
        newPassword: box.open(row.new_password, passwordPurpose(cluster)),
        createTime: row.create_time,
      };
    },
    /** @returns false when another change is under way. */
    insert: (cluster: NamedCluster, newPassword: string) =>
      database.transaction(async (transaction, attempt) => {
        const found = await transaction
          .selectFrom('password_change')
          .selectAll()
          .where('cluster_id', '=', cluster.id)
          .executeTakeFirst();
        // A repeated attempt may find its own row.
        if (found !== undefined) {
          return attempt > 1 && box.open(found.new_password, passwordPurpose(cluster)) === newPassword;
        }
        await transaction
          .insertInto('password_change')
          .values({
            cluster_id: cluster.id,
            new_password: box.seal(newPassword, passwordPurpose(cluster)),
            create_time: clock(),
          })
          .execute();
        return true;
      }),
    /** The new password becomes the password. */
    complete: (cluster: NamedCluster) =>
      database.transaction(async (transaction) => {
        const row = await transaction
          .selectFrom('password_change')
          .selectAll()
          .where('cluster_id', '=', cluster.id)
          .executeTakeFirst();
        if (row === undefined) return;
        await transaction
          .updateTable('cluster')
          .set({ sys_password: row.new_password, update_time: clock() })
          .where('id', '=', cluster.id)
          .execute();
        await transaction.deleteFrom('password_change').where('cluster_id', '=', cluster.id).execute();
      }),
    /** The password stays as it was. */
    async delete(cluster: NamedCluster): Promise<void> {
      await db.deleteFrom('password_change').where('cluster_id', '=', cluster.id).execute();
    },
  };
}
