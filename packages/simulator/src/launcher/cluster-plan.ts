/** Where every server of a cluster is to live: zones, addresses, ports, homes. */
import { createServer } from 'node:net';
import { join } from 'node:path';

export interface PlannedServer {
  readonly id: number;
  readonly ip: string;
  /** RPC port: the one that names a server. */
  readonly port: number;
  readonly sqlPort: number;
  readonly zone: string;
  readonly home: string;
}

export interface PlanOptions {
  readonly zones: number;
  readonly serversPerZone: number;
  readonly ipBase: string;
  readonly basePort: number | undefined;
  readonly dataFolder: string;
}

export async function planServers(options: PlanOptions): Promise<PlannedServer[]> {
  const count = options.zones * options.serversPerZone;
  const ips = Array.from({ length: count }, (_, index) => ipAfter(options.ipBase, index));
  const sqlPort = options.basePort ?? (await freePortPair(ips));
  return ips.map((ip, index) => {
    const zone = `zone${Math.floor(index / options.serversPerZone) + 1}`;
    const home = join(options.dataFolder, `${zone}-${ip}`);
    return { id: index + 1, ip, port: sqlPort + 1, sqlPort, zone, home };
  });
}

export function ipAfter(base: string, offset: number): string {
  const parts = base.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255)) {
    throw new Error(`not an IPv4 address: ${base}`);
  }
  const number = parts.reduce((sum, part) => sum * 256 + part, 0) + offset;
  return [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');
}

/** The same two ports on all addresses, as in a real cluster; below the range the system hands out by itself. */
async function freePortPair(ips: readonly string[]): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const port = 10_000 + 2 * Math.floor(Math.random() * 11_000);
    const free = await Promise.all(ips.map((ip) => areFree(ip, port, port + 1)));
    if (free.every(Boolean)) return port;
  }
  throw new Error(`no two ports are free on all of ${ips[0]} to ${ips.at(-1)}`);
}

export async function areFree(ip: string, ...ports: readonly number[]): Promise<boolean> {
  return (await Promise.all(ports.map((port) => isFree(ip, port)))).every(Boolean);
}

function isFree(ip: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, ip, () => probe.close(() => resolve(true)));
  });
}
