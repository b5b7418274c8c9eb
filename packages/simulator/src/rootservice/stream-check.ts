/** Whether one log stream survives a stop: the kernel's checks in its order, with its texts. Pure. */
import { type LogStat, leaderAmong } from '../cluster/log-stat.ts';
import type { TenantRow } from '../cluster/rows.ts';

export interface StreamCheck {
  readonly tenantId: number;
  readonly lsId: number;
  readonly tenant: TenantRow | undefined;
  /** Live rows of this stream. */
  readonly rows: readonly LogStat[];
  /** Alive, in service, not stopped, and not about to be stopped. */
  readonly isValid: (member: string) => boolean;
  readonly what: 'stop server' | 'stop zone';
  /** FORCE STOP does not look at it. */
  readonly checkSync: boolean;
}

export interface StreamRefusal {
  readonly text: string;
  /** The kernel looks again until the statement's time is over. */
  readonly retry: boolean;
}

const logInSyncNs = 5_000_000_000n;

export function checkStream(check: StreamCheck): StreamRefusal | undefined {
  const { tenantId, lsId, rows, tenant, what } = check;
  const stream = `Tenant(${tenantId}) LS(${lsId})`;
  if (rows.length === 0) return { text: `${stream} has no enough paxos member, ${what}`, retry: true };
  const leader = leaderAmong(rows);
  if (leader === undefined) return { text: `${stream} has no leader, ${what}`, retry: true };
  if (tenant !== undefined && tenant.previousLocality !== '') {
    return { text: `Tenant(${tenantId}) locality is changing, ${what}`, retry: false };
  }
  const expected = tenant?.paxosReplicaNum ?? leader.replicaNum;
  if (leader.replicaNum !== expected) {
    const text = `${stream} paxos replica number does not match with tenant. It should be ${expected}. ${what}`;
    return { text, retry: false };
  }
  return checkMembers(check, leader, stream);
}

function checkMembers(check: StreamCheck, leader: LogStat, stream: string): StreamRefusal | undefined {
  const { rows, isValid, what, checkSync } = check;
  const majority = Math.floor(leader.replicaNum / 2) + 1;
  const tooFew = `${stream} has no enough valid paxos member after ${what}, ${what}`;
  const valid = leader.members.filter(isValid);
  if (valid.length < majority) return { text: tooFew, retry: false };
  const present = rows.filter(({ server }) => valid.includes(server));
  if (present.length < majority) return { text: tooFew, retry: true };
  if (!checkSync) return undefined;
  const end = BigInt(leader.endScn);
  const inSync = present.filter(({ endScn }) => end - BigInt(endScn) <= logInSyncNs);
  return inSync.length < majority ? { text: `${stream} log not sync, ${what}`, retry: true } : undefined;
}
