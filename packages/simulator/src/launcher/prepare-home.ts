/** A home for one more server of a cluster: an executable on an address of its own, not started and not added yet. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { readClusterFile } from './cluster-file.ts';
import { areFree, ipAfter } from './cluster-plan.ts';
import { makeHome } from './home.ts';

export interface PreparedHome {
  readonly zone: string;
  readonly ip: string;
  /** RPC port: the one that ADD SERVER names. */
  readonly port: number;
  readonly sqlPort: number;
  readonly home: string;
  /** `bin/observer` takes these at its first start, with the home as working directory; none at later ones. */
  readonly arguments: readonly string[];
}

export interface PrepareHomeOptions {
  readonly zone: string;
  /** Default: the address behind the last one that a home has. */
  readonly ip?: string;
}

/** @param dataFolder that of a cluster which `startSimulatedCluster` or `openocp-sim up` made */
export async function prepareHome(dataFolder: string, options: PrepareHomeOptions): Promise<PreparedHome> {
  if (!/^[\w-]{1,128}$/.test(options.zone)) throw new Error(`not a name of a zone: '${options.zone}'`);
  const { clusterName, obClusterId, sqlPort, rsList, simulatorOptions } = readClusterFile(dataFolder);
  const ip = options.ip ?? nextIp(dataFolder);
  const { zone } = options;
  const home = join(dataFolder, `${zone}-${ip}`);
  if (existsSync(home)) throw new Error(`${home} exists already`);
  const port = sqlPort + 1;
  if (!(await areFree(ip, sqlPort, port)))
    throw new Error(`ports ${sqlPort} and ${port} are not free on ${ip}`);
  makeHome(home, dataFolder, { ...simulatorOptions, __sim_host_ip: ip });
  const args = [
    ...['-z', zone, '-p', String(sqlPort), '-P', String(port), '-n', clusterName],
    ...['-c', String(obClusterId), '-d', join(home, 'store'), '-I', ip, '-r', rsList],
  ];
  return { zone, ip, port, sqlPort, home, arguments: args };
}

/** Homes are named `zone-ip`. */
export function homesIn(dataFolder: string): string[] {
  return readdirSync(dataFolder)
    .map((name) => join(dataFolder, name))
    .filter((path) => existsSync(join(path, 'lib', 'observer')));
}

function nextIp(dataFolder: string): string {
  const ips = homesIn(dataFolder).flatMap((home) => /-(\d+\.\d+\.\d+\.\d+)$/.exec(home)?.[1] ?? []);
  const [first, ...others] = ips.sort((a, b) => numberOf(a) - numberOf(b));
  const last = others.at(-1) ?? first;
  if (last === undefined) throw new Error(`no home in ${dataFolder} has an IPv4 address`);
  return ipAfter(last, 1);
}

function numberOf(ip: string): number {
  return ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
}
