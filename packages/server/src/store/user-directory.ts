/** Accounts as they are managed: lists, changes, removal. Changes take turns, so that the last administrator stays. */
import type { ThrottlePolicy } from '@openocp/contract';
import type { Kysely, Transaction } from 'kysely';
import type { MetadataDatabase } from './database.ts';
import { containsText } from './dialect.ts';
import type { Database } from './schema.ts';
import {
  type ProfileChanges,
  readThrottlePolicy,
  toProfile,
  type UserProfile,
  writeProfile,
} from './user-profile.ts';

export interface UserEntry extends UserProfile {
  readonly id: number;
  readonly username: string;
  readonly status: 'ENABLED' | 'DISABLED';
  readonly roles: readonly string[];
  readonly createTime: number;
  readonly updateTime: number;
  readonly throttlePolicy: ThrottlePolicy | undefined;
}

export interface UserPageRequest {
  readonly username?: string | undefined;
  readonly statuses?: readonly UserEntry['status'][] | undefined;
  readonly sort: { readonly field: 'id' | 'username' | 'createTime'; readonly direction: 'asc' | 'desc' };
  readonly offset: number;
  readonly limit: number;
}

/** What is not given stays as it is. */
export interface UserChange {
  readonly status?: UserEntry['status'];
  readonly roles?: readonly string[] | undefined;
  readonly profile?: ProfileChanges;
  readonly passwordHash?: string;
}

type ChangeOutcome = 'done' | 'missing' | 'lastAdmin';

export type UserDirectory = ReturnType<typeof createUserDirectory>;

/** The account of the control plane itself. It cannot log on, so it is no administrator who could help. */
const systemUserId = 200;

class LastAdmin extends Error {}

/** @param clock epoch milliseconds */
export function createUserDirectory(database: MetadataDatabase, clock: () => number) {
  const { db } = database;
  return {
    list: (request: UserPageRequest) => listUsers(db, request),
    async fetch(id: number): Promise<UserEntry | undefined> {
      return (await loadEntries(db, [id]))[0];
    },
    /** @returns lastAdmin when nobody could administer any more; then nothing was changed. */
    update: (id: number, change: UserChange) =>
      changeUsers(database, async (transaction) => updateUser(transaction, clock(), id, change)),
    delete: (id: number) => changeUsers(database, async (transaction) => deleteUser(transaction, id)),
  };
}

async function changeUsers(
  database: MetadataDatabase,
  work: (transaction: Transaction<Database>) => Promise<boolean>,
): Promise<ChangeOutcome> {
  try {
    return await database.transaction(async (transaction) => {
      // One row that everybody writes first: of two that take each other's role away, one comes second and is refused.
      await transaction
        .updateTable('iam_user')
        .set((eb) => ({ update_time: eb('update_time', '+', 1) }))
        .where('id', '=', systemUserId)
        .execute();
      if (!(await work(transaction))) return 'missing';
      if (!(await hasAdmin(transaction))) throw new LastAdmin();
      return 'done';
    });
  } catch (error) {
    if (error instanceof LastAdmin) return 'lastAdmin';
    throw error;
  }
}

async function hasAdmin(transaction: Transaction<Database>): Promise<boolean> {
  const admin = await transaction
    .selectFrom('iam_user')
    .innerJoin('iam_user_role', 'iam_user_role.user_id', 'iam_user.id')
    .select('iam_user.id')
    .where('role', '=', 'ADMIN')
    .where('status', '=', 'ENABLED')
    .where('password_hash', 'is not', null)
    .limit(1)
    .executeTakeFirst();
  return admin !== undefined;
}

async function updateUser(
  transaction: Transaction<Database>,
  now: number,
  id: number,
  { status, roles, profile, passwordHash }: UserChange,
): Promise<boolean> {
  const found = await transaction.selectFrom('iam_user').select('id').where('id', '=', id).executeTakeFirst();
  if (found === undefined) return false;
  const set = {
    update_time: now,
    ...(status === undefined ? {} : { status }),
    ...(passwordHash === undefined ? {} : { password_hash: passwordHash }),
  };
  await transaction.updateTable('iam_user').set(set).where('id', '=', id).execute();
  if (roles !== undefined) {
    await transaction.deleteFrom('iam_user_role').where('user_id', '=', id).execute();
    await transaction
      .insertInto('iam_user_role')
      .values(roles.map((role) => ({ user_id: id, role })))
      .execute();
  }
  if (profile !== undefined) await writeProfile(transaction, id, profile);
  return true;
}

async function deleteUser(transaction: Transaction<Database>, id: number): Promise<boolean> {
  for (const table of [
    'iam_user_role',
    'iam_user_profile',
    'iam_user_throttle',
    'iam_access_key',
    'iam_session',
    'credential',
  ] as const)
    await transaction.deleteFrom(table).where('user_id', '=', id).execute();
  const deleted = await transaction.deleteFrom('iam_user').where('id', '=', id).executeTakeFirst();
  return deleted.numDeletedRows > 0n;
}

const sortColumns = { id: 'iam_user.id', username: 'username', createTime: 'create_time' } as const;

async function listUsers(
  db: Kysely<Database>,
  { username, statuses, sort, offset, limit }: UserPageRequest,
): Promise<{ users: UserEntry[]; total: number }> {
  const matching = db
    .selectFrom('iam_user')
    .$if(username !== undefined, (query) =>
      query.where((eb) => containsText(eb.ref('username'), username ?? '')),
    )
    .$if(statuses !== undefined && statuses.length > 0, (query) =>
      query.where('status', 'in', statuses ?? []),
    );
  const page = await matching
    .select('iam_user.id')
    .orderBy(sortColumns[sort.field], sort.direction)
    .orderBy('iam_user.id', sort.direction)
    .limit(limit)
    .offset(offset)
    .execute();
  const { count } = await matching
    .select(({ fn }) => fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  const entries = await loadEntries(
    db,
    page.map(({ id }) => id),
  );
  return { users: entries, total: Number(count) };
}

/** In the order of `ids`. */
async function loadEntries(db: Kysely<Database>, ids: readonly number[]): Promise<UserEntry[]> {
  if (ids.length === 0) return [];
  const [rows, held] = await Promise.all([
    db
      .selectFrom('iam_user')
      .leftJoin('iam_user_profile', 'iam_user_profile.user_id', 'iam_user.id')
      .leftJoin('iam_user_throttle', 'iam_user_throttle.user_id', 'iam_user.id')
      .select(['id', 'username', 'status', 'create_time', 'update_time'])
      .select(['email', 'phone', 'organization', 'department', 'description', 'needs_new_password', 'policy'])
      .where('id', 'in', ids)
      .execute(),
    db.selectFrom('iam_user_role').selectAll().where('user_id', 'in', ids).orderBy('role').execute(),
  ]);
  const rolesOf = Map.groupBy(held, ({ user_id }) => user_id);
  const entries = rows.map((row) => ({
    ...toProfile(row),
    id: row.id,
    username: row.username,
    status: row.status,
    roles: (rolesOf.get(row.id) ?? []).map(({ role }) => role),
    createTime: row.create_time,
    updateTime: row.update_time,
    throttlePolicy: readThrottlePolicy(row.policy),
  }));
  const byId = new Map(entries.map((entry) => [entry.id, entry]));
  return ids.flatMap((id) => byId.get(id) ?? []);
}
