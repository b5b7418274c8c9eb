/** ALTER SYSTEM ADD, DELETE and CANCEL DELETE: every statement that changes which servers and zones a cluster has. */
import type { ServerAddress } from '../../domain/server-address.ts';
import { quoteAddress, setQueryTimeout } from './server-statements.ts';
import type { Session } from './session.ts';
import { quoteZone } from './zone-statements.ts';

/**
 * The server must run, empty, with the zone it was started for.
 * @throws KernelError 4017 (already there), 4179 (not empty, another mode), 4631 (zone), 4655 (zone not active), 4784 (unreachable)
 */
export async function addServer(
  session: Session,
  target: ServerAddress,
  zone: string,
  timeoutMs: number,
): Promise<void> {
  await setQueryTimeout(session, timeoutMs);
  await session.execute(`ALTER SYSTEM ADD SERVER ${quoteAddress(target)} ZONE ${quoteZone(zone)}`, {
    timeoutMs,
  });
}

/**
 * Begins to empty the server; the kernel removes it when nothing is left on it.
 * @throws KernelError 4745 (no room for its units in the zone), 4179 (a log stream without leader), 4628 (already begun), 4630 (no such server)
 */
export async function deleteServer(
  session: Session,
  target: ServerAddress,
  timeoutMs: number,
): Promise<void> {
  await setQueryTimeout(session, timeoutMs);
  await session.execute(`ALTER SYSTEM DELETE SERVER ${quoteAddress(target)}`, { timeoutMs });
}

/** @throws KernelError 4629 (not being deleted), 4630 (no such server) */
export async function cancelDeleteServer(
  session: Session,
  target: ServerAddress,
  timeoutMs: number,
): Promise<void> {
  await setQueryTimeout(session, timeoutMs);
  await session.execute(`ALTER SYSTEM CANCEL DELETE SERVER ${quoteAddress(target)}`, { timeoutMs });
}
