/** One observer inside the test's own process: a cluster of one zone with one server, on real ports. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { planServers } from '../launcher/cluster-plan.ts';
import { genesisTables } from '../launcher/genesis.ts';
import { loginTenants } from '../mysql/login.ts';
import type { LiveSession } from '../mysql/session.ts';
import { type SqlServer, startSqlServer } from '../mysql/sql-server.ts';
import { EffectLog } from '../process/effects.ts';
import { LogFile } from '../process/log-file.ts';
import { Observer } from '../process/observer.ts';
import { startRpcServer } from '../rpc/rpc-server.ts';
import { SqlSession } from '../statements/sql-session.ts';
import { waitUntil } from './wait-until.ts';

export interface SingleServer {
  readonly ip: string;
  readonly sqlPort: number;
  readonly observer: Observer;
  readonly sql: SqlServer;
  /** Those that are logged in. */
  sessions(): readonly LiveSession[];
  close(): void;
}

export const singleServerPassword = 'single "secret" \\ ünïcode';

export async function startSingleServer(ip: string): Promise<SingleServer> {
  const home = realpathSync(mkdtempSync(join(tmpdir(), 'openocp-sim-single-')));
  const servers = await planServers({
    zones: 1,
    serversPerZone: 1,
    ipBase: ip,
    basePort: undefined,
    dataFolder: home,
  });
  const [plan] = servers;
  if (plan === undefined) throw new Error('no server was planned');
  const options = new Map([['__sim_time_scale', '0.1']]);
  const config = {
    zone: plan.zone,
    ip,
    sqlPort: plan.sqlPort,
    rpcPort: plan.port,
    clusterName: 'single',
    clusterId: 7,
    rsList: '',
    dataDir: 'store',
    options,
  };
  const observer = new Observer({ home, config, effects: new EffectLog(home), log: new LogFile(home) });
  const rpc = await startRpcServer(ip, plan.port, observer.rpc);
  const sql = await startSqlServer(ip, plan.sqlPort, {
    tenants: loginTenants(observer),
    openSession: (identity, registry) => new SqlSession(observer, identity, registry),
  });
  const image = genesisTables({
    servers,
    tenants: [{}],
    version: '4.2.5',
    rootPassword: singleServerPassword,
    clusterName: 'single',
    clusterId: 7,
  });
  observer.bootstrap(image);
  const ticks = setInterval(() => observer.tick(), 50);
  await waitUntil('serving', () => (observer.phase === 'serving' ? true : undefined));
  const close = () => {
    clearInterval(ticks);
    observer.sysMember?.onDeposed();
    for (const server of [rpc, sql.server]) server.close();
    rmSync(home, { recursive: true, force: true });
  };
  const everyone = {
    connectionId: 0,
    user: 'root',
    tenantId: 1,
    tenantName: 'sys',
    clientAddress: ip,
    wantsFoundRows: false,
  };
  const sessions = () => sql.live.list(everyone);
  return { ip, sqlPort: plan.sqlPort, observer, sql, sessions, close };
}
