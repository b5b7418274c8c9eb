/**
 * Judges one log stream as the kernel's own STOP SERVER does (member list of the leader, minus everything that cannot
 * vote reliably, minus the servers to stop), over plain rows.
 *
 * Only voters count: learners are not in the paxos member list. SCN arithmetic is in BigInt, nanoseconds.
 */
import type { LogStreamRow, ReplicaRow, ServerRow, ZoneRow } from '../domain/cluster-snapshot.ts';
import {
  formatAddress,
  isSameAddress,
  parseMemberList,
  type ServerAddress,
} from '../domain/server-address.ts';

/** How far a follower may be behind and still count as in sync; the kernel's LOG_IN_SYNC_INTERVAL_NS. */
const inSyncNanoseconds = 5_000_000_000n;

export interface Membership {
  readonly servers: readonly ServerRow[];
  readonly zones: readonly ZoneRow[];
  readonly replicas: readonly ReplicaRow[];
  /** Servers that are to be stopped, or are stopped by this operation. */
  readonly without: readonly ServerAddress[];
}

export type LogStreamProblem =
  | { readonly kind: 'no-leader' }
  | { readonly kind: 'two-leaders' }
  | { readonly kind: 'unreadable-members'; readonly text: string }
  | { readonly kind: 'single-replica' }
  | {
      readonly kind: 'no-majority';
      readonly valid: number;
      readonly needed: number;
      readonly replicas: number;
      readonly excluded: readonly string[];
      /** It would keep its majority if members in service that show no live replica were counted. */
      readonly isOnlySilence: boolean;
    }
  | {
      readonly kind: 'not-in-sync';
      readonly inSync: number;
      readonly needed: number;
      readonly lagging: readonly string[];
    };

function majorityOf(replicas: number): number {
  return Math.floor(replicas / 2) + 1;
}

/** The row of the current leader: highest proposal id among rows with role LEADER. */
export function findLeader(rows: readonly ReplicaRow[]): ReplicaRow | 'none' | 'two' {
  const leaders = rows.filter((row) => row.role === 'LEADER');
  let best: ReplicaRow | undefined;
  for (const row of leaders) if (best === undefined || row.proposalId > best.proposalId) best = row;
  if (best === undefined) return 'none';
  const highest = best.proposalId;
  return leaders.filter((row) => row.proposalId === highest).length > 1 ? 'two' : best;
}

/** @returns undefined when the log stream keeps an in-sync majority without the given servers. */
export function findProblem(stream: LogStreamRow, membership: Membership): LogStreamProblem | undefined {
  const rows = membership.replicas.filter(
    (row) => row.tenantId === stream.tenantId && row.lsId === stream.lsId,
  );
  const leader = findLeader(rows);
  if (leader === 'none') return { kind: 'no-leader' };
  if (leader === 'two') return { kind: 'two-leaders' };
  const members = parseMemberList(leader.paxosMemberList);
  if (members === undefined || members.length === 0) {
    return { kind: 'unreadable-members', text: leader.paxosMemberList };
  }
  const replicas = Math.max(leader.paxosReplicaNumber, members.length);
  const isTarget = (member: ServerAddress) =>
    membership.without.some((server) => isSameAddress(server, member));
  if (replicas === 1) return members.some(isTarget) ? { kind: 'single-replica' } : undefined;
  const arbitration = replicas === 2 && leader.arbitrationMember !== '' ? 1 : 0;
  const needed = majorityOf(replicas);
  const judged = members.map((member) => ({ member, why: whyNotValid(member, membership, rows) }));
  const valid = judged.filter((entry) => entry.why === undefined).map((entry) => entry.member);
  if (valid.length + arbitration < needed) {
    const excluded = judged.flatMap(({ member, why }) =>
      why === undefined ? [] : [`${formatAddress(member)} ${why}`],
    );
    const silent = judged.filter(({ why }) => why === silence).length;
    const kept = valid.length + arbitration;
    const isOnlySilence = kept + silent >= needed;
    return { kind: 'no-majority', valid: kept, needed, replicas, excluded, isOnlySilence };
  }
  const lagging = valid.filter((member) => isLagging(member, leader, rows));
  const inSync = valid.length - lagging.length + arbitration;
  if (inSync < needed) return { kind: 'not-in-sync', inSync, needed, lagging: lagging.map(formatAddress) };
  return undefined;
}

function isLagging(member: ServerAddress, leader: ReplicaRow, rows: readonly ReplicaRow[]): boolean {
  const row = rows.find((candidate) => isSameAddress(candidate, member));
  return row === undefined || leader.endScn - row.endScn > inSyncNanoseconds;
}

/** In service by the kernel's word, and yet missing from the view that asks every server. */
const silence = 'shows no live replica';

/** Why a member cannot be counted on after the stop; undefined when it can. */
function whyNotValid(
  member: ServerAddress,
  { servers, zones, without }: Membership,
  rows: readonly ReplicaRow[],
): string | undefined {
  if (without.some((server) => isSameAddress(server, member))) return 'is the server to stop';
  const server = servers.find((candidate) => isSameAddress(candidate, member));
  if (server === undefined) return 'is not in DBA_OB_SERVERS';
  if (server.status !== 'ACTIVE') return `is ${server.status}`;
  if (server.startServiceTime === null) return 'has not started service';
  if (server.stopTime !== null) return 'is stopped';
  const zone = zones.find((candidate) => candidate.name === server.zone);
  if (zone?.status !== 'ACTIVE') return `is in zone ${server.zone}, which is ${zone?.status ?? 'unknown'}`;
  if (!rows.some((row) => isSameAddress(row, member))) return silence;
  return undefined;
}
