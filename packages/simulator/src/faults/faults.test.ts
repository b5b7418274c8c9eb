import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SimulatedCluster, type SimulatedServer, startSimulatedCluster } from '../index.ts';
import { liveObserverOf } from '../process/live-process.ts';
import { connectTo, failureOf, queryOnce } from '../testing/sql-client.ts';
import { waitUntil } from '../testing/wait-until.ts';

let cluster: SimulatedCluster;
let first: SimulatedServer;
let second: SimulatedServer;
let third: SimulatedServer;

beforeAll(async () => {
  cluster = await startSimulatedCluster({
    servers: 1,
    ipBase: '127.32.1.1',
    version: '4.2.5',
    options: { __sim_time_scale: '0.2' },
  });
  const [a, b, c] = cluster.servers;
  if (a === undefined || b === undefined || c === undefined) throw new Error('three servers were asked for');
  [first, second, third] = [a, b, c];
}, 60_000);

afterAll(() => cluster.stop());

function nameOf({ ip, port }: SimulatedServer): string {
  return `'${ip}:${port}'`;
}

function pidOf({ home }: SimulatedServer): number {
  const pid = liveObserverOf(home);
  if (pid === undefined) throw new Error(`no observer runs in ${home}`);
  return pid;
}

async function statusOf(server: SimulatedServer, from = first) {
  const sql = `SELECT status, start_service_time AS t, stop_time FROM oceanbase.DBA_OB_SERVERS WHERE svr_ip = '${server.ip}'`;
  return (await queryOnce(cluster, from, sql))[0];
}

function waitUntilServing(server: SimulatedServer): Promise<unknown> {
  return waitUntil(`${server.ip} serves`, async () => {
    const row = await statusOf(server, server === first ? second : first);
    return row?.status === 'ACTIVE' && row.t !== null ? row : undefined;
  });
}

async function startAndWait(server: SimulatedServer): Promise<void> {
  spawn(join(server.home, 'bin', 'observer'), [], { cwd: server.home, detached: true, stdio: 'ignore' });
  await waitUntil('runs', () => liveObserverOf(server.home));
  await waitUntilServing(server);
}

describe('faults', () => {
  it('lag_log: a stream whose majority lags stops nobody, unless forced', async () => {
    const leads = `SELECT svr_ip FROM oceanbase.GV$OB_LOG_STAT WHERE tenant_id = 1002 AND ls_id = 1001 AND role = 'LEADER'`;
    const leaderIp = (await queryOnce(cluster, first, leads))[0]?.svr_ip;
    const followers = cluster.servers.filter(({ ip }) => ip !== leaderIp);
    for (const server of followers) await queryOnce(cluster, server, 'CALL dbms_sim.lag_log(1002, 1001, 60)');
    const [target] = followers;
    const sync = `SELECT in_sync FROM oceanbase.GV$OB_LOG_STAT WHERE tenant_id = 1002 AND ls_id = 1001 AND svr_ip = '${target?.ip}'`;
    expect((await queryOnce(cluster, first, sync))[0]?.in_sync).toBe('NO');
    const stop = `ALTER SYSTEM STOP SERVER ${nameOf(target ?? first)}`;
    expect(await failureOf(cluster, first, stop)).toMatchObject({
      errno: 4179,
      message: 'Tenant(1002) LS(1001) log not sync, stop server not allowed',
    });
    await queryOnce(cluster, first, stop.replace('STOP', 'FORCE STOP'));
    await queryOnce(cluster, first, stop.replace('STOP', 'START'));
    for (const server of followers) await queryOnce(cluster, server, 'CALL dbms_sim.lag_log(1002, 1001, 0)');
  });

  it('refuse_leader_moves: STOP SERVER times out with 4652 and the stop stays', async () => {
    await waitUntil('has leaders', async () => {
      const sql = `SELECT 1 FROM oceanbase.CDB_OB_LS_LOCATIONS WHERE role = 'LEADER' AND svr_ip = '${second.ip}'`;
      return (await queryOnce(cluster, first, sql)).length > 0 ? true : undefined;
    });
    await queryOnce(cluster, second, 'CALL dbms_sim.refuse_leader_moves()');
    const stop = `ALTER /*+ QUERY_TIMEOUT(1500000) */ SYSTEM STOP SERVER ${nameOf(second)}`;
    expect(await failureOf(cluster, first, stop)).toMatchObject({
      errno: 4652,
      message: 'wait leader switch timeout',
    });
    expect((await statusOf(second))?.stop_time).not.toBeNull();
    await queryOnce(cluster, second, 'CALL dbms_sim.refuse_leader_moves(0)');
    await queryOnce(cluster, first, `ALTER SYSTEM STOP SERVER ${nameOf(second)}`);
    await queryOnce(cluster, first, `ALTER SYSTEM START SERVER ${nameOf(second)}`);
  });

  it('multi_zone_check_off: two zones can be stopped, as far as majorities allow', async () => {
    await queryOnce(cluster, first, `ALTER SYSTEM STOP SERVER ${nameOf(second)}`);
    const stop = `ALTER SYSTEM STOP SERVER ${nameOf(third)}`;
    expect(await failureOf(cluster, first, stop)).toMatchObject({ errno: 4660 });
    await queryOnce(cluster, second, 'CALL dbms_sim.multi_zone_check_off()');
    expect(await failureOf(cluster, first, stop)).toMatchObject({ errno: 4179 });
    await queryOnce(cluster, first, `ALTER SYSTEM ISOLATE SERVER ${nameOf(third)}`);
    expect((await statusOf(third))?.stop_time).not.toBeNull();
    await queryOnce(cluster, second, 'CALL dbms_sim.multi_zone_check_off(0)');
    for (const server of [second, third])
      await queryOnce(cluster, first, `ALTER SYSTEM START SERVER ${nameOf(server)}`);
  });

  it('drop_heartbeats: INACTIVE while the process lives, and back', async () => {
    await queryOnce(cluster, third, 'CALL dbms_sim.drop_heartbeats()');
    await waitUntil('INACTIVE', async () =>
      (await statusOf(third))?.status === 'INACTIVE' ? true : undefined,
    );
    expect(liveObserverOf(third.home)).toBeDefined();
    await queryOnce(cluster, third, 'CALL dbms_sim.drop_heartbeats(0)');
    await waitUntilServing(third);
  });

  it('disk_error: root service stops the server by itself, refuses to start it, and starts it when it is well', async () => {
    await queryOnce(cluster, third, 'CALL dbms_sim.disk_error()');
    await waitUntil('stopped', async () => ((await statusOf(third))?.stop_time != null ? true : undefined));
    const disk = `SELECT data_disk_health_status AS health, data_disk_abnormal_time AS since FROM oceanbase.GV$OB_SERVERS WHERE svr_ip = '${third.ip}'`;
    expect((await queryOnce(cluster, first, disk))[0]).toEqual({
      health: 'ERROR',
      since: expect.any(String),
    });
    expect(await failureOf(cluster, first, `ALTER SYSTEM START SERVER ${nameOf(third)}`)).toMatchObject({
      errno: 4179,
      message: `The target server ${third.ip}:${third.port} may encounter device failures. Please check GV$OB_SERVERS for more information. START SERVER is not allowed`,
    });
    await queryOnce(cluster, third, 'CALL dbms_sim.disk_error(0)');
    await waitUntil('started', async () => ((await statusOf(third))?.stop_time === null ? true : undefined));
    const events = `SELECT event FROM oceanbase.DBA_OB_ROOTSERVICE_EVENT_HISTORY WHERE event LIKE 'disk error%' ORDER BY timestamp`;
    expect((await queryOnce(cluster, first, events)).map(({ event }) => event)).toEqual([
      'disk error, stop server',
      'disk error repaired, start server',
    ]);
  });

  it('answer_wrongly: a view has no rows, half of them, those of before, or fails; on that server only', async () => {
    const sql = 'SELECT COUNT(*) AS n FROM oceanbase.DBA_OB_SERVERS';
    const answers = async (mode: string) => {
      await queryOnce(cluster, second, `CALL dbms_sim.answer_wrongly('dba_ob_servers', '${mode}')`);
      return (await queryOnce(cluster, second, sql))[0]?.n;
    };
    expect(await answers('empty')).toBe('0');
    expect(await answers('half')).toBe('2');
    expect(await answers('frozen')).toBe('3');
    expect((await queryOnce(cluster, first, sql))[0]?.n).toBe('3');
    await expect(answers('error')).rejects.toMatchObject({ errno: 4016 });
    await expect(answers('lies')).rejects.toMatchObject({ errno: 1210 });
    expect(await answers('true')).toBe('3');
  });

  it('cut_off: the smaller group has no root service, the larger one goes on, and both meet again', async () => {
    const others = [first, second].map(nameOf).join(', ');
    await queryOnce(cluster, third, `CALL dbms_sim.cut_off(${others})`);
    const alone = await connectTo(cluster, third);
    await waitUntil('alone', async () => {
      const asked = alone.query('SELECT /*+ query_timeout(300000) */ COUNT(*) FROM oceanbase.DBA_OB_ZONES');
      return asked.then(
        () => undefined,
        ({ errno }: { errno: number }) => (errno === 4012 ? true : undefined),
      );
    });
    await waitUntil('INACTIVE', async () =>
      (await statusOf(third))?.status === 'INACTIVE' ? true : undefined,
    );
    const live = 'SELECT svr_ip FROM oceanbase.GV$OB_SERVERS';
    expect(await queryOnce(cluster, first, live)).toHaveLength(2);
    await alone.query('CALL dbms_sim.join_again()');
    alone.destroy();
    await waitUntilServing(third);
  });

  it('ignore_signals: only SIGKILL ends it', async () => {
    const pid = pidOf(third);
    await queryOnce(cluster, third, 'CALL dbms_sim.ignore_signals()');
    for (const signal of ['SIGTERM', 'SIGUSR1', 'SIGINT'] as const) process.kill(pid, signal);
    await waitUntil('signals were heard', () => {
      const effects = readFileSync(join(third.home, 'audit', 'effects.jsonl'), 'utf8');
      return effects.includes('"SIGTERM","ignored":true') && effects.includes('"SIGUSR1","ignored":true')
        ? true
        : undefined;
    });
    expect(liveObserverOf(third.home)).toBe(pid);
    process.kill(pid, 'SIGKILL');
    await waitUntil('gone', () => (liveObserverOf(third.home) === undefined ? true : undefined));
    await startAndWait(third);
  });

  it('crash_after and come_back: it dies by itself and runs again under another pid', async () => {
    const pid = pidOf(second);
    await queryOnce(cluster, second, 'CALL dbms_sim.come_back()');
    await queryOnce(cluster, second, 'CALL dbms_sim.crash_after(50)');
    const successor = await waitUntil('successor', () => {
      const now = liveObserverOf(second.home);
      return now === undefined || now === pid ? undefined : now;
    });
    expect(successor).not.toBe(pid);
    await waitUntilServing(second);
  });

  it('slow_boot: the server answers, but is not in service for that long', async () => {
    await queryOnce(cluster, third, 'CALL dbms_sim.slow_boot(2500)');
    process.kill(pidOf(third), 'SIGTERM');
    await waitUntil('gone', () => (liveObserverOf(third.home) === undefined ? true : undefined));
    spawn(join(third.home, 'bin', 'observer'), [], { cwd: third.home, detached: true, stdio: 'ignore' });
    const booting = await waitUntil('logins during boot', () => connectTo(cluster, third));
    await expect(connectTo(cluster, third, 'root@tenant1', '')).rejects.toMatchObject({
      errno: 8001,
      sqlState: '08004',
    });
    await waitUntil('not in service', async () => ((await statusOf(third))?.t === null ? true : undefined));
    await booting.query('CALL dbms_sim.slow_boot(0)');
    booting.destroy();
    await waitUntilServing(third);
  });

  it('hang: statements and logins are accepted and never answered', async () => {
    const open = await connectTo(cluster, third);
    await open.query('CALL dbms_sim.hang()');
    const never = Promise.race([
      open.query('SELECT 1').then(() => 'answered'),
      connectTo(cluster, third).then(() => 'logged in'),
      new Promise((resolve) => {
        setTimeout(() => resolve('silence'), 700);
      }),
    ]);
    expect(await never).toBe('silence');
    open.destroy();
    process.kill(pidOf(third), 'SIGKILL');
  });
});
