/** Installs the peers when a comparison asks for them for the first time, from their own lock file. */
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

const folder = dirname(fileURLToPath(import.meta.url));
const lock = join(folder, 'package-lock.json');
/** Written by npm at the end of every installation. */
const installedLock = join(folder, 'node_modules', '.package-lock.json');
const manifest = z.object({ dependencies: z.record(z.string(), z.string()) });

let failure: Error | undefined;

/** Versions by package name. @throws Error when they cannot be installed. */
export function fetchPeerVersions(): ReadonlyMap<string, string> {
  if (failure !== undefined) throw failure;
  if (!isInstalled()) install();
  const { dependencies } = manifest.parse(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')));
  return new Map(Object.entries(dependencies));
}

function isInstalled(): boolean {
  return existsSync(installedLock) && statSync(installedLock).mtimeMs >= statSync(lock).mtimeMs;
}

function install(): void {
  console.log('Installing the peers (npm ci in bench/peers) ...');
  const npm = process.env.npm_execpath;
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const [command, ...first] = npm === undefined ? ['npm'] : [process.execPath, npm];
  const run = spawnSync(command ?? 'npm', [...first, ...args], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (run.status === 0) return;
  failure = new Error('not installed: npm ci in bench/peers has failed');
  throw failure;
}
