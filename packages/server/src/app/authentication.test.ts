import type { IncomingHttpHeaders } from 'node:http';
import { describe, expect, it } from 'vitest';
import { createAuthentication } from './authentication.ts';
import type { IncomingCall } from './incoming-call.ts';
import { createPasswordCheck, type UserRecord } from './password-check.ts';
import { PasswordHasher } from './password-hash.ts';
import { VerifiedPasswords } from './verified-passwords.ts';

const noGuesses = { failures: 0, lockedUntil: 0 };
const noLimit = { maxFailures: 20, lockMs: 1 };
const cost = { N: 2, r: 1, p: 1 };

/** Counts what would cost 100 ms each. */
class CountingHasher extends PasswordHasher {
  verifications = 0;
  override verify(password: string, hash: string | undefined): Promise<boolean> {
    this.verifications += 1;
    return super.verify(password, hash);
  }
}

function callWith(headers: IncomingHttpHeaders): IncomingCall {
  const readBody = () => Promise.reject(new Error('nobody needs the body'));
  return { method: 'GET', target: '/', headers, rawHeaders: [], clientAddress: '127.0.0.1', readBody };
}

const headersOf = (username: string, password: string) =>
  callWith({ authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` });

async function setUp() {
  const hasher = new CountingHasher(cost);
  const user: UserRecord = {
    id: 100,
    username: 'admin',
    passwordHash: await hasher.hash('aaAA11__'),
    status: 'ENABLED',
    roles: ['CLUSTER_VIEWER', 'TASK_MANAGER', 'shop'],
    customPermissions: ['CLUSTER:7:UPDATE'],
    needsNewPassword: false,
  };
  const users = new Map([['admin', user]]);
  const clock = { now: 0 };
  const authenticate = createAuthentication({
    checkPassword: createPasswordCheck({
      fetchUser: async (username) => users.get(username.toLowerCase()),
      guesses: {
        fetch: async (subjects) => subjects.map(() => noGuesses),
        recordFailure: async () => noGuesses,
        clear: async () => undefined,
      },
      limits: { user: noLimit, address: noLimit },
      hasher,
      verified: new VerifiedPasswords(() => clock.now),
      now: () => clock.now,
    }),
    fetchUserById: async () => undefined,
    verifySigned: () => Promise.reject(new Error('nobody signs here')),
    sessions: { identify: () => Promise.reject(new Error('nobody has a session here')) },
  });
  return { hasher, user, users, clock, authenticate };
}

describe('authentication', () => {
  it('knows a user by name and password, with the permissions of all roles', async () => {
    const { authenticate } = await setUp();
    const identity = await authenticate(headersOf('admin', 'aaAA11__'));
    expect(identity).toMatchObject({ userId: 100, username: 'admin' });
    expect(identity?.permissions).toEqual(
      expect.arrayContaining(['CLUSTER:*:READ', 'TASK:*:*', 'CLUSTER:7:UPDATE']),
    );
    expect(identity?.permissions).not.toContain('**');
  });

  it('is undecided without credentials', async () => {
    const { authenticate } = await setUp();
    expect(await authenticate(callWith({}))).toBeUndefined();
  });

  it('takes passwords with colons and in UTF-8', async () => {
    const { authenticate, users, user, hasher } = await setUp();
    users.set('admin', { ...user, passwordHash: await hasher.hash('a:b:密码') });
    expect(await authenticate(headersOf('admin', 'a:b:密码'))).toMatchObject({ userId: 100 });
  });

  it('hashes once for many calls, also when they come at once', async () => {
    const { authenticate, hasher } = await setUp();
    await Promise.all(Array.from({ length: 50 }, () => authenticate(headersOf('admin', 'aaAA11__'))));
    await authenticate(headersOf('admin', 'aaAA11__'));
    expect(hasher.verifications).toBe(1);
  });

  it('hashes again when the entry is old', async () => {
    const { authenticate, hasher, clock } = await setUp();
    await authenticate(headersOf('admin', 'aaAA11__'));
    clock.now += 11 * 60_000;
    await authenticate(headersOf('admin', 'aaAA11__'));
    expect(hasher.verifications).toBe(2);
  });

  it('refuses the old password at once after a change, whatever was remembered', async () => {
    const { authenticate, users, user, hasher } = await setUp();
    await authenticate(headersOf('admin', 'aaAA11__'));
    users.set('admin', { ...user, passwordHash: await hasher.hash('bbBB22__') });
    await expect(authenticate(headersOf('admin', 'aaAA11__'))).rejects.toMatchObject({
      key: 'BAD_CREDENTIALS',
    });
    expect(await authenticate(headersOf('admin', 'bbBB22__'))).toMatchObject({ userId: 100 });
  });

  it('takes roles and status as they are now, not as they were at the first call', async () => {
    const { authenticate, users, user } = await setUp();
    await authenticate(headersOf('admin', 'aaAA11__'));
    users.set('admin', { ...user, roles: [], customPermissions: [] });
    expect((await authenticate(headersOf('admin', 'aaAA11__')))?.permissions).toEqual([]);
    users.set('admin', { ...user, status: 'DISABLED' });
    await expect(authenticate(headersOf('admin', 'aaAA11__'))).rejects.toMatchObject({
      key: 'USER_DISABLED',
    });
  });

  it('never remembers a wrong password, and hashes for unknown users too', async () => {
    const { authenticate, hasher } = await setUp();
    for (const headers of [
      headersOf('admin', 'wrong'),
      headersOf('admin', 'wrong'),
      headersOf('nobody', 'x'),
    ]) {
      await expect(authenticate(headers)).rejects.toMatchObject({ key: 'BAD_CREDENTIALS' });
    }
    expect(hasher.verifications).toBe(3);
  });

  it('tells a disabled user only to who knows the password', async () => {
    const { authenticate, users, user } = await setUp();
    users.set('admin', { ...user, status: 'DISABLED' });
    await expect(authenticate(headersOf('admin', 'wrong'))).rejects.toMatchObject({ key: 'BAD_CREDENTIALS' });
  });

  it('distinguishes names by case though the database may not', async () => {
    const { authenticate } = await setUp();
    await expect(authenticate(headersOf('Admin', 'aaAA11__'))).rejects.toMatchObject({
      key: 'BAD_CREDENTIALS',
    });
  });
});
