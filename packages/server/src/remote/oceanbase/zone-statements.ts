/** ALTER SYSTEM ... ZONE: every statement that changes a zone's service state. Its servers' own marks are left alone. */
import { type StopKind, setQueryTimeout } from './server-statements.ts';
import type { Session } from './session.ts';

/** Names come from the kernel's own views, yet they are checked again before they go into a statement. */
function quoteZone(zone: string): string {
  if (!/^[^'"`\\;\p{C}\p{Z}]{1,128}$/u.test(zone)) throw new RangeError(`not a zone name: ${zone}`);
  return `'${zone}'`;
}

/**
 * Makes the zone INACTIVE and asks its leaders to leave; changes nothing when it is INACTIVE.
 * @throws KernelError 4179 (refused for safety, or the last active zone), 4660 (another zone).
 */
export async function stopZone(
  session: Session,
  kind: StopKind,
  zone: string,
  timeoutMs: number,
): Promise<void> {
  await setQueryTimeout(session, timeoutMs);
  await session.execute(`ALTER SYSTEM ${kind} ZONE ${quoteZone(zone)}`, { timeoutMs });
}

/** @throws KernelError 4633 when the zone is ACTIVE already. */
export async function startZone(session: Session, zone: string, timeoutMs: number): Promise<void> {
  await setQueryTimeout(session, timeoutMs);
  await session.execute(`ALTER SYSTEM START ZONE ${quoteZone(zone)}`, { timeoutMs });
}
