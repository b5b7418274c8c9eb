import { nowUs } from '../timing.ts';
import type { LsReplica } from './ls-replica.ts';

/** What one replica says of itself, live; travels over RPC, so SCNs are text. */
export interface LogStat {
  readonly tenantId: number;
  readonly lsId: number;
  readonly server: string;
  readonly role: 'LEADER' | 'FOLLOWER';
  /** RAW_WRITE for the streams of a standby tenant. */
  readonly accessMode: 'APPEND' | 'RAW_WRITE';
  readonly proposalId: number;
  readonly members: readonly string[];
  readonly replicaNum: number;
  readonly endScn: string;
  readonly checkpointScn: string;
  /** Leaders are in sync; a follower is when it trails by at most three seconds. */
  readonly inSync: boolean;
}

const inSyncNs = 3_000_000_000n;

export function logStatOf(
  replica: LsReplica,
  server: string,
  now: number,
  accessMode: LogStat['accessMode'],
): LogStat {
  const leading = replica.election.isLeader(now);
  const endScn = replica.endScn(now);
  const clock = BigInt(nowUs()) * 1000n;
  // A follower that hears no leader does not fall behind by that: nothing is written meanwhile.
  const behind = replica.election.hearsLeader(now)
    ? clock - endScn
    : BigInt(Math.round(replica.lagMs)) * 1_000_000n;
  return {
    tenantId: replica.tenantId,
    lsId: replica.lsId,
    server,
    accessMode,
    role: leading ? 'LEADER' : 'FOLLOWER',
    proposalId: replica.election.term,
    members: replica.election.configuration.members,
    replicaNum: replica.election.configuration.replicaNum,
    endScn: String(endScn),
    checkpointScn: String(replica.checkpointScn),
    inSync: leading || behind <= inSyncNs,
  };
}

/** The leader of a stream among live rows: role LEADER with the highest proposal id. */
export function leaderAmong(rows: readonly LogStat[]): LogStat | undefined {
  return rows.filter(({ role }) => role === 'LEADER').sort((a, b) => b.proposalId - a.proposalId)[0];
}

/** `ip:port:timestamp,...`, the form of PAXOS_MEMBER_LIST. */
export function memberListText(members: readonly string[]): string {
  return members.map((member) => `${member}:1`).join(',');
}
