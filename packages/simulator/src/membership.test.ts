/** Servers and zones that come and go while a cluster of three zones with one server each works. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type PreparedHome,
  prepareHome,
  type SimulatedCluster,
  type SimulatedServer,
  startSimulatedCluster,
} from './index.ts';
import { liveObserverOf } from './process/live-process.ts';
import { failureOf, queryOnce } from './testing/sql-client.ts';
import { waitUntil } from './testing/wait-until.ts';

let cluster: SimulatedCluster;
let first: SimulatedServer;
let newcomer: PreparedHome;

beforeAll(async () => {
  cluster = await startSimulatedCluster({
    servers: 1,
    ipBase: '127.31.4.1',
    options: { __sim_time_scale: '0.1' },
  });
  const [server] = cluster.servers;
  if (server === undefined) throw new Error('three servers were asked for');
  first = server;
}, 60_000);

afterAll(async () => {
  await cluster.stop();
  expect(liveObserverOf(newcomer.home)).toBeUndefined();
});

function ask(sql: string) {
  return queryOnce(cluster, first, sql);
}

function refusalOf(sql: string) {
  return failureOf(cluster, first, sql);
}

async function start({ home, ip, port, arguments: args }: PreparedHome): Promise<void> {
  spawn(join(home, 'bin', 'observer'), args, { cwd: home, detached: true, stdio: 'ignore' });
  await waitUntil('the newcomer runs', () => liveObserverOf(home));
  await waitUntil('the newcomer listens', () => listens(ip, port));
}

async function listens(host: string, port: number): Promise<true | undefined> {
  const socket = connect({ host, port });
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return undefined;
  } finally {
    socket.destroy();
  }
}

function nameOf({ ip, port }: { ip: string; port: number }): string {
  return `'${ip}:${port}'`;
}

async function statusOf({ ip }: { ip: string }) {
  const [row] = await ask(`SELECT * FROM oceanbase.DBA_OB_SERVERS WHERE svr_ip = '${ip}'`);
  return row;
}

function waitUntilServing(server: { ip: string }) {
  return waitUntil('in service', async () => {
    const row = await statusOf(server);
    return row?.STATUS === 'ACTIVE' && row.START_SERVICE_TIME !== null ? row : undefined;
  });
}

describe('zones', () => {
  it('are added INACTIVE, described, started, stopped and deleted', async () => {
    await ask("ALTER SYSTEM ADD ZONE zone9 REGION = 'hz', IDC 'hz1', ZONE_TYPE 'ReadWrite'");
    const zone = "SELECT status, region, idc, type FROM oceanbase.DBA_OB_ZONES WHERE zone = 'zone9'";
    expect(await ask(zone)).toEqual([{ status: 'INACTIVE', region: 'hz', idc: 'hz1', type: 'ReadWrite' }]);
    expect(await refusalOf('ALTER SYSTEM ADD ZONE zone9')).toMatchObject({ errno: 4017 });
    // A zone that was never started blocks stops everywhere else.
    expect(await refusalOf(`ALTER SYSTEM STOP SERVER ${nameOf(first)}`)).toMatchObject({ errno: 4660 });
    await ask("ALTER SYSTEM ALTER ZONE zone9 SET IDC = 'hz2'");
    await ask('ALTER SYSTEM START ZONE zone9');
    expect(await ask(zone)).toMatchObject([{ status: 'ACTIVE', idc: 'hz2' }]);
    expect(await refusalOf('ALTER SYSTEM DELETE ZONE zone9')).toMatchObject({ errno: 4633 });
    await ask('ALTER SYSTEM STOP ZONE zone9');
    await ask('ALTER SYSTEM DELETE ZONE zone9');
    expect(await ask(zone)).toEqual([]);
    expect(await refusalOf('ALTER SYSTEM DELETE ZONE zone9')).toMatchObject({
      errno: 4018,
      message: 'zone not exist',
    });
    expect(await refusalOf('ALTER SYSTEM DELETE ZONE zone1')).toMatchObject({
      errno: 4668,
      message: expect.stringContaining('There are 1 servers alive and 0 not alive.'),
    });
  });
});

describe('a server', () => {
  it('is added once it runs, empty and in the zone it was started with', async () => {
    newcomer = await prepareHome(cluster.dataFolder, { zone: 'zone2' });
    expect(newcomer).toMatchObject({ ip: '127.31.4.4', zone: 'zone2', sqlPort: first.sqlPort });
    const add = `ALTER SYSTEM ADD SERVER ${nameOf(newcomer)}`;
    expect(await refusalOf(add)).toMatchObject({ errno: 4265 });
    await start(newcomer);
    expect(await refusalOf(`${add} ZONE zone1`)).toMatchObject({ errno: 4631 });
    await ask(`${add} ZONE 'zone2'`);
    expect(await waitUntilServing(newcomer)).toMatchObject({ ID: '4', ZONE: 'zone2', STOP_TIME: null });
    expect(await refusalOf(add)).toMatchObject({
      errno: 4179,
      message: `add non-empty server ${newcomer.ip}:${newcomer.port} not allowed`,
    });
    const login = { ...first, ip: newcomer.ip, home: newcomer.home };
    const live = await queryOnce(cluster, login, 'SELECT COUNT(*) AS n FROM oceanbase.GV$OB_SERVERS');
    expect(live).toEqual([{ n: '4' }]);
  });

  it('that was added comes back from its own data after kill -9', async () => {
    const pid = liveObserverOf(newcomer.home);
    if (pid === undefined) throw new Error('the newcomer does not run');
    const before = await statusOf(newcomer);
    process.kill(pid, 'SIGKILL');
    await waitUntil('gone', () => (liveObserverOf(newcomer.home) === undefined ? true : undefined));
    await start({ ...newcomer, arguments: [] });
    await waitUntil('in service again', async () => {
      const row = await statusOf(newcomer);
      const started = row?.START_SERVICE_TIME ?? null;
      return started !== null && started !== before?.START_SERVICE_TIME ? row : undefined;
    });
  });
  it('is not deleted while its units find no other place in the zone', async () => {
    const [unit] = await ask(
      `SELECT MIN(unit_id) AS id FROM oceanbase.DBA_OB_UNITS WHERE svr_ip = '${first.ip}'`,
    );
    expect(await refusalOf(`ALTER SYSTEM DELETE SERVER ${nameOf(first)}`)).toMatchObject({
      errno: 4745,
      message: `can not migrate out unit '${unit?.id}', no other available servers on zone 'zone1', delete server not allowed`,
    });
    expect(await refusalOf(`ALTER SYSTEM DELETE SERVER ${nameOf(newcomer)} ZONE zone1`)).toMatchObject({
      errno: 4631,
    });
    expect(await refusalOf(`ALTER SYSTEM CANCEL DELETE SERVER ${nameOf(newcomer)}`)).toMatchObject({
      errno: 4629,
    });
    expect(await refusalOf("ALTER SYSTEM DELETE SERVER '127.31.9.9:2882'")).toMatchObject({ errno: 4630 });
  });

  it('keeps its place when the deletion is cancelled on the way', async () => {
    const [old] = cluster.servers.filter(({ zone }) => zone === 'zone2');
    if (old === undefined) throw new Error('no server in zone2');
    const login = { ...first, ip: newcomer.ip };
    await queryOnce(cluster, login, 'CALL dbms_sim.slow_replica_copy(3600000)');
    await ask(`ALTER SYSTEM DELETE SERVER ${nameOf(old)}`);
    const tasks = 'SELECT task_type, target_replica_svr_ip AS ip FROM oceanbase.CDB_OB_LS_REPLICA_TASKS';
    const [task] = await waitUntil('replicas move', async () => {
      const rows = await ask(tasks);
      return rows.length > 0 ? rows : undefined;
    });
    expect(task).toEqual({ task_type: 'MIGRATE LS REPLICA', ip: newcomer.ip });
    const units = 'SELECT svr_ip, migrate_from_svr_ip AS old, manual_migrate FROM oceanbase.DBA_OB_UNITS';
    expect(await ask(`${units} WHERE zone = 'zone2' AND tenant_id = 1`)).toEqual([
      { svr_ip: newcomer.ip, old: old.ip, manual_migrate: 'NO' },
    ]);
    await ask(`ALTER SYSTEM CANCEL DELETE SERVER ${nameOf(old)}`);
    await queryOnce(cluster, login, 'CALL dbms_sim.slow_replica_copy(0)');
    expect(await statusOf(old)).toMatchObject({ STATUS: 'ACTIVE' });
    const jobs = 'SELECT job_type, job_status, result_code FROM oceanbase.__all_rootservice_job';
    const failed = { job_status: 'FAILED', result_code: '-4072' };
    expect((await ask(jobs)).map(({ job_type: _type, ...rest }) => rest)).toEqual([failed, failed, failed]);
    await waitUntil('tasks end', async () => ((await ask(tasks)).length === 0 ? true : undefined));
    expect(await ask(`${units} WHERE zone = 'zone2' AND tenant_id = 1`)).toEqual([
      { svr_ip: old.ip, old: null, manual_migrate: null },
    ]);
  });

  it('is deleted when its units and replicas, the sys log stream’s included, have moved to the newcomer', async () => {
    const [old] = cluster.servers.filter(({ zone }) => zone === 'zone2');
    if (old === undefined) throw new Error('no server in zone2');
    const before = await ask('SELECT tenant_id, ls_id FROM oceanbase.CDB_OB_LS');
    await ask('CREATE TABLE test.kept (id int PRIMARY KEY)');
    await ask('INSERT INTO test.kept VALUES (7)');
    await ask(`ALTER SYSTEM DELETE SERVER ${nameOf(old)}`);
    expect(await statusOf(old)).toMatchObject({ STATUS: 'DELETING' });
    expect(await refusalOf(`ALTER SYSTEM DELETE SERVER ${nameOf(old)}`)).toMatchObject({ errno: 4628 });
    const jobs = `SELECT job_type, job_status, progress, svr_ip FROM oceanbase.DBA_OB_SERVER_JOBS
      WHERE job_status <> 'FAILED'`;
    expect(await ask(jobs)).toEqual([
      { job_type: 'DELETE_SERVER', job_status: 'INPROGRESS', progress: '0', svr_ip: old.ip },
    ]);
    await waitUntil('gone', async () => ((await statusOf(old)) === undefined ? true : undefined));
    expect(await ask(jobs)).toMatchObject([{ job_status: 'SUCCESS', progress: '100' }]);
    const unitJobs = 'SELECT job_status, COUNT(*) AS n FROM oceanbase.DBA_OB_UNIT_JOBS GROUP BY job_status';
    expect(await ask(`${unitJobs} ORDER BY job_status`)).toEqual([
      { job_status: 'FAILED', n: '2' },
      { job_status: 'SUCCESS', n: '2' },
    ]);
    const where = 'SELECT DISTINCT svr_ip FROM oceanbase.GV$OB_LOG_STAT ORDER BY svr_ip';
    const places = (await ask(where)).map(({ svr_ip }) => String(svr_ip));
    expect(places).toEqual(cluster.servers.map(({ ip }) => (ip === old.ip ? newcomer.ip : ip)).sort());
    const full = await ask(
      'SELECT tenant_id, ls_id FROM oceanbase.GV$OB_LOG_STAT GROUP BY tenant_id, ls_id HAVING COUNT(*) = 3',
    );
    expect(full).toHaveLength(before.length);
    const locations = `SELECT COUNT(*) AS n FROM oceanbase.CDB_OB_LS_LOCATIONS WHERE svr_ip = '${old.ip}'`;
    expect(await ask(locations)).toEqual([{ n: '0' }]);
    const login = { ...first, ip: newcomer.ip };
    expect(await queryOnce(cluster, login, 'SELECT id FROM test.kept')).toEqual([{ id: '7' }]);
  }, 30_000);

  it('gets a unit by hand, and keeps it until another server of the zone has it', async () => {
    const spare = await prepareHome(cluster.dataFolder, { zone: 'zone3' });
    await start(spare);
    await ask(`ALTER SYSTEM ADD SERVER ${nameOf(spare)}`);
    await waitUntilServing(spare);
    const [unit] = await ask(
      "SELECT unit_id, svr_ip FROM oceanbase.DBA_OB_UNITS WHERE zone = 'zone3' AND tenant_id = 1002",
    );
    const migrate = `ALTER SYSTEM MIGRATE UNIT ${unit?.unit_id} DESTINATION`;
    expect(await refusalOf(`${migrate} ${nameOf(first)}`)).toMatchObject({ errno: 1235 });
    await ask(`${migrate} ${nameOf(spare)}`);
    await waitUntil('the unit has arrived', async () => {
      const [row] = await ask(`SELECT * FROM oceanbase.DBA_OB_UNITS WHERE unit_id = ${unit?.unit_id}`);
      return row?.SVR_IP === spare.ip && row.MIGRATE_FROM_SVR_IP === null ? row : undefined;
    });
    const moved = `SELECT COUNT(*) AS n FROM oceanbase.GV$OB_LOG_STAT WHERE svr_ip = '${spare.ip}'`;
    const streams = 'SELECT COUNT(*) AS n FROM oceanbase.CDB_OB_LS WHERE tenant_id IN (1001, 1002)';
    expect(await ask(moved)).toEqual(await ask(streams));
    const job = `SELECT job_status, sql_text FROM oceanbase.DBA_OB_UNIT_JOBS WHERE unit_id = ${unit?.unit_id}`;
    expect(await ask(job)).toEqual([
      { job_status: 'SUCCESS', sql_text: expect.stringContaining('MIGRATE UNIT') },
    ]);
  });

  it('that is away for too long loses its replicas, and gets new ones when it returns', async () => {
    await ask("ALTER SYSTEM SET lease_time = '5s', server_permanent_offline_time = '20s'");
    const pid = liveObserverOf(newcomer.home);
    if (pid === undefined) throw new Error('the newcomer does not run');
    process.kill(pid, 'SIGKILL');
    const shrunk = `SELECT COUNT(*) AS n FROM oceanbase.GV$OB_LOG_STAT
      WHERE role = 'LEADER' AND paxos_member_list NOT LIKE '%${newcomer.ip}:%' AND paxos_replica_num = 3`;
    const all = 'SELECT COUNT(*) AS n FROM oceanbase.CDB_OB_LS';
    await waitUntil('members removed', async () => {
      const [[left], [total]] = [await ask(shrunk), await ask(all)];
      return left?.n === total?.n ? true : undefined;
    });
    const event = `SELECT event FROM oceanbase.DBA_OB_ROOTSERVICE_EVENT_HISTORY WHERE event = 'permanent_offline' AND value1 LIKE '%${newcomer.ip}:%'`;
    expect((await ask(event)).length).toBeGreaterThan(0);
    // Two members of three are left: nobody may be stopped now.
    expect(await refusalOf(`ALTER SYSTEM STOP SERVER ${nameOf(first)}`)).toMatchObject({
      errno: 4179,
      message: expect.stringContaining('has no enough valid paxos member after stop server'),
    });
    await start({ ...newcomer, arguments: [] });
    await waitUntil('three replicas of each stream again', async () => {
      const rows = await ask(
        "SELECT COUNT(*) AS n FROM oceanbase.GV$OB_LOG_STAT WHERE role = 'LEADER' AND paxos_member_list LIKE '%,%,%'",
      );
      return rows[0]?.n === (await ask(all))[0]?.n ? true : undefined;
    });
    await ask(`ALTER SYSTEM STOP SERVER ${nameOf(first)}`);
    await ask(`ALTER SYSTEM START SERVER ${nameOf(first)}`);
  }, 30_000);

  it('that hosts root service is deleted, too: root service moves on and finishes the work', async () => {
    const witness = cluster.servers.find(({ zone }) => zone === 'zone3') ?? first;
    const from = (sql: string) => queryOnce(cluster, witness, sql);
    const root = "SELECT zone FROM oceanbase.CDB_OB_LS_LOCATIONS WHERE tenant_id = 1 AND role = 'LEADER'";
    await waitUntil('root service is at home', async () =>
      (await from(root))[0]?.zone === 'zone1' ? true : undefined,
    );
    const spare = await prepareHome(cluster.dataFolder, { zone: 'zone1' });
    await start(spare);
    await ask(`ALTER SYSTEM ADD SERVER ${nameOf(spare)}`);
    await waitUntilServing(spare);
    await from(`ALTER SYSTEM DELETE SERVER ${nameOf(first)}`);
    const left = "SELECT svr_ip FROM oceanbase.DBA_OB_SERVERS WHERE zone = 'zone1'";
    await waitUntil('deleted', async () => ((await from(left)).length === 1 ? true : undefined));
    expect(await from(left)).toEqual([{ svr_ip: spare.ip }]);
    expect(await from('SELECT id FROM test.kept')).toEqual([{ id: '7' }]);
  }, 30_000);
});
