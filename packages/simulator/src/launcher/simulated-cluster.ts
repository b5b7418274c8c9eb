/** A whole cluster of observer processes: made, started, bootstrapped, watched, ended. */
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addressOf } from '../address.ts';
import { buildOf, type KernelVersion } from '../cluster/kernel-version.ts';
import { liveObserverOf, startTicksOf } from '../process/live-process.ts';
import { writeClusterFile } from './cluster-file.ts';
import { type PlannedServer, planServers } from './cluster-plan.ts';
import { genesisTables } from './genesis.ts';
import { makeHome } from './home.ts';
import { endObservers, spawnObserver, warmCompileCache } from './observer-process.ts';
import { homesIn } from './prepare-home.ts';
import { bootstrapAndWait } from './ready.ts';
import { checkTenants, type TenantSpec } from './tenant-spec.ts';

export interface SimulatedClusterOptions {
  /** Default 3. */
  readonly zones?: number;
  /** In each zone; default 2. */
  readonly servers?: number;
  /** User tenants: how many of the usual kind, or what each is to be; default 1. */
  readonly tenants?: number | readonly TenantSpec[];
  /** Default 4.3.5. */
  readonly version?: KernelVersion;
  /** SQL port on every address, the RPC port is the next one; default: a free pair. */
  readonly basePort?: number;
  /** Default: a temporary folder, removed at the end. */
  readonly data?: string;
  readonly rootPassword?: string;
  readonly clusterName?: string;
  readonly obClusterId?: number;
  /** Address of the first server; the others follow. Default 127.0.0.11. */
  readonly ipBase?: string;
  /** Parameters for `-o`, e.g. `{__sim_time_scale: '0.2'}`. */
  readonly options?: Readonly<Record<string, string>>;
  readonly readyTimeoutMs?: number;
  /** Hears of servers that die or come back. */
  readonly onMessage?: (text: string) => void;
}

export interface SimulatedServer extends PlannedServer {
  /** As of the start. */
  readonly pid: number;
}

export interface SimulatedCluster {
  /** Full, e.g. `4.3.5.1`. */
  readonly version: string;
  readonly rootPassword: string;
  readonly clusterName: string;
  readonly obClusterId: number;
  readonly dataFolder: string;
  readonly servers: readonly SimulatedServer[];
  /** Ends every process of the homes, also those started by others, and removes the folder if it was made here. */
  stop(): Promise<void>;
}

export async function startSimulatedCluster(
  options: SimulatedClusterOptions = {},
): Promise<SimulatedCluster> {
  const { folder, isOurs } = dataFolderOf(options.data);
  const planned = await planServers({
    zones: options.zones ?? 3,
    serversPerZone: options.servers ?? 2,
    ipBase: options.ipBase ?? '127.0.0.11',
    basePort: options.basePort,
    dataFolder: folder,
  });
  let watch: NodeJS.Timeout | undefined;
  const stop = async () => {
    clearInterval(watch);
    // Also those of homes that were prepared later.
    await endObservers(homesIn(folder));
    if (isOurs) rmSync(folder, { recursive: true, force: true });
  };
  try {
    const servers = await bringUp(planned, folder, options);
    watch = watchHomes(folder, servers, options.onMessage ?? (() => undefined));
    const { clusterName, obClusterId, rootPassword, version } = identityOf(options);
    const full = buildOf(version).full;
    return { version: full, rootPassword, clusterName, obClusterId, dataFolder: folder, servers, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function identityOf({ clusterName, obClusterId, rootPassword, version }: SimulatedClusterOptions) {
  return {
    clusterName: clusterName ?? 'obcluster',
    obClusterId: obClusterId ?? 1,
    rootPassword: rootPassword ?? 'openocp-sim',
    version: version ?? '4.3.5',
  } as const;
}

function dataFolderOf(wanted: string | undefined): { folder: string; isOurs: boolean } {
  if (wanted === undefined)
    return { folder: realpathSync(mkdtempSync(join(tmpdir(), 'openocp-sim-'))), isOurs: true };
  const isOurs = !existsSync(wanted);
  mkdirSync(wanted, { recursive: true });
  if (readdirSync(wanted).length > 0) throw new Error(`${wanted} is not empty`);
  return { folder: realpathSync(wanted), isOurs };
}

async function bringUp(
  planned: readonly PlannedServer[],
  folder: string,
  options: SimulatedClusterOptions,
): Promise<SimulatedServer[]> {
  const { clusterName, obClusterId, rootPassword, version } = identityOf(options);
  const tenants = tenantsOf(options);
  const zones = [...new Set(planned.map(({ zone }) => zone))];
  checkTenants(tenants, zones, planned.length / zones.length);
  const [first] = planned;
  if (first === undefined) throw new Error('a cluster needs at least one zone and one server');
  const simulatorOptions = simulatorOptionsOf(options);
  const { sqlPort } = first;
  writeClusterFile(folder, {
    clusterName,
    obClusterId,
    sqlPort,
    rsList: rsListOf(planned),
    simulatorOptions,
  });
  for (const { home, ip } of planned) makeHome(home, folder, { ...simulatorOptions, __sim_host_ip: ip });
  await warmCompileCache(first.home);
  const children = new Map(
    planned.map((server) => [server, spawnObserver(server.home, startArguments(server, planned, options))]),
  );
  for (const child of children.values()) child.on('error', () => undefined);
  const image = genesisTables({
    servers: planned,
    tenants,
    version,
    rootPassword,
    clusterName,
    clusterId: obClusterId,
  });
  const deadline = Date.now() + (options.readyTimeoutMs ?? 60_000);
  await bootstrapAndWait({ servers: planned, image, deadline, assertAlive: () => assertAlive(children) });
  return [...children].map(([server, child]) => ({ ...server, pid: child.pid ?? 0 }));
}

function assertAlive(children: ReadonlyMap<PlannedServer, ChildProcess>): void {
  for (const [{ home, ip }, child] of children) {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) continue;
    const output = readFileSync(join(home, 'log', 'observer.out'), 'utf8').trim();
    throw new Error(`observer ${ip} ended while it started: ${output}`);
  }
}

function tenantsOf({ tenants = 1 }: SimulatedClusterOptions): readonly TenantSpec[] {
  return typeof tenants === 'number' ? Array.from({ length: tenants }, () => ({})) : tenants;
}

function simulatorOptionsOf(options: SimulatedClusterOptions): Record<string, string> {
  return {
    ...options.options,
    __sim_version: identityOf(options).version,
    __sim_supervisor: `${process.pid}:${startTicksOf(process.pid) ?? ''}`,
  };
}

/** The first server of each zone. */
function rsListOf(all: readonly PlannedServer[]): string {
  const seeds = all.filter((one, index) => all.findIndex(({ zone }) => zone === one.zone) === index);
  return seeds.map(({ ip, port, sqlPort }) => `${addressOf(ip, port)}:${sqlPort}`).join(';');
}

function startArguments(
  server: PlannedServer,
  all: readonly PlannedServer[],
  options: SimulatedClusterOptions,
): string[] {
  const { clusterName, obClusterId } = identityOf(options);
  const optstr = Object.entries(simulatorOptionsOf(options)).map(([name, value]) => `${name}=${value}`);
  return [
    ...['-z', server.zone, '-p', String(server.sqlPort), '-P', String(server.port), '-n', clusterName],
    ...['-c', String(obClusterId), '-I', server.ip, '-r', rsListOf(all), '-o', optstr.join(',')],
  ];
}

/** Also sees processes that others started, and homes that came later: what counts is the home's pid file. */
function watchHomes(
  folder: string,
  servers: readonly SimulatedServer[],
  onMessage: (text: string) => void,
): NodeJS.Timeout {
  const known = new Map<string, number | undefined>(servers.map(({ home, pid }) => [home, pid]));
  const names = new Map(servers.map(({ home, ip, port }) => [home, addressOf(ip, port)]));
  // Keeps the launcher alive.
  return setInterval(() => {
    for (const home of homesIn(folder)) {
      const pid = liveObserverOf(home);
      const before = known.get(home);
      if (pid === before) continue;
      const isNew = !known.has(home);
      known.set(home, pid);
      const name = names.get(home) ?? `of ${home}`;
      if (pid === undefined) onMessage(`observer ${name} (pid ${before}) has ended`);
      else onMessage(`observer ${name} runs ${isNew ? '' : 'again '}(pid ${pid})`);
    }
  }, 500);
}
