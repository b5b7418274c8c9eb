/**
 * Whether a started server may take leaders again. The kernel clears the stop mark whenever it is asked to; a server
 * that is still replaying would then attract leaders it cannot serve, so readiness is decided here.
 */
import { type ClusterSnapshot, findServer } from '../domain/cluster-snapshot.ts';
import { formatAddress, isSameAddress, type ServerAddress } from '../domain/server-address.ts';
import { findLeader } from './log-stream-health.ts';

const inSyncNanoseconds = 5_000_000_000n;

/**
 * Longer than the kernel can go on showing a process that has ended, once another has taken its place: the lease of 10 s,
 * 4 s until the loop sees that it has run out, and when root service was lost with the process, 10 s more for its
 * election. By then it shows the new process, or none in service.
 */
const settledMs = 25_000;

/** START_SERVICE_TIME that the kernel showed right before the process was started, epoch milliseconds; null: none. */
export type ShownMark = number | null | 'unknown';

/** What tells whether the kernel speaks of the process that runs, or of one before. */
export interface ServiceProof {
  readonly shownBefore: ShownMark;
  /** For how long the process has run, on a clock that nobody sets. */
  readonly upMs: number;
}

/**
 * @returns why the server is not ready yet, in a few words; undefined when it is.
 */
export function findUnready(
  snapshot: ClusterSnapshot | undefined,
  target: ServerAddress,
  proof: ServiceProof,
): string | undefined {
  if (snapshot === undefined) return 'no server of the cluster answers';
  if (!snapshot.servers.ok) return `DBA_OB_SERVERS cannot be read: ${snapshot.servers.reason}`;
  const row = findServer(snapshot, target);
  if (row === undefined) return `${formatAddress(target)} is not in DBA_OB_SERVERS`;
  if (row.status !== 'ACTIVE') return `${formatAddress(target)} is ${row.status}`;
  if (row.startServiceTime === null)
    return `${formatAddress(target)} is ACTIVE and has not started service yet`;
  const unproven = findUnproven(formatAddress(target), row.startServiceTime, proof);
  if (unproven !== undefined) return unproven;
  if (!snapshot.replicas.ok) return `GV$OB_LOG_STAT cannot be read: ${snapshot.replicas.reason}`;
  const lagging = findLagging(snapshot, target);
  return lagging.length === 0
    ? undefined
    : `catching up: ${lagging.slice(0, 4).join(', ')}${lagging.length > 4 ? ' ...' : ''}`;
}

/** Until the kernel has noticed a restart it shows the process before, and the server only looks ready. */
function findUnproven(address: string, shown: number, { shownBefore, upMs }: ServiceProof) {
  if (shownBefore !== 'unknown')
    return shown === shownBefore ? `${address} is still shown as before its restart` : undefined;
  return upMs >= settledMs
    ? undefined
    : `${address} is shown in service, which may be of the process before this one; that is certain ${settledMs / 1000} s after its start`;
}

/** Log streams in which the target's replica is more than 5 s behind its leader. Streams without a leader are not its fault. */
function findLagging(snapshot: ClusterSnapshot, target: ServerAddress): string[] {
  if (!snapshot.replicas.ok) return [];
  const { rows } = snapshot.replicas;
  const byStream = Map.groupBy(rows, (row) => `${row.tenantId}/${row.lsId}`);
  return rows
    .filter((row) => isSameAddress(row, target))
    .filter((row) => {
      const leader = findLeader(byStream.get(`${row.tenantId}/${row.lsId}`) ?? []);
      return typeof leader === 'object' && leader.endScn - row.endScn > inSyncNanoseconds;
    })
    .map((row) => `tenant ${row.tenantId} log stream ${row.lsId}`);
}
