/** Accounts and the roles they hold. Built-in roles are part of the program; here is only who holds which. */
import type { Generated, Kysely } from 'kysely';
import type { Database } from './schema.ts';
import { isDuplicateKey } from './transaction.ts';

interface UserTable {
  id: Generated<number>;
  username: string;
  /** null: cannot log on. */
  password_hash: string | null;
  status: 'ENABLED' | 'DISABLED';
  /** Epoch milliseconds. */
  create_time: number;
  update_time: number;
}

interface UserRoleTable {
  user_id: number;
  role: string;
}

export interface IamTables {
  iam_user: UserTable;
  iam_user_role: UserRoleTable;
}

export interface User {
  readonly id: number;
  readonly username: string;
  readonly passwordHash: string | null;
  readonly status: 'ENABLED' | 'DISABLED';
  readonly roles: readonly string[];
}

export interface NewUserRow {
  readonly id?: number;
  readonly username: string;
  readonly passwordHash: string | null;
  readonly roles: readonly string[];
}

export type UserStore = ReturnType<typeof createUserStore>;

/** @param clock epoch milliseconds */
export function createUserStore(db: Kysely<Database>, clock: () => number) {
  return {
    async exists(username: string): Promise<boolean> {
      const query = db.selectFrom('iam_user').select('id').where('username', '=', username);
      return (await query.executeTakeFirst()) !== undefined;
    },

    fetchByName: (username: string) => fetchUser(db, 'username', username),
    fetchById: (id: number) => fetchUser(db, 'iam_user.id', id),

    /** User and roles together. @returns the id, or undefined when id or name is taken and nothing was written. */
    async insert({ id, username, passwordHash, roles }: NewUserRow): Promise<number | undefined> {
      const now = clock();
      try {
        return await db.transaction().execute(async (transaction) => {
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
          return userId;
        });
      } catch (error) {
        if (isDuplicateKey(error)) return undefined;
        throw error;
      }
    },
  };
}

async function fetchUser(
  db: Kysely<Database>,
  column: 'username' | 'iam_user.id',
  value: string | number,
): Promise<User | undefined> {
  const rows = await db
    .selectFrom('iam_user')
    .leftJoin('iam_user_role', 'iam_user_role.user_id', 'iam_user.id')
    .select(['iam_user.id', 'username', 'password_hash', 'status', 'role'])
    .where(column, '=', value)
    .execute();
  const [first] = rows;
  if (first === undefined) return undefined;
  const roles = rows.flatMap(({ role }) => (role === null ? [] : [role]));
  const { id, username, password_hash, status } = first;
  return { id, username, passwordHash: password_hash, status, roles };
}
