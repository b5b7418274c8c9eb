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
});
