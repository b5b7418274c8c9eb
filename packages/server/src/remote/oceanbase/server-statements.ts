/** ALTER SYSTEM ... SERVER: every statement that changes a server's service state. */
import { formatAddress, type ServerAddress } from '../../domain/server-address.ts';
import type { Session } from './session.ts';

export type StopKind = 'STOP' | 'FORCE STOP';

/**
 * The kernel's default (10 s) is too short when many leaders must move. Stays below the driver's own limit, so that it
 * is the kernel that ends the statement and says why. Milliseconds.
 */
const reserveMs = 2_000;

/** Addresses come from the kernel's own views, yet they are parsed again before they go into a statement. */
export function quoteAddress(address: ServerAddress): string {
  const text = formatAddress(address);
  if (!/^(\[[0-9a-fA-F:.]+\]|[0-9a-zA-Z._-]+):\d{1,5}$/.test(text))
    throw new RangeError(`not a server address: ${text}`);
  return `'${text}'`;
}

export async function setQueryTimeout(session: Session, timeoutMs: number): Promise<void> {
  const micros = Math.max(1_000_000, (timeoutMs - reserveMs) * 1_000);
  await session.execute(`SET SESSION ob_query_timeout = ${Math.round(micros)}`, { timeoutMs: 5_000 });
}

/**
 * Marks the server stopped and waits, in the kernel, until its leaders have left.
 * @throws KernelError 4179 (refused for safety), 4660 (another zone), 4652 or 4012 (time over: it may be marked stopped).
 */
export async function stopServer(
  session: Session,
  kind: StopKind,
  target: ServerAddress,
  timeoutMs: number,
): Promise<void> {
  await setQueryTimeout(session, timeoutMs);
  await session.execute(`ALTER SYSTEM ${kind} SERVER ${quoteAddress(target)}`, { timeoutMs });
}

/** Clears the stop mark; changes nothing when there is none. */
export async function startServer(session: Session, target: ServerAddress, timeoutMs: number): Promise<void> {
  await setQueryTimeout(session, timeoutMs);
  await session.execute(`ALTER SYSTEM START SERVER ${quoteAddress(target)}`, { timeoutMs });
}
