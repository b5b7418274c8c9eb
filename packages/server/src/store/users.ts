/** Accounts as they log on: name, password, and what their roles allow, in one statement for each call of the API. */
import type { ThrottlePolicy } from '@openocp/contract';
import type { Kysely } from 'kysely';
import type { MetadataDatabase } from './database.ts';
import { listKept } from './kept-queries.ts';
import { readPermissions } from './roles.ts';
import type { Database } from './schema.ts';
import { isDuplicateKey } from './transaction.ts';
import { type ProfileChanges, readThrottlePolicy, writeProfile } from './user-profile.ts';

export interface User {
  readonly id: number;
  readonly username: string;
  readonly passwordHash: string | null;
  readonly status: 'ENABLED' | 'DISABLED';
  /** Built-in and custom. */
  readonly roles: readonly string[];
  /** Of the custom roles. */
  readonly customPermissions: readonly string[];
  readonly needsNewPassword: boolean;
  /** Instead of the configured one. */
  readonly throttlePolicy?: ThrottlePolicy | undefined;
}

export interface NewUserRow {
  readonly id?: number;
  readonly username: string;
  readonly passwordHash: string | null;
  readonly roles: readonly string[];
  readonly profile?: ProfileChanges;
}

export type UserStore = ReturnType<typeof createUserStore>;

/** @param clock epoch milliseconds */
export function createUserStore(database: MetadataDatabase, clock: () => number) {
  const { db } = database;
  return {
    async exists(username: string): Promise<boolean> {
      const query = db.selectFrom('iam_user').select('id').where('username', '=', username);
      return (await query.executeTakeFirst()) !== undefined;
    },

    fetchByName: (username: string) => fetchUser(db, 'username', username),
    fetchById: (id: number) => fetchUser(db, 'iam_user.id', id),

    /** All of a user together. @returns the id, or undefined when id or name is taken and nothing was written. */
    insert: (user: NewUserRow) => insertUser(database, clock(), user),
  };
}

async function insertUser(
  database: MetadataDatabase,
  now: number,
  { id, username, passwordHash, roles, profile }: NewUserRow,
): Promise<number | undefined> {
  try {
    return await database.transaction(async (transaction) => {
      const result = await transaction
        .insertInto('iam_user')
        .values({
          ...(id === undefined ? {} : { id }),
          username,
          password_hash: passwordHash,
          status: 'ENABLED',
          create_time: now,
          update_time: now,
        })
        .executeTakeFirstOrThrow();
      const userId = id ?? Number(result.insertId);
      const rows = roles.map((role) => ({ user_id: userId, role }));
      if (rows.length > 0) await transaction.insertInto('iam_user_role').values(rows).execute();
      if (profile !== undefined) await writeProfile(transaction, userId, profile);
      return userId;
    });
  } catch (error) {
    if (isDuplicateKey(error)) return undefined;
    throw error;
  }
}

async function fetchUser(
  db: Kysely<Database>,
  column: 'username' | 'iam_user.id',
  value: string | number,
): Promise<User | undefined> {
  const rows = await listKept(db, `user by ${column}`, [value], (place) =>
    db
      .selectFrom('iam_user')
      .leftJoin('iam_user_role', 'iam_user_role.user_id', 'iam_user.id')
      .leftJoin('iam_role', 'iam_role.name', 'iam_user_role.role')
      .leftJoin('iam_user_profile', 'iam_user_profile.user_id', 'iam_user.id')
      .select(['iam_user.id', 'username', 'password_hash', 'status', 'role', 'permissions'])
      .leftJoin('iam_user_throttle', 'iam_user_throttle.user_id', 'iam_user.id')
      .select(['needs_new_password', 'policy'])
      .where(column, '=', place),
  );
  const [first] = rows;
  if (first === undefined) return undefined;
  return {
    id: first.id,
    username: first.username,
    passwordHash: first.password_hash,
    status: first.status,
    roles: rows.flatMap(({ role }) => (role === null ? [] : [role])),
    customPermissions: rows.flatMap(({ permissions }) =>
      permissions === null ? [] : readPermissions(permissions),
    ),
    needsNewPassword: first.needs_new_password === 1,
    throttlePolicy: readThrottlePolicy(first.policy),
  };
}
