/**
 * Managing users. Every call reads user and roles afresh, so each change takes effect at once, on every instance.
 *
 * Whoever manages users without being an administrator can make none, and cannot touch one: otherwise USER_MANAGER would
 * be another word for ADMIN.
 */
import {
  formatDateTime,
  type InputOf,
  isBuiltInRole,
  isReservedName,
  OcpError,
  type UserView,
} from '@openocp/contract';
import type { GuessStore } from '../store/guesses.ts';
import type { RoleStore } from '../store/roles.ts';
import type { UserChange, UserDirectory, UserEntry } from '../store/user-directory.ts';
import type { ProfileChanges } from '../store/user-profile.ts';
import type { UserStore } from '../store/users.ts';
import type { App, Caller } from './app.ts';
import { type CheckPassword, userSubject } from './password-check.ts';
import type { PasswordHasher } from './password-hash.ts';
import { checkPassword, createUsers } from './users.ts';

type UserUseCases = Pick<
  App,
  | 'userList'
  | 'userGet'
  | 'userCreate'
  | 'userUpdate'
  | 'userEnable'
  | 'userDisable'
  | 'userUnlock'
  | 'userResetPassword'
  | 'userDelete'
  | 'passwordChange'
>;

export interface UserManagementOptions {
  readonly users: UserStore;
  readonly directory: UserDirectory;
  readonly roles: RoleStore;
  readonly hasher: PasswordHasher;
  readonly checkPassword: CheckPassword;
  readonly guesses: GuessStore;
  /** Wall clock, epoch milliseconds. */
  readonly now: () => number;
  readonly offsetMinutes: number;
}

const ADMIN_ROLE = 'ADMIN';
const DEFAULT_SORT = { field: 'id', direction: 'asc' } as const;

const isAdmin = ({ permissions }: Pick<Caller, 'permissions'>) => permissions.includes('**');

const missing = (userId: number) => new OcpError('NOT_FOUND', { resource: 'user', id: userId });

function viewUser(entry: UserEntry, offsetMinutes: number): UserView {
  const { needsNewPassword, createTime, updateTime, roles, throttlePolicy, ...rest } = entry;
  return {
    ...rest,
    roles: [...roles],
    builtIn: isReservedName(entry.username),
    needChangePassword: needsNewPassword,
    ...(throttlePolicy === undefined ? {} : { throttlePolicy }),
    createTime: formatDateTime(createTime, offsetMinutes),
    updateTime: formatDateTime(updateTime, offsetMinutes),
  };
}

const profileFields = [
  'email',
  'phone',
  'organization',
  'department',
  'description',
  'throttlePolicy',
] as const satisfies readonly (keyof ProfileChanges)[];

/** What was given of a profile. */
function profileOf(input: Omit<InputOf<'userUpdate'>, 'userId'>): ProfileChanges {
  const given = profileFields.filter((field) => input[field] !== undefined);
  return Object.fromEntries(given.map((field) => [field, input[field]]));
}

class UserManagement {
  readonly #options: UserManagementOptions;

  constructor(options: UserManagementOptions) {
    this.#options = options;
  }

  async fetch(userId: number): Promise<UserEntry> {
    const entry = await this.#options.directory.fetch(userId);
    if (entry === undefined) throw missing(userId);
    return entry;
  }

  /** @throws OcpError ADMIN_ONLY, NOT_FOUND for a role */
  async checkRoles(caller: Caller, before: readonly string[], after: readonly string[]): Promise<void> {
    const touchesAdmin = before.includes(ADMIN_ROLE) || after.includes(ADMIN_ROLE);
    if (touchesAdmin && !isAdmin(caller)) throw new OcpError('ADMIN_ONLY', {});
    for (const name of after)
      if (!isBuiltInRole(name) && (await this.#options.roles.fetch(name)) === undefined)
        throw new OcpError('NOT_FOUND', { resource: 'role', id: name });
  }

  /** The account of the control plane itself changes in no way; `admin` keeps its role and is not deleted. */
  async change(caller: Caller, userId: number, change: UserChange): Promise<UserView> {
    const { directory, offsetMinutes } = this.#options;
    const before = await this.fetch(userId);
    await this.checkRoles(caller, before.roles, change.roles ?? []);
    const losesRole = change.roles !== undefined && !change.roles.includes(ADMIN_ROLE);
    if (before.username === 'system' || (before.username === 'admin' && losesRole))
      throw new OcpError('DEFAULT_ACCOUNT_PROTECTED', { username: before.username });
    const outcome = await directory.update(userId, change);
    if (outcome === 'missing') throw missing(userId);
    if (outcome === 'lastAdmin') throw new OcpError('LAST_ADMIN', { username: before.username });
    return viewUser(await this.fetch(userId), offsetMinutes);
  }

  async delete(caller: Caller, userId: number): Promise<undefined> {
    const { username, roles } = await this.fetch(userId);
    await this.checkRoles(caller, roles, []);
    if (isReservedName(username)) throw new OcpError('DEFAULT_ACCOUNT_PROTECTED', { username });
    const outcome = await this.#options.directory.delete(userId);
    if (outcome === 'missing') throw missing(userId);
    if (outcome === 'lastAdmin') throw new OcpError('LAST_ADMIN', { username });
  }

  async list({ page, size, sort = DEFAULT_SORT, username, status }: InputOf<'userList'>) {
    const request = { username, statuses: status, sort, offset: (page - 1) * size, limit: size };
    const { users, total } = await this.#options.directory.list(request);
    const contents = users.map((entry) => viewUser(entry, this.#options.offsetMinutes));
    return { contents, totalElements: total };
  }

  async create(caller: Caller, { username, password, roles, ...rest }: InputOf<'userCreate'>) {
    const { users, hasher, offsetMinutes } = this.#options;
    await this.checkRoles(caller, [], roles);
    const profile = { ...profileOf(rest), needsNewPassword: true };
    const id = await createUsers(users, hasher).create(username, password, [...new Set(roles)], profile);
    return viewUser(await this.fetch(id), offsetMinutes);
  }

  /** @throws OcpError PASSWORD_WEAK, PASSWORD_SAME */
  async hashNew(userId: number, password: string): Promise<string> {
    checkPassword(password);
    const { users, hasher } = this.#options;
    const present = (await users.fetchById(userId))?.passwordHash ?? undefined;
    if (present !== undefined && (await hasher.verify(password, present)))
      throw new OcpError('PASSWORD_SAME', {});
    return hasher.hash(password);
  }

  async changeOwnPassword(
    { userId, username, clientAddress }: Caller,
    { currentPassword, newPassword }: InputOf<'passwordChange'>,
  ): Promise<undefined> {
    const { checkPassword: check, directory } = this.#options;
    await check({ username, password: currentPassword, clientAddress }).catch((error: unknown) => {
      if (error instanceof OcpError && error.key === 'BAD_CREDENTIALS')
        throw new OcpError('CURRENT_PASSWORD_WRONG', {});
      throw error;
    });
    const passwordHash = await this.hashNew(userId, newPassword);
    await directory.update(userId, { passwordHash, profile: { needsNewPassword: false } });
  }

  async unlock(caller: Caller, userId: number): Promise<UserView> {
    const { username, roles } = await this.fetch(userId);
    await this.checkRoles(caller, roles, []);
    await this.#options.guesses.clear(userSubject(username));
    return this.view(userId);
  }

  async view(userId: number): Promise<UserView> {
    const entry = await this.fetch(userId);
    const { guesses, now, offsetMinutes } = this.#options;
    const [count] = await guesses.fetch([userSubject(entry.username)]);
    const lockedUntil = count?.lockedUntil ?? 0;
    const isLocked = lockedUntil > now();
    return {
      ...viewUser(entry, offsetMinutes),
      ...(isLocked ? { lockedUntil: formatDateTime(lockedUntil, offsetMinutes) } : {}),
    };
  }
}

export function createUserManagement(options: UserManagementOptions): UserUseCases {
  const management = new UserManagement(options);
  return {
    userList: (_caller, input) => management.list(input),
    userGet: (_caller, { userId }) => management.view(userId),
    userCreate: (caller, input) => management.create(caller, input),
    userUpdate: (caller, { userId, roles, ...rest }) =>
      management.change(caller, userId, {
        roles: roles === undefined ? undefined : [...new Set(roles)],
        profile: profileOf(rest),
      }),
    userEnable: (caller, { userId }) => management.change(caller, userId, { status: 'ENABLED' }),
    userDisable: (caller, { userId }) => management.change(caller, userId, { status: 'DISABLED' }),
    userUnlock: (caller, { userId }) => management.unlock(caller, userId),
    userResetPassword: async (caller, { userId, newPassword }) => {
      // Who may not change the account learns nothing about its password.
      await management.checkRoles(caller, (await management.fetch(userId)).roles, []);
      const passwordHash = await management.hashNew(userId, newPassword);
      await management.change(caller, userId, { passwordHash, profile: { needsNewPassword: true } });
      await management.unlock(caller, userId);
      return undefined;
    },
    userDelete: (caller, { userId }) => management.delete(caller, userId),
    passwordChange: (caller, input) => management.changeOwnPassword(caller, input),
  };
}
