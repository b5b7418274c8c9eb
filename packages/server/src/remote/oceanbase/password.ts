/** The password of the user who is logged in: changing it, and finding out which one is right. */
import { setTimeout as pause } from 'node:timers/promises';
import type { ClusterAccess, SqlCredentials } from '../../domain/cluster-access.ts';
import type { ClusterSessions } from './cluster-sessions.ts';
import { ConnectionFailure, KernelError } from './kernel-error.ts';
import { quoteText } from './quote-text.ts';
import type { Session } from './session.ts';

const changeTimeoutMs = 30_000;
const loginTimeoutMs = 3_000;
const tryAgainMs = 100;

/**
 * Errors come back without their cause, and with the password cut out of their text: the driver keeps the statement, and
 * the kernel quotes from it.
 * @throws KernelError, ConnectionFailure
 */
export async function changeOwnPassword(session: Session, password: string): Promise<void> {
  try {
    await session.execute(`SET PASSWORD = PASSWORD(${quoteText(password)})`, { timeoutMs: changeTimeoutMs });
  } catch (error) {
    if (error instanceof KernelError) {
      throw new KernelError(error.errno, error.sqlState, withoutText(error.text, password));
    }
    if (error instanceof ConnectionFailure) {
      throw new ConnectionFailure(withoutText(error.message, password), error.sent);
    }
    throw new Error('changing the password failed');
  }
}

function withoutText(text: string, secret: string): string {
  return text.replaceAll(quoteText(secret).slice(1, -1), '***').replaceAll(secret, '***');
}

export type LoginResult = 'accepted' | 'refused' | 'silent';

/** Whether any server of the cluster lets in with these credentials. */
export async function tryLogin(
  sessions: ClusterSessions,
  access: ClusterAccess,
  credentials: SqlCredentials,
): Promise<LoginResult> {
  const { next: _, ...rest } = access;
  try {
    const session = await sessions.open({ ...rest, credentials }, {});
    session.close();
    return 'accepted';
  } catch (error) {
    return error instanceof KernelError && error.class === 'authentication' ? 'refused' : 'silent';
  }
}

/**
 * A new password reaches the servers one by one. Waits until each of them that answers lets in with it; one that is silent
 * is not waited for.
 * @returns `ip:sqlPort` of the servers that still refuse it
 */
export async function waitForLogins(
  sessions: ClusterSessions,
  { endpoints }: ClusterAccess,
  credentials: SqlCredentials,
  { timeoutMs, now }: { readonly timeoutMs: number; readonly now: () => number },
): Promise<string[]> {
  const end = now() + timeoutMs;
  const refusing = await Promise.all(
    endpoints.map(async (endpoint) => {
      for (;;) {
        try {
          (await sessions.connect(endpoint, credentials, loginTimeoutMs)).close();
          return [];
        } catch (error) {
          if (!(error instanceof KernelError) || error.class !== 'authentication') return [];
          if (now() >= end) return [`${endpoint.ip}:${endpoint.sqlPort}`];
        }
        await pause(tryAgainMs);
      }
    }),
  );
  return refusing.flat();
}
