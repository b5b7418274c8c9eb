/**
 * Is this the password? For HTTP Basic, for the log-on, and for whoever changes his own.
 *
 * Guessing is counted by user name and by client address, in the metadata, so on all instances together. A user name locks
 * for everybody, as in OCP; an address locks for everybody whose password is not known to be right on this instance
 * already, so that one careless script behind a shared address does not shut its neighbours out. Sessions and access keys
 * are no passwords and are not locked: a stranger could stop them with twenty wrong guesses.
 *
 * An unknown user, a user without a password and a wrong password take the same time and get the same words.
 */
import { createHash } from 'node:crypto';
import { OcpError } from '@openocp/contract';
import type { GuessCount, GuessLimit, GuessStore, GuessSubject } from '../store/guesses.ts';
import type { User } from '../store/users.ts';
import type { PasswordHasher } from './password-hash.ts';
import type { VerifiedPasswords } from './verified-passwords.ts';

/** A user as he logs on. */
export type UserRecord = User;

export interface GuessLimits {
  readonly user: GuessLimit;
  readonly address: GuessLimit;
}

export interface PasswordCheckOptions {
  readonly fetchUser: (username: string) => Promise<UserRecord | undefined>;
  readonly guesses: GuessStore;
  readonly limits: GuessLimits;
  readonly hasher: PasswordHasher;
  readonly verified: VerifiedPasswords;
  /** Wall clock, epoch milliseconds. */
  readonly now: () => number;
}

export interface PasswordAttempt {
  readonly username: string;
  readonly password: string;
  readonly clientAddress: string;
}

/** @returns the user, who may be disabled. @throws OcpError BAD_CREDENTIALS, USER_LOCKED, ADDRESS_LOCKED, TOO_MANY_LOGINS */
export type CheckPassword = (attempt: PasswordAttempt) => Promise<UserRecord>;

const MINUTE_MS = 60_000;

/** Names are kept readable where that is harmless. */
export function userSubject(username: string): GuessSubject {
  const isPlain = /^[\x21-\x7e]{1,64}$/.test(username);
  return {
    kind: 'USER',
    name: isPlain ? username : createHash('sha256').update(username).digest('hex'),
  };
}

const addressSubject = (clientAddress: string): GuessSubject => ({
  kind: 'ADDRESS',
  name: clientAddress.slice(0, 64),
});

export function createPasswordCheck(options: PasswordCheckOptions): CheckPassword {
  const { fetchUser, guesses, limits, hasher, verified, now } = options;

  const minutesLeft = ({ lockedUntil }: GuessCount) => Math.ceil((lockedUntil - now()) / MINUTE_MS);
  const refuseLocked = (username: string, user: GuessCount, address: GuessCount | undefined) => {
    if (user.lockedUntil > now()) throw new OcpError('USER_LOCKED', { username, minutes: minutesLeft(user) });
    if (address !== undefined && address.lockedUntil > now())
      throw new OcpError('ADDRESS_LOCKED', { minutes: minutesLeft(address) });
  };

  async function refuseWrong({ username, clientAddress }: PasswordAttempt): Promise<never> {
    const user = await guesses.recordFailure(userSubject(username), limits.user);
    const address = await guesses.recordFailure(addressSubject(clientAddress), limits.address);
    refuseLocked(username, user, address);
    const remaining = Math.min(
      limits.user.maxFailures - user.failures,
      limits.address.maxFailures - address.failures,
    );
    throw new OcpError('BAD_CREDENTIALS', { remaining });
  }

  return async (attempt) => {
    const { username, password, clientAddress } = attempt;
    const subjects = [userSubject(username), addressSubject(clientAddress)];
    const [found, [user, address]] = await Promise.all([fetchUser(username), guesses.fetch(subjects)]);
    if (user === undefined || address === undefined) throw new Error('the guesses of a log-on are missing');
    // A database may compare names without regard to case; we do not.
    const known = found?.username === username ? found : undefined;
    const hash = known?.passwordHash ?? undefined;
    const isKnownRight = hash !== undefined && verified.isKnown(hash, password);
    refuseLocked(username, user, isKnownRight ? undefined : address);
    if (isKnownRight && known !== undefined) return known;
    const verify = () => hasher.verify(password, hash, clientAddress);
    const isRight = hash === undefined ? await verify() : await verified.check(hash, password, verify);
    if (!isRight || known === undefined) return refuseWrong(attempt);
    // Others may have guessed meanwhile: what was right too late is not told.
    const [after, addressAfter] = await guesses.fetch(subjects);
    refuseLocked(username, after ?? user, addressAfter);
    if (user.failures > 0) await guesses.clear(userSubject(username));
    return known;
  };
}
