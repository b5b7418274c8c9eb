import { describe, expect, it } from 'vitest';
import type { LogStat } from '../cluster/log-stat.ts';
import type { TenantRow } from '../cluster/rows.ts';
import { checkStream, type StreamCheck } from './stream-check.ts';

const second = 1_000_000_000n;
const end = 1_700_000_000n * second;

function replica(server: string, more: Partial<LogStat> = {}): LogStat {
  return {
    tenantId: 1002,
    lsId: 1001,
    server,
    role: 'FOLLOWER',
    accessMode: 'APPEND',
    proposalId: 3,
    members: ['a', 'b', 'c'],
    replicaNum: 3,
    endScn: String(end),
    checkpointScn: '0',
    inSync: true,
    ...more,
  };
}

const tenant: TenantRow = {
  tenantId: 1002,
  tenantName: 't',
  tenantType: 'USER',
  primaryZone: 'RANDOM',
  locality: '',
  previousLocality: '',
  paxosReplicaNum: 3,
  status: 'NORMAL',
  tenantRole: 'PRIMARY',
  unitNum: 1,
  compatible: '',
  createTime: 0,
  modifyTime: 0,
};

function check(more: Partial<StreamCheck>) {
  return checkStream({
    tenantId: 1002,
    lsId: 1001,
    tenant,
    rows: [replica('a', { role: 'LEADER' }), replica('b'), replica('c')],
    isValid: (member) => member !== 'a',
    what: 'stop server',
    checkSync: true,
    ...more,
  });
}

describe('checkStream', () => {
  it('lets a member of three go', () => {
    expect(check({})).toBeUndefined();
  });

  it.each<[string, Partial<StreamCheck>, string, boolean]>([
    ['no rows', { rows: [] }, 'Tenant(1002) LS(1001) has no enough paxos member, stop server', true],
    [
      'no leader',
      { rows: [replica('a'), replica('b')] },
      'Tenant(1002) LS(1001) has no leader, stop server',
      true,
    ],
    [
      'a changing locality',
      { tenant: { ...tenant, previousLocality: 'FULL{1}@zone1' } },
      'Tenant(1002) locality is changing, stop server',
      false,
    ],
    [
      'fewer members than the tenant has',
      {
        rows: [replica('a', { role: 'LEADER', members: ['a', 'b'], replicaNum: 2 }), replica('b')],
      },
      'Tenant(1002) LS(1001) paxos replica number does not match with tenant. It should be 3. stop server',
      false,
    ],
    [
      'too few valid members',
      { isValid: (member) => member === 'c', what: 'stop zone' },
      'Tenant(1002) LS(1001) has no enough valid paxos member after stop zone, stop zone',
      false,
    ],
    [
      'a valid member that does not answer',
      { rows: [replica('a', { role: 'LEADER' }), replica('b')] },
      'Tenant(1002) LS(1001) has no enough valid paxos member after stop server, stop server',
      true,
    ],
    [
      'a majority that lags',
      {
        rows: [
          replica('a', { role: 'LEADER' }),
          replica('b'),
          replica('c', { endScn: String(end - 6n * second) }),
        ],
      },
      'Tenant(1002) LS(1001) log not sync, stop server',
      true,
    ],
  ])('refuses %s', (_what, more, text, retry) => {
    expect(check(more)).toEqual({ text, retry });
  });

  it('takes five seconds for in sync, and asks nothing of it when forced', () => {
    const rows = (lag: bigint) => [
      replica('a', { role: 'LEADER' }),
      replica('b'),
      replica('c', { endScn: String(end - lag) }),
    ];
    expect(check({ rows: rows(5n * second) })).toBeUndefined();
    expect(check({ rows: rows(5n * second + 1n) })).toBeDefined();
    expect(check({ rows: rows(60n * second), checkSync: false })).toBeUndefined();
    expect(check({ rows: rows(-60n * second) })).toBeUndefined();
  });

  it('believes the leader with the highest proposal id', () => {
    const stale = replica('c', { role: 'LEADER', proposalId: 2, endScn: String(end - 60n * second) });
    const rows = [stale, replica('a', { role: 'LEADER', proposalId: 3 }), replica('b')];
    expect(check({ rows })?.text).toContain('log not sync');
  });
});
