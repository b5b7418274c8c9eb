/** What a heartbeat, or its absence, changes in a server's row: the kernel's rules, without IO. */

import type { ServerRow } from '../cluster/rows.ts';
import type { DiskHealth } from '../cluster/virtual-rows.ts';

/** A server's answer to root service. */
export interface HeartbeatReply {
  readonly zone: string;
  readonly sqlPort: number;
  readonly buildVersion: string;
  /** Microseconds; 0 until boot is over. */
  readonly startServiceTime: number;
  readonly diskHealth: DiskHealth;
}

export interface HeartbeatContext {
  readonly nowUs: number;
  /** Longer without an answer than `lease_time`. */
  readonly leaseExpired: boolean;
  readonly isRootServer: boolean;
}

export interface HeartbeatOutcome {
  readonly row: ServerRow;
  readonly changed: boolean;
  readonly events: readonly string[];
}

/** A reply from a wrong zone or with another SQL port counts as none: changing the port breaks the heartbeat. */
export function isAcceptable(row: ServerRow, reply: HeartbeatReply): boolean {
  return reply.zone === row.zone && (row.sqlPort === 0 || reply.sqlPort === row.sqlPort);
}

export function heartbeatOutcome(
  row: ServerRow,
  reply: HeartbeatReply | undefined,
  context: HeartbeatContext,
): HeartbeatOutcome {
  const [next, events] = reply === undefined ? silent(row, context) : answered(row, reply, context);
  const changed = JSON.stringify(next) !== JSON.stringify(row);
  return { row: changed ? { ...next, modifyTime: context.nowUs } : row, changed, events };
}

function silent(
  row: ServerRow,
  { leaseExpired, nowUs, isRootServer }: HeartbeatContext,
): [ServerRow, string[]] {
  const same = { ...row, withRootserver: isRootServer };
  if (!leaseExpired || row.lastOfflineTime !== 0) return [same, []];
  const status = row.status === 'DELETING' ? row.status : 'INACTIVE';
  const gone: ServerRow = { ...same, lastOfflineTime: nowUs, startServiceTime: 0, status };
  return [gone, ['lease_expire', 'last_offline_time set']];
}

function answered(
  row: ServerRow,
  reply: HeartbeatReply,
  { isRootServer }: HeartbeatContext,
): [ServerRow, string[]] {
  const events: string[] = [];
  let status = row.status;
  if (row.lastOfflineTime !== 0) {
    status = row.status === 'DELETING' ? row.status : 'ACTIVE';
    events.push('last_offline_time reset', 'online');
  }
  const served = reply.startServiceTime !== 0 && reply.startServiceTime !== row.startServiceTime;
  if (served) events.push('start_service');
  const next: ServerRow = {
    ...row,
    status,
    lastOfflineTime: 0,
    sqlPort: reply.sqlPort,
    buildVersion: reply.buildVersion,
    startServiceTime: reply.startServiceTime,
    withRootserver: isRootServer,
  };
  return [next, events];
}
