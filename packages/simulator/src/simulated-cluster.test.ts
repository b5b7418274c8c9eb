import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SimulatedCluster, type SimulatedServer, startSimulatedCluster } from './index.ts';
import { liveObserverOf, pidFileOf } from './process/live-process.ts';
import { connectTo, failureOf, queryOnce } from './testing/sql-client.ts';
import { waitUntil } from './testing/wait-until.ts';

let cluster: SimulatedCluster;

beforeAll(async () => {
  cluster = await startSimulatedCluster({ ipBase: '127.31.0.11', options: { __sim_time_scale: '0.2' } });
}, 60_000);

afterAll(async () => {
  await cluster.stop();
  expect(cluster.servers.map(({ home }) => liveObserverOf(home))).toEqual(
    cluster.servers.map(() => undefined),
  );
  expect(existsSync(cluster.dataFolder)).toBe(false);
});

function serverIn(zone: string, index = 0): SimulatedServer {
  const server = cluster.servers.filter((one) => one.zone === zone)[index];
  if (server === undefined) throw new Error(`no server ${index} in ${zone}`);
  return server;
}

function nameOf({ ip, port }: SimulatedServer): string {
  return `${ip}:${port}`;
}

async function serverRow(from: SimulatedServer, { ip }: SimulatedServer) {
  const [row] = await queryOnce(
    cluster,
    from,
    `SELECT * FROM oceanbase.DBA_OB_SERVERS WHERE svr_ip = '${ip}'`,
  );
  return row;
}

async function leadersOn(from: SimulatedServer, { ip, port }: SimulatedServer): Promise<number> {
  const [row] = await queryOnce(
    cluster,
    from,
    `SELECT CAST(COUNT(*) AS SIGNED) AS n FROM oceanbase.CDB_OB_LS_LOCATIONS WHERE role = 'LEADER' AND (svr_ip, svr_port) IN (('${ip}','${port}'))`,
  );
  return Number(row?.n);
}

function effectsOf({ home }: SimulatedServer): Record<string, unknown>[] {
  return readFileSync(join(home, 'audit', 'effects.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
}

function signal(home: string, name: NodeJS.Signals): void {
  const pid = liveObserverOf(home);
  if (pid === undefined) throw new Error(`no observer runs in ${home}`);
  process.kill(pid, name);
}

function startAgain({ home }: SimulatedServer): Promise<{ code: number | null; output: string }> {
  const child = spawn(join(home, 'bin', 'observer'), [], { cwd: home, detached: true });
  let output = '';
  child.stderr.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
  return new Promise((resolve) => {
    child.on('exit', (code) => resolve({ code, output }));
  });
}

describe('a simulated cluster of three zones with two servers each', () => {
  it('serves with every server active and leaders on all of them', async () => {
    const rows = await queryOnce(
      cluster,
      serverIn('zone2'),
      'SELECT zone, status, start_service_time, stop_time FROM oceanbase.DBA_OB_SERVERS',
    );
    expect(rows.map(({ zone, status, stop_time }) => [zone, status, stop_time])).toEqual(
      ['zone1', 'zone1', 'zone2', 'zone2', 'zone3', 'zone3'].map((zone) => [zone, 'ACTIVE', null]),
    );
    expect(rows.every(({ start_service_time }) => start_service_time !== null)).toBe(true);
    for (const server of cluster.servers)
      await waitUntil(`${server.ip} leads`, async () =>
        (await leadersOn(serverIn('zone1'), server)) > 0 ? true : undefined,
      );
  });

  it('gives each session its own view of time, and exact integers', async () => {
    const connection = await connectTo(cluster, serverIn('zone3', 1));
    await connection.query("SET time_zone = '+00:00'");
    const sql = 'SELECT MAX(end_scn) AS scn, COUNT(*) AS n FROM oceanbase.GV$OB_LOG_STAT WHERE tenant_id = ?';
    const [rows] = await connection.execute(sql, [1002]);
    const [row] = rows as { scn: string; n: number }[];
    expect(Math.abs(Number(BigInt(row?.scn ?? '0') / 1_000_000n) - Date.now())).toBeLessThan(5000);
    expect(Number(row?.n)).toBe(21);
    const [now] = (await connection.query('SELECT NOW() AS now'))[0] as { now: string }[];
    expect(Math.abs(Date.parse(`${now?.now}Z`) - Date.now())).toBeLessThan(5000);
    await connection.end();
  });

  it('refuses unknown tenants, wrong passwords and statements of a user tenant', async () => {
    const server = serverIn('zone1');
    const denied = { errno: 1045, sqlState: '42000' };
    await expect(connectTo(cluster, server, 'root@nobody')).rejects.toMatchObject(denied);
    await expect(connectTo(cluster, server, 'root@sys', 'wrong')).rejects.toMatchObject(denied);
    await expect(connectTo(cluster, server, 'root@sys#obcluster')).rejects.toMatchObject(denied);
    const tenant = await connectTo(cluster, server, 'root@tenant1', '');
    const stop = tenant.query(`ALTER SYSTEM STOP SERVER '${nameOf(serverIn('zone3'))}'`);
    await expect(stop).rejects.toMatchObject({ errno: 1227, sqlState: '42501' });
    await expect(tenant.query('SELECT * FROM oceanbase.DBA_OB_SERVERS')).rejects.toMatchObject({
      errno: 1146,
    });
    await tenant.end();
  });

  it('says in the kernel’s words what it refuses', async () => {
    const server = serverIn('zone2');
    expect(await failureOf(cluster, server, "ALTER SYSTEM STOP SERVER '127.31.9.9:2882'")).toMatchObject({
      errno: 4018,
      message: 'Entry not exist',
    });
    expect(await failureOf(cluster, server, "ALTER SYSTEM START SERVER '127.31.9.9:2882'")).toMatchObject({
      errno: 4630,
    });
    expect(await failureOf(cluster, server, "ALTER SYSTEM STOP SERVER 'x'")).toMatchObject({ errno: 1210 });
    expect(await failureOf(cluster, server, 'ALTER SYSTEM STOP SERVER')).toMatchObject({ errno: 1064 });
    const two = `'${nameOf(serverIn('zone1'))}', '${nameOf(serverIn('zone2'))}'`;
    expect(await failureOf(cluster, server, `ALTER SYSTEM STOP SERVER ${two}`)).toMatchObject({
      errno: 4660,
      message: 'Can not stop server in multiple zones',
    });
    const wrongZone = `ALTER SYSTEM START SERVER '${nameOf(serverIn('zone1'))}' ZONE='zone2'`;
    expect(await failureOf(cluster, server, wrongZone)).toMatchObject({ errno: 4631 });
  });

  it('stops a server, survives its death, and takes it back', async () => {
    const target = serverIn('zone3', 1);
    const witness = serverIn('zone1');
    await queryOnce(cluster, witness, `ALTER SYSTEM STOP SERVER '${nameOf(target)}'`);
    expect(await leadersOn(witness, target)).toBe(0);
    expect(await serverRow(witness, target)).toMatchObject({
      STATUS: 'ACTIVE',
      STOP_TIME: expect.any(String),
    });
    expect(await failureOf(cluster, witness, `ALTER SYSTEM STOP SERVER '${nameOf(witness)}'`)).toMatchObject({
      errno: 4660,
      message: 'cannot stop server or stop zone in multiple zones',
    });

    signal(target.home, 'SIGKILL');
    const gone = await waitUntil('INACTIVE', async () => {
      const row = await serverRow(witness, target);
      return row?.STATUS === 'INACTIVE' ? row : undefined;
    });
    expect(gone).toMatchObject({ START_SERVICE_TIME: null, STOP_TIME: expect.any(String) });
    expect(gone.LAST_OFFLINE_TIME).not.toBeNull();
    expect(existsSync(pidFileOf(target.home))).toBe(true);

    void startAgain(target);
    const back = await waitUntil('serving again', async () => {
      const row = await serverRow(witness, target);
      return row?.STATUS === 'ACTIVE' && row.START_SERVICE_TIME !== null ? row : undefined;
    });
    expect(back).toMatchObject({ LAST_OFFLINE_TIME: null, STOP_TIME: expect.any(String) });
    expect(await startAgain(target)).toMatchObject({
      code: 1,
      output: expect.stringContaining('process is running'),
    });

    await queryOnce(cluster, witness, `ALTER SYSTEM START SERVER '${nameOf(target)}'`);
    expect(await serverRow(witness, target)).toMatchObject({ STOP_TIME: null });
    await waitUntil('leaders come home', async () =>
      (await leadersOn(witness, target)) > 0 ? true : undefined,
    );
    const effects = effectsOf(target).map(({ event }) => event);
    expect(effects).toEqual(expect.arrayContaining(['boot', 'serving', 'leader_lost', 'leader_gained']));
  }, 40_000);

  it('elects a new root service when the old one dies, and loses nothing that was acknowledged', async () => {
    const witness = serverIn('zone2', 1);
    const findRs = `SELECT svr_ip FROM oceanbase.CDB_OB_LS_LOCATIONS WHERE tenant_id = 1 AND ls_id = 1 AND role = 'LEADER'`;
    const [row] = await queryOnce(cluster, witness, findRs);
    const rs = cluster.servers.find(({ ip }) => ip === row?.svr_ip) ?? serverIn('zone1');
    await queryOnce(cluster, witness, "ALTER SYSTEM SET server_permanent_offline_time = '7200s'");
    await queryOnce(cluster, rs, 'CREATE TABLE test.note (id int PRIMARY KEY, text varchar(20))');
    await queryOnce(cluster, rs, "INSERT INTO test.note VALUES (1, 'before')");
    const before = await serverRow(witness, rs);
    signal(rs.home, 'SIGKILL');
    expect(await queryOnce(cluster, witness, 'SELECT text FROM test.note')).toEqual([{ text: 'before' }]);
    await queryOnce(cluster, witness, "UPDATE test.note SET text = 'after' WHERE id = 1 AND text = 'before'");
    const [next] = await queryOnce(cluster, witness, findRs);
    expect(next?.svr_ip).not.toBe(rs.ip);
    const [parameter] = await queryOnce(
      cluster,
      witness,
      "SHOW PARAMETERS LIKE 'server_permanent_offline_time'",
    );
    expect(parameter?.value).toBe('7200s');
    const kept = await queryOnce(
      cluster,
      witness,
      'SELECT svr_ip FROM oceanbase.CDB_OB_LS_LOCATIONS WHERE tenant_id = 1',
    );
    expect(kept.map(({ svr_ip }) => svr_ip)).toContain(rs.ip);
    const live = await queryOnce(cluster, witness, 'SELECT svr_ip FROM oceanbase.GV$OB_SERVERS');
    expect(live.map(({ svr_ip }) => svr_ip)).not.toContain(rs.ip);
    void startAgain(rs);
    await waitUntil('old root service serves again', async () => {
      const again = await serverRow(witness, rs);
      const started = again?.START_SERVICE_TIME ?? null;
      return started !== null && started !== before?.START_SERVICE_TIME ? again : undefined;
    });
    expect(await queryOnce(cluster, rs, 'SELECT text FROM test.note')).toEqual([{ text: 'after' }]);
  }, 40_000);

  it('answers without a majority what needs none, and lets the rest time out', async () => {
    const survivor = serverIn('zone2', 1);
    const others = [serverIn('zone1'), serverIn('zone3')];
    for (const { home } of others) signal(home, 'SIGKILL');
    const connection = await connectTo(cluster, survivor);
    await connection.query('SET ob_query_timeout = 1500000');
    await waitUntil('no root service', async () => {
      const asked = connection.query('SELECT COUNT(*) FROM oceanbase.DBA_OB_SERVERS');
      return asked.then(
        () => undefined,
        ({ errno }: { errno: number }) => (errno === 4012 ? true : undefined),
      );
    });
    const [rows] = await connection.query('SELECT 1 AS one, version() AS v');
    expect(rows).toMatchObject([{ one: '1', v: '5.7.25-OceanBase_CE-v4.3.5.1' }]);
    const stop = connection.query(`ALTER SYSTEM STOP SERVER '${nameOf(survivor)}'`);
    await expect(stop).rejects.toMatchObject({ errno: 4012 });
    await connection.end();
    for (const server of others) void startAgain(server);
    await waitUntil('all serve', async () => {
      const alive = await queryOnce(
        cluster,
        survivor,
        "SELECT 1 FROM oceanbase.DBA_OB_SERVERS WHERE status = 'ACTIVE' AND start_service_time IS NOT NULL",
      );
      return alive.length === 6 ? true : undefined;
    });
  }, 60_000);

  it('ends gracefully on SIGUSR1, without its pid file and with its leaders handed over', async () => {
    const target = serverIn('zone2');
    const witness = serverIn('zone1', 1);
    await waitUntil('has leaders', async () => ((await leadersOn(witness, target)) > 0 ? true : undefined));
    signal(target.home, 'SIGUSR1');
    await waitUntil('gone', () => (liveObserverOf(target.home) === undefined ? true : undefined));
    expect(existsSync(pidFileOf(target.home))).toBe(false);
    expect(await leadersOn(witness, target)).toBe(0);
    expect(effectsOf(target).at(-1)).toMatchObject({ event: 'exit', reason: 'graceful' });
  }, 30_000);
});
