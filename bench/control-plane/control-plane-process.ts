/** A control plane as a process, alone: no cluster, no agents. */
import { writeFileSync } from 'node:fs';
import { get } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readListening, StackProcess } from '@openocp/testkit';
import {
  bundleControlPlane,
  controlPlaneEnvironment,
  controlPlaneNodeOptions,
} from '../../scripts/bundle.ts';
import { makeFolder } from '../run-folder.ts';

const waitingProgram = fileURLToPath(new URL('./waiting-control-plane.ts', import.meta.url));
const startTimeoutMs = 60_000;

export const password = 'Bench_0123456789';

/** Where a control plane lives: its data outlive its processes. */
export interface Home {
  readonly folder: string;
  readonly configFile: string;
  readonly instance: string;
  /** Of its metadata. */
  readonly url: string;
}

export function makeHome(
  instance: string,
  more: Readonly<Record<string, unknown>> & { db?: string } = {},
): Home {
  const folder = makeFolder('control-plane');
  const configFile = join(folder, 'openocp.yaml');
  const url = more.db ?? `sqlite:${join(folder, 'openocp.db')}`;
  const config = {
    dataDir: folder,
    db: url,
    http: { host: '127.0.0.1', port: 0 },
    outbound: { allowLoopback: true },
    adminPassword: password,
    instance,
    log: { level: 'warn' },
    ...more,
  };
  // JSON is YAML.
  writeFileSync(configFile, JSON.stringify(config));
  return { folder, configFile, instance, url };
}

/** The programs as they are installed: bundled, with a compile cache. */
export interface Programs {
  readonly product: string;
  /** Knows one more operation, which waits. */
  readonly waiting: string;
}

export async function bundlePrograms(): Promise<Programs> {
  const folder = makeFolder('programs');
  return {
    product: await bundleControlPlane(join(folder, 'product')),
    waiting: await bundleControlPlane(join(folder, 'waiting'), waitingProgram),
  };
}

/** @param waitingOptions starts the one that knows the waiting operation, with these options */
export function spawnControlPlane(
  programs: Programs,
  home: Home,
  waitingOptions?: readonly string[],
): StackProcess {
  const program =
    waitingOptions === undefined ? [programs.product, 'server'] : [programs.waiting, ...waitingOptions];
  const args = [...controlPlaneNodeOptions, ...program, '--config', home.configFile];
  return spawnNode(args, home.folder, {
    ...controlPlaneEnvironment,
    NODE_COMPILE_CACHE: join(programs.product, '..', '.cache'),
  });
}

export function spawnNode(
  args: readonly string[],
  folder: string,
  environment: Readonly<Record<string, string>> = {},
): StackProcess {
  const { PATH = '', HOME = '/' } = process.env;
  return new StackProcess('control plane', {
    argv: [process.execPath, ...args],
    cwd: folder,
    env: { PATH, HOME, LANG: 'C.UTF-8', ...environment },
  });
}

/** Resolves with its url when it has answered a request. */
export async function waitForAnswer(controlPlane: StackProcess): Promise<string> {
  const { url } = await controlPlane.waitForLine(readListening, startTimeoutMs);
  await new Promise<void>((resolve, reject) => {
    const request = get(`${url}/api/status`, (response) => {
      response.resume();
      if (response.statusCode === 200) response.once('end', resolve);
      else reject(new Error(`/api/status answers ${response.statusCode}`));
    });
    request.once('error', reject);
  });
  return url;
}
