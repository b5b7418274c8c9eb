import { describe, expect, it } from 'vitest';
import type { ServerRow } from '../cluster/rows.ts';
import { heartbeatOutcome, isAcceptable } from './heartbeat-outcome.ts';

const row: ServerRow = {
  svrIp: '127.0.0.1',
  svrPort: 2882,
  id: 1,
  zone: 'zone1',
  sqlPort: 2881,
  withRootserver: false,
  status: 'ACTIVE',
  blockMigrateInTime: 0,
  buildVersion: 'v',
  stopTime: 0,
  startServiceTime: 50,
  lastOfflineTime: 0,
  createTime: 1,
  modifyTime: 1,
};
const reply = {
  zone: 'zone1',
  sqlPort: 2881,
  buildVersion: 'v',
  startServiceTime: 50,
  diskHealth: 'NORMAL',
} as const;
const context = { nowUs: 100, leaseExpired: false, isRootServer: false };

describe('heartbeatOutcome', () => {
  it('changes nothing while all is well, or silence is short', () => {
    expect(heartbeatOutcome(row, reply, context)).toEqual({ row, changed: false, events: [] });
    expect(heartbeatOutcome(row, undefined, context)).toEqual({ row, changed: false, events: [] });
  });

  it('makes a silent server INACTIVE once the lease is over, and leaves stop_time alone', () => {
    const stopped = { ...row, stopTime: 7 };
    const outcome = heartbeatOutcome(stopped, undefined, { ...context, leaseExpired: true });
    expect(outcome.row).toMatchObject({
      status: 'INACTIVE',
      lastOfflineTime: 100,
      startServiceTime: 0,
      stopTime: 7,
    });
    expect(outcome.events).toEqual(['lease_expire', 'last_offline_time set']);
    expect(heartbeatOutcome(outcome.row, undefined, { ...context, leaseExpired: true }).changed).toBe(false);
  });

  it('never shows a server INACTIVE that is being deleted', () => {
    const deleting: ServerRow = { ...row, status: 'DELETING' };
    expect(heartbeatOutcome(deleting, undefined, { ...context, leaseExpired: true }).row.status).toBe(
      'DELETING',
    );
  });

  it('shows a server that boots as active without start time, and then in service', () => {
    const offline: ServerRow = { ...row, status: 'INACTIVE', lastOfflineTime: 60, startServiceTime: 0 };
    const booting = heartbeatOutcome(offline, { ...reply, startServiceTime: 0 }, context);
    expect(booting.row).toMatchObject({ status: 'ACTIVE', lastOfflineTime: 0, startServiceTime: 0 });
    expect(booting.events).toEqual(['last_offline_time reset', 'online']);
    const serving = heartbeatOutcome(booting.row, { ...reply, startServiceTime: 90 }, context);
    expect(serving.row.startServiceTime).toBe(90);
    expect(serving.events).toEqual(['start_service']);
    const restarted = heartbeatOutcome(row, { ...reply, startServiceTime: 0 }, context);
    expect(restarted.row).toMatchObject({ status: 'ACTIVE', startServiceTime: 0 });
    expect(restarted.events).toEqual([]);
  });

  it('does not accept a reply of another zone or SQL port', () => {
    expect(isAcceptable(row, reply)).toBe(true);
    expect(isAcceptable(row, { ...reply, zone: 'zone2' })).toBe(false);
    expect(isAcceptable(row, { ...reply, sqlPort: 3881 })).toBe(false);
  });
});
