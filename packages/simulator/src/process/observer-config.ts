/** What an observer is started with: arguments the first time, etc/observer.config.bin ever after. */
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { addressOf } from '../address.ts';
import { replaceFile } from '../store/replace-file.ts';

export interface ObserverConfig {
  readonly zone: string;
  readonly sqlPort: number;
  readonly rpcPort: number;
  readonly clusterName: string;
  readonly clusterId: number;
  readonly ip: string;
  readonly rsList: string;
  /** Where the data is, relative to the home or absolute. */
  readonly dataDir: string;
  readonly options: ReadonlyMap<string, string>;
}

export class ConfigError extends Error {}

const flags = {
  zone: { type: 'string', short: 'z' },
  mysql_port: { type: 'string', short: 'p' },
  rpc_port: { type: 'string', short: 'P' },
  appname: { type: 'string', short: 'n' },
  cluster_id: { type: 'string', short: 'c' },
  local_ip: { type: 'string', short: 'I' },
  rs_list: { type: 'string', short: 'r' },
  optstr: { type: 'string', short: 'o' },
  data_dir: { type: 'string', short: 'd' },
  devname: { type: 'string', short: 'i' },
  log_level: { type: 'string', short: 'l' },
  mode: { type: 'string', short: 'm' },
  nodaemon: { type: 'boolean', short: 'N' },
  ipv6: { type: 'boolean', short: '6' },
  scn: { type: 'string', short: 'f' },
  version: { type: 'boolean', short: 'V' },
  help: { type: 'boolean', short: 'h' },
} as const;

export const observerUsage = `observer (simulated OceanBase) ${Object.entries(flags)
  .map(([name, { short, type }]) => `[-${short}|--${name}${type === 'string' ? ' VALUE' : ''}]`)
  .join(' ')}`;

export type ParsedArguments = Readonly<Partial<Record<keyof typeof flags, string | boolean>>>;

export function parseObserverArguments(argv: readonly string[]): ParsedArguments {
  try {
    return parseArgs({ args: [...argv], options: flags, strict: true }).values;
  } catch (error) {
    throw new ConfigError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}

/** Arguments override the stored configuration, and the union is stored. */
export function loadObserverConfig(home: string, given: ParsedArguments): ObserverConfig {
  const file = join(home, 'etc', 'observer.config.bin');
  const stored: Record<string, string> = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>)
    : {};
  const merged = { ...stored };
  for (const [name, value] of Object.entries(given)) {
    if (typeof value === 'string') merged[name] = value;
  }
  if (stored.optstr !== undefined && typeof given.optstr === 'string') {
    merged.optstr = `${stored.optstr},${given.optstr}`;
  }
  const config = configOf(merged, simulatorOptions(home));
  mkdirSync(join(home, 'etc'), { recursive: true });
  replaceFile(file, JSON.stringify(merged));
  return config;
}

/**
 * What the simulator itself wants of this home, such as its time scale: whoever starts an observer with the kernel's
 * arguments knows nothing of it.
 */
function simulatorOptions(home: string): Readonly<Record<string, string>> {
  const file = simulatorFileOf(home);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>) : {};
}

export function simulatorFileOf(home: string): string {
  return join(home, 'etc', 'simulator.json');
}

function configOf(
  values: Readonly<Record<string, string>>,
  simulator: Readonly<Record<string, string>>,
): ObserverConfig {
  // Without -I the address of the host's device, which a home here is told when it is made.
  const ip = values.local_ip ?? simulator.__sim_host_ip ?? '';
  if (isIP(ip) === 0) throw new ConfigError(`local_ip is no address: '${ip}'`);
  const zone = values.zone ?? '';
  if (zone === '') throw new ConfigError('zone is missing');
  return {
    zone,
    ip,
    sqlPort: portOf('mysql_port', values.mysql_port ?? '2881'),
    rpcPort: portOf('rpc_port', values.rpc_port ?? '2882'),
    clusterName: values.appname ?? 'obcluster',
    clusterId: clusterIdOf(values.cluster_id ?? '1'),
    rsList: values.rs_list ?? '',
    dataDir: values.data_dir ?? 'store',
    options: new Map([...Object.entries(simulator), ...optionsOf(values.optstr ?? '')]),
  };
}

function portOf(name: string, text: string): number {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1025 || port > 65535) {
    throw new ConfigError(`${name} must be in 1025..65535, not '${text}'`);
  }
  return port;
}

function clusterIdOf(text: string): number {
  const id = Number(text);
  if (!Number.isInteger(id) || id < 1 || id > 4294967295)
    throw new ConfigError(`cluster_id is wrong: '${text}'`);
  return id;
}

function optionsOf(text: string): Map<string, string> {
  const options = new Map<string, string>();
  for (const pair of text.split(',')) {
    const at = pair.indexOf('=');
    if (at > 0) options.set(pair.slice(0, at).trim(), pair.slice(at + 1).trim());
  }
  return options;
}

export function selfAddress(config: ObserverConfig): string {
  return addressOf(config.ip, config.rpcPort);
}
