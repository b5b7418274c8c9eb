/** Homes with a database process in them, of both kinds that the agent knows. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSimulatedCluster } from '@openocp/simulator';
import { endFolderProcesses, findFreePort } from '@openocp/testkit';

export interface DatabaseHome {
  readonly path: string;
  readonly kind: 'observer' | 'seekdb';
  /** Below the home. */
  readonly launcher: string;
  readonly pidFile: string;
  /** The kernel's own log. */
  readonly log: string;
  /** What the agent adds to the launcher; without those that it adds by itself. */
  readonly arguments: readonly string[];
  /** What a second start by hand needs beside them. */
  readonly ownArguments: readonly string[];
  readonly executable: string;
  /** Where its SQL port is bound. */
  readonly address: string;
  readonly sqlPort: number;
  /** Only a graceful end of an observer removes the pid file; seekdb leaves it in any case. */
  readonly pidFileAfterGracefulEnd: 'absent' | 'stale';
  remove(): Promise<void>;
}

/** An observer's home in which nothing runs, left as a kill leaves it. */
export async function simulatedObserverHome(): Promise<DatabaseHome> {
  const options = { __sim_time_scale: '0.2', __sim_graceful_ms: '500' };
  const cluster = await startSimulatedCluster({ zones: 1, servers: 1, ipBase: '127.35.0.1', options });
  const [server] = cluster.servers;
  if (server === undefined) throw new Error('the cluster has no server');
  await endFolderProcesses(server.home);
  return {
    path: server.home,
    kind: 'observer',
    launcher: 'bin/observer',
    pidFile: join(server.home, 'run/observer.pid'),
    log: join(server.home, 'log/observer.log'),
    arguments: [],
    ownArguments: [],
    executable: join(server.home, 'lib/observer'),
    address: server.ip,
    sqlPort: server.sqlPort,
    pidFileAfterGracefulEnd: 'absent',
    remove: () => cluster.stop(),
  };
}

/** A new home: only the link is there that tells which kind it is. */
export async function seekdbHome(executable: string): Promise<DatabaseHome> {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'openocp-seekdb-home-')));
  for (const folder of ['run', 'log']) mkdirSync(join(path, folder));
  symlinkSync(executable, join(path, 'run/seekdb'));
  // It listens at every address.
  const sqlPort = await findFreePort('0.0.0.0');
  return {
    path,
    kind: 'seekdb',
    launcher: 'run/seekdb',
    pidFile: join(path, 'run/seekdb.pid'),
    log: join(path, 'log/seekdb.log'),
    arguments: seekdbArguments(sqlPort),
    ownArguments: ['--base-dir', path],
    executable: realpathSync(executable),
    address: '0.0.0.0',
    sqlPort,
    pidFileAfterGracefulEnd: 'stale',
    remove: async () => {
      await endFolderProcesses(path);
      rmSync(path, { recursive: true, force: true });
    },
  };
}

/** Its defaults take many gigabytes, and its default log 70 MB a minute. */
export function seekdbArguments(port: number): string[] {
  const sizes = ['datafile_size=512M', 'log_disk_size=2G'].flatMap((size) => ['--parameter', size]);
  return ['--port', String(port), ...sizes, '--log-level', 'WARN'];
}

/** Starts the home's launcher by hand, beside what may run there. @returns its exit code. */
export async function startByHand(home: DatabaseHome): Promise<number | null> {
  const args = [...home.ownArguments, ...home.arguments];
  const child = spawn(join(home.path, home.launcher), args, { cwd: home.path, stdio: 'ignore' });
  await once(child, 'exit');
  return child.exitCode;
}
