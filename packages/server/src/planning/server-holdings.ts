/**
 * What of the tenants' data a server holds. One that holds nothing may end without STOP SERVER: no log stream counts on
 * it, so none can lose its majority with it.
 */
import type { ClusterSnapshot } from '../domain/cluster-snapshot.ts';
import { isSameAddress, parseMemberList, type ServerAddress } from '../domain/server-address.ts';
import { isReason, rowsOf } from './section-rows.ts';

/** @returns what it holds, in words; the reason when that cannot be known, which is not the same as nothing. */
export function findHoldings(
  snapshot: ClusterSnapshot,
  server: ServerAddress,
): readonly string[] | { readonly reason: string } {
  const replicas = rowsOf(snapshot.replicas, 'GV$OB_LOG_STAT');
  const streams = rowsOf(snapshot.logStreams, 'CDB_OB_LS');
  if (isReason(replicas)) return replicas;
  if (isReason(streams)) return streams;
  if (!snapshot.leaders.ok) return { reason: `CDB_OB_LS_LOCATIONS: ${snapshot.leaders.reason}` };
  const holdings = new Set<string>();
  for (const row of [...replicas, ...snapshot.leaders.rows])
    if (isSameAddress(row, server))
      holdings.add(`a replica of tenant ${row.tenantId} log stream ${row.lsId}`);
  for (const stream of streams) {
    const name = `tenant ${stream.tenantId} log stream ${stream.lsId}`;
    const leaders = replicas.filter(
      (row) => row.tenantId === stream.tenantId && row.lsId === stream.lsId && row.role === 'LEADER',
    );
    if (leaders.length === 0) return { reason: `${name} has no leader, so its members are not known` };
    for (const leader of leaders) {
      const members = parseMemberList(leader.paxosMemberList);
      if (members === undefined) return { reason: `the member list of ${name} cannot be read` };
      if (members.some((member) => isSameAddress(member, server))) holdings.add(`a vote in ${name}`);
    }
  }
  return [...holdings];
}
