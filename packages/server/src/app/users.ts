/**
 * Accounts: the two that exist from the start, and new ones. `admin` (100) is for people; `system` (200) is the control
 * plane itself and cannot log on. Both ids are OCP's.
 */
import { randomInt } from 'node:crypto';
import { findPasswordFault, findUsernameFault, isReservedName, OcpError } from '@openocp/contract';
import type { ProfileChanges } from '../store/user-profile.ts';
import type { PasswordHasher } from './password-hash.ts';

const ADMIN = { id: 100, username: 'admin' } as const;
const SYSTEM = { id: 200, username: 'system' } as const;

export interface NewUser {
  /** Given for the built-in accounts alone. */
  readonly id?: number;
  readonly username: string;
  readonly passwordHash: string | null;
  readonly roles: readonly string[];
  readonly profile?: ProfileChanges;
}

/** What this file needs of the metadata store. */
export interface UserWriter {
  /** @returns the id, or undefined when the id or the name is taken; then nothing was written. */
  readonly insert: (user: NewUser) => Promise<number | undefined>;
  readonly exists: (username: string) => Promise<boolean>;
}

const UPPER = 'ABCDEFGHJKLMNPQRSTUVWXYZ';
const LOWER = 'abcdefghijkmnopqrstuvwxyz';
const DIGITS = '23456789';
/** Characters that a shell, a URL and a YAML file leave alone. */
const SPECIALS = '-_';
const GENERATED_LENGTH = 20;

/** Without letters that look alike; two of each class, since older clients of OCP ask for that. */
export function generatePassword(): string {
  const pick = (alphabet: string) => alphabet.charAt(randomInt(alphabet.length));
  const required = [UPPER, UPPER, LOWER, LOWER, DIGITS, DIGITS, SPECIALS, SPECIALS].map(pick);
  const rest = Array.from({ length: GENERATED_LENGTH - required.length }, () => pick(UPPER + LOWER + DIGITS));
  const characters = [...required, ...rest];
  for (let last = characters.length - 1; last > 0; last -= 1) {
    const other = randomInt(last + 1);
    [characters[last], characters[other]] = [characters[other] ?? '', characters[last] ?? ''];
  }
  return characters.join('');
}

/** @throws OcpError PASSWORD_WEAK */
export function checkPassword(password: string): void {
  const fault = findPasswordFault(password);
  if (fault !== undefined) throw new OcpError('PASSWORD_WEAK', { reason: fault });
}

export function createUsers(store: UserWriter, hasher: PasswordHasher) {
  return {
    /**
     * Makes the built-in accounts where they are missing; what exists stays as it is, its password too.
     * @param configuredPassword for `admin`; one is generated without it
     * @returns the generated password, once, to be shown to the operator; undefined when none was generated
     * @throws OcpError PASSWORD_WEAK
     */
    ensureBuiltIn: async (configuredPassword?: string): Promise<string | undefined> => {
      if (!(await store.exists(SYSTEM.username))) {
        await store.insert({ ...SYSTEM, passwordHash: null, roles: ['ADMIN'] });
      }
      if (await store.exists(ADMIN.username)) return undefined;
      const password = configuredPassword ?? generatePassword();
      checkPassword(password);
      const id = await store.insert({
        ...ADMIN,
        passwordHash: await hasher.hash(password),
        roles: ['ADMIN'],
        // A password that was shown on a screen is for the first log-on; scripts may go on with it (HTTP Basic).
        profile: { needsNewPassword: configuredPassword === undefined },
      });
      // Another instance was faster: its password is the one that counts.
      if (id === undefined || configuredPassword !== undefined) return undefined;
      return password;
    },

    /** @throws OcpError USERNAME_INVALID, NAME_RESERVED, PASSWORD_WEAK, DUPLICATE_NAME */
    create: async (
      username: string,
      password: string,
      roles: readonly string[],
      profile: ProfileChanges = {},
    ): Promise<number> => {
      if (isReservedName(username)) throw new OcpError('NAME_RESERVED', { name: username });
      const fault = findUsernameFault(username);
      if (fault !== undefined) throw new OcpError('USERNAME_INVALID', { username, reason: fault });
      checkPassword(password);
      const id = await store.insert({ username, passwordHash: await hasher.hash(password), roles, profile });
      if (id === undefined) throw new OcpError('DUPLICATE_NAME', { resource: 'user', name: username });
      return id;
    },
  };
}
