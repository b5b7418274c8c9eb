import { describe, expect, test } from 'vitest';
import { fullForce, planOverride } from './check.ts';
import { address, healthyRows, replicas, serverRow, snapshotOf, unreadable } from './snapshot-fixture.ts';
import { planStop } from './stop-plan.ts';
import { check, plan, subject, target, withServer } from './stop-plan-fixture.ts';

test('a healthy cluster is SAFE, every check passes, and the plan names what moves', () => {
  const result = plan(healthyRows());
  expect(result.verdict).toBe('SAFE');
  expect(result.checks.filter((each) => each.result !== 'PASS')).toEqual([]);
  expect(result.leadersToMove).toEqual([
    { tenantId: 1, tenantName: 'sys', lsId: 1, server: '10.0.1.1:2882' },
  ]);
  expect(result.tenantsAffected).toEqual(['sys']);
  expect(result.permanentOfflineInSec).toBe(3600);
});

describe('the target', () => {
  test('that the cluster does not know is BLOCKED', () => {
    const rows = healthyRows();
    const result = plan({ ...rows, servers: rows.servers.filter((row) => row.ip !== target.ip) });
    expect(result.verdict).toBe('BLOCKED');
    expect(check(result, 'target').evidence).toContain('10.0.1.1:2882 is not in DBA_OB_SERVERS');
  });

  test('that is being deleted is BLOCKED', () => {
    expect(check(plan(withServer(serverRow(1, 1, { status: 'DELETING' }))), 'target').result).toBe('FAIL');
  });

  test('that is the only server is BLOCKED: stop the cluster instead', () => {
    const rows = {
      servers: [serverRow(1, 1)],
      zones: healthyRows().zones.slice(0, 1),
      replicas: replicas(1, 1, [target]),
    };
    const found = check(plan(rows), 'not-the-only-server');
    expect([found.result, found.remedy]).toEqual(['FAIL', 'Stop the cluster instead of the server.']);
  });

  test('that is marked stopped already is still checked in full, because the kernel would not', () => {
    const rows = withServer(serverRow(1, 1, { stopTime: 7 }));
    const lost = {
      ...rows,
      servers: rows.servers.map((row) => (row.ip === '10.0.2.1' ? { ...row, status: 'INACTIVE' } : row)),
    };
    expect(check(plan(lost), 'majority').result).toBe('FAIL');
  });
});

describe('one zone', () => {
  test('a server stopped in another zone blocks, and force does not lift it', () => {
    const result = plan(withServer(serverRow(2, 1, { stopTime: 99 })));
    expect(check(result, 'one-zone').evidence).toContain('10.0.2.1:2882 in zone2');
    expect(planOverride(result, fullForce).unyielding.map((each) => each.name)).toContain('one-zone');
  });

  test('a zone that is not ACTIVE elsewhere blocks', () => {
    const rows = healthyRows();
    const zones = rows.zones.map((zone) => (zone.name === 'zone3' ? { ...zone, status: 'INACTIVE' } : zone));
    expect(check(plan({ ...rows, zones }), 'one-zone').evidence).toContain('zone zone3 (INACTIVE)');
  });

  test('another server stopped in the same zone does not block', () => {
    expect(check(plan(withServer(serverRow(1, 2, { stopTime: 99 }))), 'one-zone').result).toBe('PASS');
  });

  test('our own record of a stop elsewhere blocks, also when the cluster cannot be asked', () => {
    const recorded = { ...subject, stoppedByUs: [address(3, 2)] };
    const result = planStop(undefined, recorded, 'nobody answered');
    expect(check(result, 'one-zone').result).toBe('FAIL');
    expect(planOverride(result, fullForce).unyielding.map((each) => each.name)).toEqual(['one-zone']);
  });
});

test('when the kernel cannot be asked and our records show nothing, one zone is UNKNOWN, which force may take on itself', () => {
  const result = plan(healthyRows(), { servers: unreadable });
  expect(check(result, 'one-zone')).toMatchObject({ result: 'UNKNOWN', overridable: true });
  const recorded = planStop(snapshotOf(healthyRows(), { servers: unreadable }), {
    ...subject,
    stoppedByUs: [address(3, 2)],
  });
  expect(check(recorded, 'one-zone')).toMatchObject({ result: 'FAIL', overridable: false });
});

describe('majority', () => {
  test('a log stream whose other member is INACTIVE would lose its majority', () => {
    const result = plan(withServer(serverRow(2, 1, { status: 'INACTIVE', startServiceTime: null })));
    expect(result.verdict).toBe('BLOCKED');
    expect(check(result, 'majority').evidence).toBe(
      '1 of 2 log streams: tenant sys (1) log stream 1 would keep 1 of 3 members, 2 are needed (10.0.1.1:2882 is the server to stop, 10.0.2.1:2882 is INACTIVE).',
    );
    expect(check(result, 'other-servers').result).toBe('WARN');
  });

  test.each([
    ['has not started service', serverRow(2, 1, { startServiceTime: null }), 'has not started service'],
    ['is stopped in the same zone group', serverRow(2, 1, { stopTime: 5 }), 'is stopped'],
  ])('a member that %s does not count', (_name, changed, reason) => {
    expect(check(plan(withServer(changed)), 'majority').evidence).toContain(reason);
  });

  test('a member without a live replica does not count, though the kernel still lists its server', () => {
    const rows = healthyRows();
    const gone = rows.replicas.filter((row) => !(row.tenantId === 1 && row.ip === '10.0.2.1'));
    expect(check(plan({ ...rows, replicas: gone }), 'majority').evidence).toContain('shows no live replica');
  });

  test('an address that merely contains another one is not mistaken for it', () => {
    const rows = healthyRows();
    const lookalike = { ip: '110.0.1.1', rpcPort: 2882 };
    const servers = [...rows.servers, serverRow(2, 9, { ...lookalike, zone: 'zone2' })];
    const streams = replicas(1002, 1002, [lookalike, address(2, 1), address(3, 1)]);
    expect(plan({ ...rows, servers, replicas: [...rows.replicas, ...streams] }).verdict).toBe('SAFE');
  });

  test('a single replica on the target is named as such', () => {
    const rows = healthyRows();
    const result = plan({ ...rows, replicas: [...rows.replicas, ...replicas(1002, 1003, [target])] });
    expect(check(result, 'majority').evidence).toContain(
      'tenant shop (1002) log stream 1003 has its only replica on this server',
    );
  });

  test('two replicas without arbitration cannot lose one; with arbitration they can', () => {
    const rows = healthyRows();
    const pair = [address(2, 1), target];
    const without = plan({ ...rows, replicas: [...rows.replicas, ...replicas(1002, 1004, pair)] });
    expect(check(without, 'majority').result).toBe('FAIL');
    const arbitrated = replicas(1002, 1004, pair, { arbitrationMember: '10.0.9.9:2882' });
    expect(check(plan({ ...rows, replicas: [...rows.replicas, ...arbitrated] }), 'majority').result).toBe(
      'PASS',
    );
  });

  test('five replicas survive the loss of the target and of one more, not of two more', () => {
    const rows = healthyRows();
    const five = [address(2, 1), target, address(3, 1), address(2, 2), address(3, 2)];
    const streams = { ...rows, replicas: replicas(1002, 1005, five) };
    const down = (...ips: string[]) => ({
      ...streams,
      servers: rows.servers.map((row) => (ips.includes(row.ip) ? { ...row, status: 'INACTIVE' } : row)),
    });
    expect(check(plan(down('10.0.2.2')), 'majority').result).toBe('PASS');
    expect(check(plan(down('10.0.2.2', '10.0.3.2')), 'majority').result).toBe('FAIL');
  });
});

describe('leaders', () => {
  test('a log stream without a leader anywhere in the cluster blocks', () => {
    const rows = healthyRows();
    const leaderless = rows.replicas.map((row) =>
      row.tenantId === 1002 ? { ...row, role: 'FOLLOWER' } : row,
    );
    expect(check(plan({ ...rows, replicas: leaderless }), 'leaders-known').evidence).toContain(
      'tenant shop (1002) log stream 1001 has no leader',
    );
  });

  test('of two leaders the one with the higher proposal counts; two of one proposal block', () => {
    const rows = healthyRows();
    const old = rows.replicas.map((row) =>
      row.tenantId === 1002 && row.ip === '10.0.1.2' ? { ...row, role: 'LEADER', proposalId: 4n } : row,
    );
    expect(plan({ ...rows, replicas: old }).verdict).toBe('SAFE');
    const twins = old.map((row) => (row.role === 'LEADER' ? { ...row, proposalId: 5n } : row));
    expect(check(plan({ ...rows, replicas: twins }), 'leaders-known').evidence).toContain('two leaders');
  });

  test('a member list that cannot be read blocks', () => {
    const rows = healthyRows();
    const garbled = rows.replicas.map((row) => ({ ...row, paxosMemberList: 'what?' }));
    expect(check(plan({ ...rows, replicas: garbled }), 'leaders-known').result).toBe('FAIL');
  });
});

test('a majority that is more than 5 s behind blocks; exactly 5 s does not', () => {
  const rows = healthyRows();
  const lag = (nanoseconds: bigint) => ({
    ...rows,
    replicas: rows.replicas.map((row) =>
      row.tenantId === 1 && row.ip === '10.0.3.1' ? { ...row, endScn: row.endScn - nanoseconds } : row,
    ),
  });
  expect(check(plan(lag(5_000_000_000n)), 'log-in-sync').result).toBe('PASS');
  const behind = check(plan(lag(5_000_000_001n)), 'log-in-sync');
  expect([behind.result, behind.evidence]).toEqual([
    'FAIL',
    '1 of 2 log streams: tenant sys (1) log stream 1 would have 1 members in sync, 2 are needed (more than 5 s behind: 10.0.3.1:2882).',
  ]);
});

test('a locality change under way blocks', () => {
  const rows = healthyRows();
  const tenants = snapshotOf(rows).tenants;
  if (!tenants.ok) throw new Error('the fixture has tenants');
  const changing = tenants.rows.map((tenant) => ({ ...tenant, previousLocality: 'FULL{1}@zone1' }));
  expect(check(plan(rows, { tenants: { ok: true, rows: changing } }), 'locality-stable').result).toBe('FAIL');
});

test('jobs of the kernel are a warning: RISKY, not BLOCKED', () => {
  const jobs = { ok: true as const, rows: [{ kind: 'MIGRATE_UNIT', description: '(job 3, 20 %)' }] };
  expect(plan(healthyRows(), { jobs }).verdict).toBe('RISKY');
});

describe('a check that cannot be made', () => {
  test.each(['servers', 'zones', 'tenants', 'logStreams', 'replicas'] as const)(
    'blocks: %s unreadable, or empty',
    (section) => {
      for (const broken of [unreadable, { ok: true as const, rows: [] }]) {
        const result = plan(healthyRows(), { [section]: broken });
        expect(result.verdict).toBe('BLOCKED');
        const unknown = result.checks.filter((each) => each.result === 'UNKNOWN');
        expect(unknown.length).toBeGreaterThan(0);
        for (const each of unknown)
          expect(each.evidence).toMatch(/could not be read: .*4012|came back empty/);
      }
    },
  );

  test('no answer at all is BLOCKED, and force may go past it', () => {
    const result = planStop(undefined, subject, 'no server of the cluster answered');
    expect(result.verdict).toBe('BLOCKED');
    expect(planOverride(result, fullForce)).toMatchObject({
      overridden: [{ name: 'cluster-reachable' }],
      unyielding: [],
    });
  });
});

describe('an override', () => {
  test('by name goes past that check and no other', () => {
    const rows = withServer(serverRow(2, 1, { status: 'INACTIVE', startServiceTime: null }));
    const tenants = { ok: false as const, reason: 'OceanBase error 4012' };
    const result = planStop(snapshotOf(rows, { tenants }), subject);
    const names = (checks: readonly { name: string }[]) => checks.map(({ name }) => name);
    const one = planOverride(result, { force: false, names: ['majority'] });
    expect([names(one.overridden), names(one.unyielding)]).toEqual([['majority'], ['locality-stable']]);
    const all = planOverride(result, fullForce);
    expect([names(all.overridden), names(all.unyielding)]).toEqual([['locality-stable', 'majority'], []]);
  });

  test('by the name of a check that nobody can override changes nothing', () => {
    const result = plan(withServer(serverRow(2, 1, { stopTime: 99 })));
    const { unyielding } = planOverride(result, { force: false, names: ['one-zone'] });
    expect(unyielding.map(({ name }) => name)).toContain('one-zone');
  });
});

test('the work of a verdict grows with the log streams, and no faster', () => {
  const members = [address(2, 1), address(1, 1), address(3, 1)];
  const readsFor = (tenants: number): number => {
    let reads = 0;
    const counted = <T extends object>(row: T): T =>
      new Proxy(row, {
        get(of, key) {
          reads += 1;
          return Reflect.get(of, key);
        },
      });
    const rows = healthyRows();
    const streams = Array.from({ length: tenants }, (_, tenant) =>
      Array.from({ length: 10 }, (__, stream) => replicas(1001 + tenant, 1001 + stream, members)),
    ).flat(2);
    const { tenants: few } = snapshotOf(rows);
    const [first] = few.ok ? few.rows : [];
    if (first === undefined) throw new Error('the fixture has tenants');
    const named = Array.from({ length: tenants }, (_, tenant) =>
      counted({ ...first, id: 1001 + tenant, name: `t${tenant}` }),
    );
    const snapshot = snapshotOf(
      { ...rows, replicas: streams.map(counted) },
      { tenants: { ok: true, rows: named } },
    );
    reads = 0;
    expect(planStop(snapshot, subject).verdict).toBe('SAFE');
    return reads;
  };
  expect(readsFor(200) / readsFor(100)).toBeLessThan(2.1);
});
