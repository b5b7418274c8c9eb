/** ALTER SYSTEM ... ZONE: every statement that makes, changes or removes a zone. Its servers' own marks are left alone. */
import { type StopKind, setQueryTimeout } from './server-statements.ts';
import type { Session } from './session.ts';

/** Names come from the kernel's own views, yet they are checked again before they go into a statement. */
export function quoteZone(zone: string): string {
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

/**
 * A new zone is INACTIVE until it is started.
 * @throws KernelError 4017 when there is one of this name.
 */
export async function addZone(
  session: Session,
  zone: string,
  region: string,
  timeoutMs: number,
): Promise<void> {
  await setQueryTimeout(session, timeoutMs);
  await session.execute(`ALTER SYSTEM ADD ZONE ${quoteZone(zone)} REGION ${quotePlace(region)}`, {
    timeoutMs,
  });
}

/** @throws KernelError 4018 (no such zone). */
export async function alterZoneIdc(
  session: Session,
  zone: string,
  idc: string,
  timeoutMs: number,
): Promise<void> {
  await setQueryTimeout(session, timeoutMs);
  await session.execute(`ALTER SYSTEM ALTER ZONE ${quoteZone(zone)} SET IDC ${quotePlace(idc)}`, {
    timeoutMs,
  });
}

/** @throws KernelError 4668 (it has servers), 4633 (it is ACTIVE), 4018 (no such zone). */
export async function deleteZone(session: Session, zone: string, timeoutMs: number): Promise<void> {
  await setQueryTimeout(session, timeoutMs);
  await session.execute(`ALTER SYSTEM DELETE ZONE ${quoteZone(zone)}`, { timeoutMs });
}

/** Regions and IDCs are named by people; the kernel keeps 128 bytes of each. */
function quotePlace(name: string): string {
  if (!/^[^'"`\\;\p{C}\p{Z}]{1,128}$/u.test(name))
    throw new RangeError(`not a name of a region or IDC: ${name}`);
  return `'${name}'`;
}
