/**
 * Sessions by cookie. Any instance serves them, since they are in the metadata. A session ends by log-out, after a time
 * without use, and with the password it began with.
 *
 * The CSRF token is derived from the session's id, which no script and no foreign site can read; writes by cookie must send
 * it in a header. Calls with HTTP Basic or an access key carry their credentials themselves and need none.
 */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { CSRF_HEADER, OcpError, SESSION_COOKIE } from '@openocp/contract';
import type { SessionStore, StoredSession } from '../store/sessions.ts';
import { type IncomingCall, isWrite } from './incoming-call.ts';
import type { UserRecord } from './password-check.ts';

export interface SessionsOptions {
  readonly store: SessionStore;
  readonly fetchUserById: (id: number) => Promise<UserRecord | undefined>;
  readonly idleMs: number;
  /** Wall clock, epoch milliseconds. */
  readonly now: () => number;
}

const ID_BYTES = 32;
/** The time of the last use is written this many times in the time after which a session ends: not with every call. */
const WRITES_PER_IDLE_TIME = 30;

const COOKIE = new RegExp(`(?:^|; *)${SESSION_COOKIE}=([A-Za-z0-9_-]{43})(?:;|$)`);

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

export function csrfTokenOf(sessionId: string): string {
  return createHmac('sha256', sessionId).update('csrf').digest('base64url');
}

function checkCsrf(call: IncomingCall, sessionId: string): void {
  if (!isWrite(call)) return;
  const given = Buffer.from(String(call.headers[CSRF_HEADER] ?? ''));
  const expected = Buffer.from(csrfTokenOf(sessionId));
  if (given.length !== expected.length || !timingSafeEqual(given, expected))
    throw new OcpError('CSRF_TOKEN_WRONG', {});
}

/** The session's id that a call carries in its cookie. */
export function readSessionId({ headers }: Pick<IncomingCall, 'headers'>): string | undefined {
  return COOKIE.exec(headers.cookie ?? '')?.[1];
}

export class Sessions {
  readonly #options: SessionsOptions;

  constructor(options: SessionsOptions) {
    this.#options = options;
  }

  /** @returns the id of the new session, which only its cookie will hold. */
  async begin(user: UserRecord): Promise<string> {
    const { store, now, idleMs } = this.#options;
    const id = randomBytes(ID_BYTES).toString('base64url');
    await store.deleteUnusedSince(now() - idleMs);
    await store.insert({
      idHash: sha256(id),
      userId: user.id,
      passwordMark: sha256(user.passwordHash ?? ''),
      lastUseTime: now(),
    });
    return id;
  }

  /** @returns whose session the call carries, who may be disabled. @throws OcpError NOT_AUTHENTICATED, CSRF_TOKEN_WRONG */
  async identify(call: IncomingCall, id: string): Promise<UserRecord> {
    const session = await this.#options.store.fetch(sha256(id));
    const user = session && (await this.#fetchUser(session));
    if (session === undefined || user === undefined) throw new OcpError('NOT_AUTHENTICATED', {});
    checkCsrf(call, id);
    await this.#keep(session);
    return user;
  }

  async end(id: string): Promise<void> {
    await this.#options.store.delete(sha256(id));
  }

  async #fetchUser({ userId, passwordMark, lastUseTime }: StoredSession): Promise<UserRecord | undefined> {
    const { now, idleMs, fetchUserById } = this.#options;
    if (now() - lastUseTime >= idleMs) return undefined;
    const user = await fetchUserById(userId);
    return user !== undefined && sha256(user.passwordHash ?? '') === passwordMark ? user : undefined;
  }

  async #keep({ idHash, lastUseTime }: StoredSession): Promise<void> {
    const { now, idleMs, store } = this.#options;
    if (now() - lastUseTime >= idleMs / WRITES_PER_IDLE_TIME) await store.updateLastUse(idHash, now());
  }
}
