/** Credentials of users. Secrets are sealed with a purpose of their own: a row that was copied to another does not open. */
import type { Selectable } from 'kysely';
import { z } from 'zod';
import type { SecretBox } from '../security/secret-box.ts';
import type { MetadataDatabase } from './database.ts';
import type { Database } from './schema.ts';
import { isDuplicateKey } from './transaction.ts';

const properties = z.record(z.string(), z.union([z.string(), z.number()]));

export interface CredentialRow {
  readonly id: number;
  readonly userId: number;
  readonly targetType: string;
  readonly name: string;
  readonly description: string | null;
  readonly username: string;
  readonly properties: z.infer<typeof properties>;
  readonly createTime: number;
  readonly updateTime: number;
}

export interface NewCredential extends Omit<CredentialRow, 'id' | 'createTime' | 'updateTime'> {
  readonly secret: string;
}

export type CredentialStore = ReturnType<typeof createCredentialStore>;

export function credentialPurpose({
  userId,
  targetType,
  name,
}: Pick<NewCredential, 'userId' | 'targetType' | 'name'>): string {
  return `credential ${targetType} ${name} of user ${userId}`;
}

/** @param clock epoch milliseconds. */
export function createCredentialStore(database: MetadataDatabase, box: SecretBox, clock: () => number) {
  const { db } = database;
  return {
    async list(userId: number): Promise<CredentialRow[]> {
      const rows = await db
        .selectFrom('credential')
        .selectAll()
        .where('user_id', '=', userId)
        .orderBy('id')
        .execute();
      return rows.map(toCredential);
    },
    /** @returns undefined when the user has none with this id. */
    async fetch(userId: number, id: number): Promise<CredentialRow | undefined> {
      const row = await db
        .selectFrom('credential')
        .selectAll()
        .where('id', '=', id)
        .where('user_id', '=', userId)
        .executeTakeFirst();
      return row === undefined ? undefined : toCredential(row);
    },
    /** @returns undefined when the user has one of this name and kind. */
    async insert(credential: NewCredential): Promise<CredentialRow | undefined> {
      const values = rowOf(credential, box, clock());
      try {
        const inserted = await db.insertInto('credential').values(values).executeTakeFirstOrThrow();
        return toCredential({ ...values, id: Number(inserted.insertId) });
      } catch (error) {
        if (isDuplicateKey(error)) return undefined;
        throw error;
      }
    },
    /** Replaces the one of this name and kind. */
    save: (credential: NewCredential) =>
      database.transaction(async (transaction) => {
        await transaction
          .deleteFrom('credential')
          .where('user_id', '=', credential.userId)
          .where('target_type', '=', credential.targetType)
          .where('name', '=', credential.name)
          .execute();
        await transaction
          .insertInto('credential')
          .values(rowOf(credential, box, clock()))
          .execute();
      }),
    /** @returns false when the user has none with this id. */
    async delete(userId: number, id: number): Promise<boolean> {
      const deleted = await db
        .deleteFrom('credential')
        .where('id', '=', id)
        .where('user_id', '=', userId)
        .executeTakeFirst();
      return deleted.numDeletedRows > 0n;
    },
  };
}

function rowOf(credential: NewCredential, box: SecretBox, now: number) {
  return {
    user_id: credential.userId,
    target_type: credential.targetType,
    name: credential.name,
    description: credential.description,
    username: credential.username,
    properties: JSON.stringify(credential.properties),
    secret: box.seal(credential.secret, credentialPurpose(credential)),
    create_time: now,
    update_time: now,
  };
}

function toCredential(row: Omit<Selectable<Database['credential']>, 'secret'>): CredentialRow {
  return {
    id: row.id,
    userId: row.user_id,
    targetType: row.target_type,
    name: row.name,
    description: row.description,
    username: row.username,
    properties: properties.parse(JSON.parse(row.properties)),
    createTime: row.create_time,
    updateTime: row.update_time,
  };
}
