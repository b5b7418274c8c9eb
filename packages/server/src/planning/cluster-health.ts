/**
 * Whether a whole cluster is as it should be before the next of its servers may go down: stricter than a majority. Every
 * server serves, no zone is stopped, every log stream has one leader, and every member has caught up with it.
 */
import type { ClusterSnapshot } from '../domain/cluster-snapshot.ts';
import { formatAddress, isSameAddress, parseMemberList } from '../domain/server-address.ts';
import { type Check, fail, listOf, pass, unknown } from './check.ts';
import { findLeader } from './log-stream-health.ts';
import { isReason, rowsOf } from './section-rows.ts';

const inSyncNanoseconds = 5_000_000_000n;

export function checkClusterHealth(snapshot: ClusterSnapshot): Check {
  const header = {
    name: 'cluster-healthy',
    looked: 'DBA_OB_SERVERS, DBA_OB_ZONES, CDB_OB_LS, GV$OB_LOG_STAT',
    overridable: true,
  };
  const problems = findClusterProblems(snapshot);
  if (!Array.isArray(problems)) return unknown(header, problems.reason);
  if (problems.length === 0)
    return pass(header, 'Every server serves, and every replica has caught up with its leader.');
  return fail(header, {
    evidence: `${problems.length} things are not as they should be: ${listOf(problems)}.`,
    meaning: 'A rolling operation takes one server after the other down, and needs all others whole.',
    remedy: 'Repair them first, or wait until they have caught up.',
  });
}

function findClusterProblems(snapshot: ClusterSnapshot): string[] | { readonly reason: string } {
  const servers = rowsOf(snapshot.servers, 'DBA_OB_SERVERS');
  const zones = rowsOf(snapshot.zones, 'DBA_OB_ZONES');
  const streams = rowsOf(snapshot.logStreams, 'CDB_OB_LS');
  const replicas = rowsOf(snapshot.replicas, 'GV$OB_LOG_STAT');
  if (isReason(servers)) return servers;
  if (isReason(zones)) return zones;
  if (isReason(streams)) return streams;
  if (isReason(replicas)) return replicas;
  const byStream = Map.groupBy(replicas, (row) => `${row.tenantId}/${row.lsId}`);
  return [
    ...zones
      .filter(({ status }) => status !== 'ACTIVE')
      .map(({ name, status }) => `zone ${name} is ${status}`),
    ...servers.flatMap((server) => {
      const why =
        server.status !== 'ACTIVE'
          ? server.status
          : server.stopTime !== null
            ? 'stopped'
            : server.startServiceTime === null
              ? 'not in service'
              : undefined;
      return why === undefined ? [] : [`${formatAddress(server)} is ${why}`];
    }),
    ...streams.flatMap(({ tenantId, lsId }) => {
      const name = `tenant ${tenantId} log stream ${lsId}`;
      return findStreamProblems(name, byStream.get(`${tenantId}/${lsId}`) ?? []);
    }),
  ];
}

function findStreamProblems(name: string, rows: Parameters<typeof findLeader>[0]): string[] {
  const leader = findLeader(rows);
  if (leader === 'none') return [`${name} has no leader`];
  if (leader === 'two') return [`${name} shows two leaders`];
  const members = parseMemberList(leader.paxosMemberList);
  if (members === undefined) return [`${name} has a member list that cannot be read`];
  return members.flatMap((member) => {
    const row = rows.find((candidate) => isSameAddress(candidate, member));
    if (row === undefined) return [`${name} has no live replica on ${formatAddress(member)}`];
    const isBehind = leader.endScn - row.endScn > inSyncNanoseconds;
    return isBehind ? [`${name} is behind on ${formatAddress(member)}`] : [];
  });
}
