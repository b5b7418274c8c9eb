/**
 * Who calls? HTTP Basic against the users in the metadata store, or a signature with an access key. User and roles are
 * read for every call, so that a change takes effect at once on every instance; only the expensive part, the hash, is
 * remembered.
 *
 * An unknown user, a user without a password and a wrong password take the same time and get the same words.
 */
import { OcpError } from '@openocp/contract';
import type { Identity } from './app.ts';
import type { IncomingCall } from './incoming-call.ts';
import type { PasswordHasher } from './password-hash.ts';
import { permissionsOf } from './roles.ts';
import { isSigned } from './signed-calls.ts';
import type { VerifiedPasswords } from './verified-passwords.ts';

export interface UserRecord {
  readonly id: number;
  readonly username: string;
  /** null: this user cannot log on (the system itself). */
  readonly passwordHash: string | null;
  readonly status: 'ENABLED' | 'DISABLED';
  readonly roles: readonly string[];
  /** Of the custom roles among them. */
  readonly customPermissions: readonly string[];
}

export interface AuthenticationOptions {
  readonly fetchUser: (username: string) => Promise<UserRecord | undefined>;
  readonly fetchUserById: (id: number) => Promise<UserRecord | undefined>;
  /** @returns whose key signed the call. */
  readonly verifySigned: (call: IncomingCall) => Promise<number>;
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

function identify(user: UserRecord): Identity {
  if (user.status === 'DISABLED') throw new OcpError('USER_DISABLED', { username: user.username });
  return {
    userId: user.id,
    username: user.username,
    permissions: permissionsOf(user.roles, user.customPermissions),
  };
}

/** @throws (from the returned function) OcpError NOT_AUTHENTICATED, BAD_CREDENTIALS, USER_DISABLED, those of signed calls */
export function createAuthentication(options: AuthenticationOptions) {
  const { fetchUser, fetchUserById, verifySigned, hasher, verified } = options;

  async function isRight(user: UserRecord | undefined, password: string): Promise<boolean> {
    const hash = user?.passwordHash ?? undefined;
    if (hash === undefined) return hasher.verify(password, undefined);
    return verified.check(hash, password, () => hasher.verify(password, hash));
  }

  async function identifyBasic(authorization: string): Promise<Identity> {
    const credentials = readBasic(authorization);
    if (credentials === undefined) throw new OcpError('NOT_AUTHENTICATED', {});
    const { username, password } = credentials;
    const found = await fetchUser(username);
    // A database may compare names without regard to case; we do not.
    const user = found?.username === username ? found : undefined;
    if (!(await isRight(user, password)) || user === undefined) throw new OcpError('BAD_CREDENTIALS', {});
    return identify(user);
  }

  async function identifySigned(call: IncomingCall): Promise<Identity> {
    const user = await fetchUserById(await verifySigned(call));
    // The owner was deleted in this moment.
    if (user === undefined) throw new OcpError('SIGNATURE_WRONG', {});
    return identify(user);
  }

  return async (call: IncomingCall): Promise<Identity | undefined> => {
    const { authorization } = call.headers;
    if (authorization === undefined) return undefined;
    return isSigned(authorization) ? identifySigned(call) : identifyBasic(authorization);
  };
}
