#!/usr/bin/env node
/** `openocp-sim`: a cluster of simulated OBServers to practise on. */
import { realpathSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { KernelVersion } from './cluster/kernel-version.ts';
import { prepareHome } from './launcher/prepare-home.ts';
import { type SimulatedCluster, startSimulatedCluster } from './launcher/simulated-cluster.ts';
import { parseTenantSpec, type TenantSpec } from './launcher/tenant-spec.ts';
import { replaceFile } from './store/replace-file.ts';

interface UpOptions {
  readonly zones: number;
  readonly servers: number;
  readonly tenants: number;
  readonly tenant: readonly TenantSpec[];
  readonly version: KernelVersion;
  readonly basePort?: number;
  readonly data?: string;
  readonly readyFile?: string;
  readonly rootPassword?: string;
  readonly ipBase: string;
  readonly option: Record<string, string>;
}

function countFrom(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!Number.isInteger(value) || value < least || value > most) {
      throw new InvalidArgumentError(`expected a whole number from ${least} to ${most}`);
    }
    return value;
  };
}

function collectOption(text: string, collected: Record<string, string>): Record<string, string> {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('expected name=value');
  return { ...collected, [text.slice(0, at)]: text.slice(at + 1) };
}

function collectTenant(text: string, collected: readonly TenantSpec[]): TenantSpec[] {
  try {
    return [...collected, parseTenantSpec(text)];
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
  }
}

async function up(options: UpOptions): Promise<void> {
  const { readyFile, option, tenant, tenants, ...rest } = options;
  const started = performance.now();
  let signalled: () => void = () => undefined;
  const ending = new Promise<void>((resolve) => {
    signalled = resolve;
  });
  process.on('SIGINT', () => signalled());
  process.on('SIGTERM', () => signalled());
  const cluster = await startSimulatedCluster({
    ...rest,
    tenants: tenant.length > 0 ? tenant : tenants,
    options: option,
    onMessage: (text) => console.log(text),
  });
  if (readyFile !== undefined) replaceFile(readyFile, `${JSON.stringify(readyContent(cluster), null, 2)}\n`);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(
    `cluster ${cluster.clusterName} (OceanBase ${cluster.version}, simulated) is ready after ${seconds} s`,
  );
  for (const { id, zone, ip, port, sqlPort, pid, home } of cluster.servers) {
    console.log(`  server ${id}  ${zone}  rpc ${ip}:${port}  sql ${ip}:${sqlPort}  pid ${pid}  ${home}`);
  }
  const [first] = cluster.servers;
  console.log(
    `log in: mariadb -h${first?.ip} -P${first?.sqlPort} -uroot@sys -p${cluster.rootPassword} oceanbase`,
  );
  console.log('Ctrl-C ends it.');
  await ending;
  await cluster.stop();
  console.log('the cluster has ended');
}

function readyContent(cluster: SimulatedCluster) {
  const { version, rootPassword, clusterName, obClusterId, dataFolder, servers } = cluster;
  return { version, rootPassword, clusterName, obClusterId, dataFolder, servers };
}

async function home({ data, zone, ip }: { data: string; zone: string; ip?: string }): Promise<void> {
  const prepared = await prepareHome(realpathSync(data), { zone, ...(ip === undefined ? {} : { ip }) });
  console.log(JSON.stringify(prepared, null, 2));
}

const program = new Command('openocp-sim').description(
  'Simulated OceanBase clusters: real processes, MySQL protocol, the kernel’s views, statements and errors.',
);
program.addHelpText(
  'after',
  `
Faithful:    processes, pid files and signals; elections, leases and heartbeats; STOP, START, ADD, DELETE of servers and zones
             with the kernel's checks, texts and numbers; units and replicas that move; jobs and event history; what the
             views show and when; small tables of users in the sys tenant.
Simplified:  log streams hold no data; SELECT runs in SQLite after a rewrite; tenants are made at bootstrap.
Absent:      tenants and units by SQL, arbitration, backup, OBProxy, performance of any kind.
Faults:      as root@sys, CALL dbms_sim.hang(), cut_off(...), disk_error() and more.
packages/simulator/README.md has the details.`,
);
program
  .command('up')
  .description('start a cluster and keep it until SIGINT or SIGTERM')
  .option('--zones <n>', 'zones', countFrom(1, 7), 3)
  .option('--servers <n>', 'servers in each zone', countFrom(1, 60), 2)
  .option('--tenants <n>', 'user tenants', countFrom(0, 20), 1)
  .option(
    '--tenant <spec>',
    'a user tenant of its own kind, instead of --tenants: name=,replicas=,units=,primary-zone=,role=; may be repeated',
    collectTenant,
    [],
  )
  .addOption(
    new Option('--version <v>', 'kernel version').choices(['4.2.1', '4.2.5', '4.3.5']).default('4.3.5'),
  )
  .option('--base-port <port>', 'SQL port on every address, the RPC port is the next', countFrom(1025, 65534))
  .option('--data <folder>', 'where the homes are made; default: a temporary folder')
  .option('--ready-file <path>', 'written as JSON once everything is ready')
  .option('--root-password <password>', 'of root@sys')
  .option('--ip-base <ip>', 'address of the first server, the others follow', '127.0.0.11')
  .option(
    '--option <name=value>',
    'observer option, e.g. __sim_time_scale=0.2; may be repeated',
    collectOption,
    {},
  )
  .action(up);
program
  .command('home')
  .description('make a home for one more server of a running cluster; it is not started and not added yet')
  .requiredOption('--data <folder>', 'folder of the cluster, as the ready file has it (dataFolder)')
  .requiredOption('--zone <name>', 'zone that the observer is to be started with')
  .option('--ip <ip>', 'its address; default: the one behind the last home')
  .addHelpText(
    'after',
    `
Prints where it is and how to start it: run bin/observer with the printed arguments and the home as working directory,
then ALTER SYSTEM ADD SERVER 'ip:port' ZONE 'zone'. "openocp-sim up" ends it with the others.`,
  )
  .action(home);

program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
