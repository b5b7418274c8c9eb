/**
 * Whether a started server may take leaders again. The kernel clears the stop mark whenever it is asked to; a server
 * that is still replaying would then attract leaders it cannot serve, so readiness is decided here.
 */
import { type ClusterSnapshot, findServer } from '../domain/cluster-snapshot.ts';
import { formatAddress, isSameAddress, type ServerAddress } from '../domain/server-address.ts';
import { findLeader } from './log-stream-health.ts';

const inSyncNanoseconds = 5_000_000_000n;

/**
 * @param formerServiceTime START_SERVICE_TIME of the process before this one: until the kernel has noticed the restart,
 * it still shows that one, and the server only looks ready. null when there was none.
 * @returns why the server is not ready yet, in a few words; undefined when it is.
 */
export function findUnready(
  snapshot: ClusterSnapshot | undefined,
  target: ServerAddress,
  formerServiceTime: number | null,
): string | undefined {
  if (snapshot === undefined) return 'no server of the cluster answers';
  if (!snapshot.servers.ok) return `DBA_OB_SERVERS cannot be read: ${snapshot.servers.reason}`;
  const row = findServer(snapshot, target);
  if (row === undefined) return `${formatAddress(target)} is not in DBA_OB_SERVERS`;
  if (row.status !== 'ACTIVE') return `${formatAddress(target)} is ${row.status}`;
  if (row.startServiceTime === null)
    return `${formatAddress(target)} is ACTIVE and has not started service yet`;
  if (row.startServiceTime === formerServiceTime) {
    return `${formatAddress(target)} is still shown as before its restart`;
  }
  if (!snapshot.replicas.ok) return `GV$OB_LOG_STAT cannot be read: ${snapshot.replicas.reason}`;
  const lagging = findLagging(snapshot, target);
  return lagging.length === 0
    ? undefined
    : `catching up: ${lagging.slice(0, 4).join(', ')}${lagging.length > 4 ? ' ...' : ''}`;
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
