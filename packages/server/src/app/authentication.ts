/**
 * Who calls? HTTP Basic against the users in the metadata store, a signature with an access key, or the cookie of a
 * session. User and roles are read for every call, so that a change takes effect at once on every instance; only the
 * expensive part, the hash, is remembered.
 */
import { OcpError } from '@openocp/contract';
import type { Identity } from './app.ts';
import type { IncomingCall } from './incoming-call.ts';
import type { CheckPassword, UserRecord } from './password-check.ts';
import { permissionsOf } from './roles.ts';
import { readSessionId, type Sessions } from './sessions.ts';
import { isSigned } from './signed-calls.ts';

export interface AuthenticationOptions {
  readonly checkPassword: CheckPassword;
  readonly fetchUserById: (id: number) => Promise<UserRecord | undefined>;
  /** @returns whose key signed the call. */
  readonly verifySigned: (call: IncomingCall) => Promise<number>;
  readonly sessions: Pick<Sessions, 'identify'>;
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

/** The name or key that credentials speak of, right or wrong; for the audit of a refusal. */
export function claimedName(authorization: string | undefined): string | undefined {
  if (authorization === undefined) return undefined;
  return (
    readBasic(authorization)?.username ?? /^OCP-ACCESS-KEY-\S+ ([A-Za-z0-9]{1,64}):/.exec(authorization)?.[1]
  );
}

function identify(user: UserRecord, authentication: NonNullable<Identity['authentication']>): Identity {
  if (user.status === 'DISABLED') throw new OcpError('USER_DISABLED', { username: user.username });
  const { id, username, roles, customPermissions, throttlePolicy } = user;
  const permissions = permissionsOf(roles, customPermissions);
  const identity = { userId: id, username, permissions, authentication };
  return throttlePolicy === undefined ? identity : { ...identity, throttlePolicy };
}

/** @throws (from the returned function) OcpError NOT_AUTHENTICATED, USER_DISABLED, those of passwords, sessions, signed calls */
export function createAuthentication(options: AuthenticationOptions) {
  const { checkPassword, fetchUserById, verifySigned, sessions } = options;

  async function identifyBasic(authorization: string, clientAddress: string): Promise<Identity> {
    const credentials = readBasic(authorization);
    if (credentials === undefined) throw new OcpError('NOT_AUTHENTICATED', {});
    return identify(await checkPassword({ ...credentials, clientAddress }), 'basic');
  }

  async function identifySigned(call: IncomingCall): Promise<Identity> {
    const user = await fetchUserById(await verifySigned(call));
    // The owner was deleted in this moment.
    if (user === undefined) throw new OcpError('SIGNATURE_WRONG', {});
    return identify(user, 'accessKey');
  }

  async function identifySession(call: IncomingCall, sessionId: string): Promise<Identity> {
    const user = await sessions.identify(call, sessionId);
    const identity = { ...identify(user, 'session'), sessionId };
    return user.needsNewPassword ? { ...identity, needsNewPassword: true } : identity;
  }

  return async (call: IncomingCall): Promise<Identity | undefined> => {
    const { authorization } = call.headers;
    if (authorization !== undefined)
      return isSigned(authorization)
        ? identifySigned(call)
        : identifyBasic(authorization, call.clientAddress);
    const sessionId = readSessionId(call);
    return sessionId === undefined ? undefined : identifySession(call, sessionId);
  };
}
