/**
 * Who calls? HTTP Basic against the users in the metadata store. User and roles are read for every call, so that a
 * change takes effect at once on every instance; only the expensive part, the hash, is remembered.
 *
 * An unknown user, a user without a password and a wrong password take the same time and get the same words.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { builtInRoles, isBuiltInRole, OcpError } from '@openocp/contract';
import type { Identity } from './app.ts';
import type { PasswordHasher } from './password-hash.ts';
import type { VerifiedPasswords } from './verified-passwords.ts';

export interface UserRecord {
  readonly id: number;
  readonly username: string;
  /** null: this user cannot log on (the system itself). */
  readonly passwordHash: string | null;
  readonly status: 'ENABLED' | 'DISABLED';
  readonly roles: readonly string[];
}

export interface AuthenticationOptions {
  readonly fetchUser: (username: string) => Promise<UserRecord | undefined>;
  readonly hasher: PasswordHasher;
  readonly verified: VerifiedPasswords;
}

interface BasicCredentials {
  readonly username: string;
  readonly password: string;
}

function readBasic(header: string): BasicCredentials | undefined {
  const encoded = /^basic +([A-Za-z0-9+/_=-]+) *$/i.exec(header)?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  return colon < 0 ? undefined : { username: text.slice(0, colon), password: text.slice(colon + 1) };
}

function permissionsOf(roles: readonly string[]): string[] {
  return roles.flatMap((role) => (isBuiltInRole(role) ? builtInRoles[role] : []));
}

/** @throws (from the returned function) OcpError NOT_AUTHENTICATED, BAD_CREDENTIALS, USER_DISABLED */
export function createAuthentication({ fetchUser, hasher, verified }: AuthenticationOptions) {
  async function isRight(user: UserRecord | undefined, password: string): Promise<boolean> {
    const hash = user?.passwordHash ?? undefined;
    if (hash === undefined) return hasher.verify(password, undefined);
    return verified.check(hash, password, () => hasher.verify(password, hash));
  }

  return async (headers: IncomingHttpHeaders): Promise<Identity | undefined> => {
    if (headers.authorization === undefined) return undefined;
    const credentials = readBasic(headers.authorization);
    if (credentials === undefined) throw new OcpError('NOT_AUTHENTICATED', {});
    const { username, password } = credentials;
    const found = await fetchUser(username);
    // A database may compare names without regard to case; we do not.
    const user = found?.username === username ? found : undefined;
    if (!(await isRight(user, password)) || user === undefined) throw new OcpError('BAD_CREDENTIALS', {});
    if (user.status === 'DISABLED') throw new OcpError('USER_DISABLED', { username });
    return { userId: user.id, username, permissions: permissionsOf(user.roles) };
  };
}
