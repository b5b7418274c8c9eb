/** Custom roles. */
import type { Kysely, Selectable } from 'kysely';
import { z } from 'zod';
import type { MetadataDatabase } from './database.ts';
import type { Database } from './schema.ts';
import { isDuplicateKey } from './transaction.ts';

const expressions = z.array(z.string());

/** The permissions of a custom role, as its row holds them. */
export function readPermissions(stored: string): string[] {
  return expressions.parse(JSON.parse(stored));
}

export interface CustomRole {
  readonly name: string;
  readonly description: string;
  readonly permissions: readonly string[];
  readonly createTime: number;
  readonly updateTime: number;
}

export type RoleStore = ReturnType<typeof createRoleStore>;

/** @param clock epoch milliseconds */
export function createRoleStore(database: MetadataDatabase, clock: () => number) {
  const { db } = database;
  return {
    async list(): Promise<CustomRole[]> {
      return (await db.selectFrom('iam_role').selectAll().orderBy('name').execute()).map(toRole);
    },
    fetch: (name: string) => fetchRole(db, name),
    /** @returns undefined when the name is taken. */
    async insert(
      role: Pick<CustomRole, 'name' | 'description' | 'permissions'>,
    ): Promise<CustomRole | undefined> {
      const now = clock();
      const row = {
        ...role,
        permissions: JSON.stringify(role.permissions),
        create_time: now,
        update_time: now,
      };
      try {
        await db.insertInto('iam_role').values(row).execute();
        return toRole(row);
      } catch (error) {
        if (isDuplicateKey(error)) return undefined;
        throw error;
      }
    },
    /** @returns undefined when there is no such role. */
    async update(
      name: string,
      { description, permissions }: { description?: string | undefined; permissions: readonly string[] },
    ): Promise<CustomRole | undefined> {
      const set = {
        permissions: JSON.stringify(permissions),
        update_time: clock(),
        ...(description === undefined ? {} : { description }),
      };
      await db.updateTable('iam_role').set(set).where('name', '=', name).execute();
      return fetchRole(db, name);
    },
    /** @returns how many users hold it, and then nothing was deleted; undefined when there is no such role. */
    delete: (name: string): Promise<number | undefined> =>
      database.transaction(async (transaction) => {
        const { count } = await transaction
          .selectFrom('iam_user_role')
          .select(({ fn }) => fn.countAll<number>().as('count'))
          .where('role', '=', name)
          .executeTakeFirstOrThrow();
        if (Number(count) > 0) return Number(count);
        const deleted = await transaction.deleteFrom('iam_role').where('name', '=', name).executeTakeFirst();
        return deleted.numDeletedRows > 0n ? 0 : undefined;
      }),
  };
}

async function fetchRole(db: Kysely<Database>, name: string): Promise<CustomRole | undefined> {
  const row = await db.selectFrom('iam_role').selectAll().where('name', '=', name).executeTakeFirst();
  return row === undefined ? undefined : toRole(row);
}

function toRole(row: Selectable<Database['iam_role']>): CustomRole {
  return {
    name: row.name,
    description: row.description,
    permissions: readPermissions(row.permissions),
    createTime: row.create_time,
    updateTime: row.update_time,
  };
}
