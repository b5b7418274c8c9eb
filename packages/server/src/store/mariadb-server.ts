/** A MariaDB of its own for tests: own data folder, free port on loopback, ended by pid. */
import { execFile, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createConnection } from 'mysql2/promise';

export interface MariadbServer {
  readonly port: number;
  /** Makes an empty database and gives its url. */
  createDatabase(): Promise<string>;
  /** Runs one statement as an administrator. */
  run(statement: string): Promise<unknown>;
  stop(): Promise<void>;
}

const run = promisify(execFile);
const startTimeoutMs = 20_000;

/** Undefined when no MariaDB is installed here. In continuous integration that is an error: nothing may be left out there. */
export async function startMariadb(): Promise<MariadbServer | undefined> {
  try {
    await run('mariadbd', ['--version']);
  } catch (cause) {
    if (process.env.CI === 'true')
      throw new Error('mariadbd is not installed; CI tests every store', { cause });
    console.warn('mariadbd is not installed: the store is not tested on MariaDB here');
    return undefined;
  }
  const folder = await mkdtemp(join(tmpdir(), 'openocp-mariadb-'));
  try {
    return await startIn(folder);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

async function startIn(folder: string): Promise<MariadbServer> {
  const user = `--user=${userInfo().username}`;
  // Two servers that share a folder for temporary tables take each other's away.
  const settings = ['--no-defaults', `--datadir=${join(folder, 'data')}`, `--tmpdir=${folder}`, user];
  await run('mariadb-install-db', [
    ...settings,
    '--auth-root-authentication-method=normal',
    '--skip-test-db',
  ]);
  const port = await findFreePort();
  const network = [`--port=${port}`, '--bind-address=127.0.0.1', `--socket=${join(folder, 'socket')}`];
  const server = spawn('mariadbd', [...settings, ...network, '--skip-name-resolve'], { stdio: 'ignore' });
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()));
  const stop = async (): Promise<void> => {
    server.kill('SIGKILL');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  const connect = () => createConnection({ host: '127.0.0.1', port, user: 'root' });
  try {
    await answers(connect);
  } catch (error) {
    await stop();
    throw error;
  }
  const query = async (statement: string): Promise<unknown> => {
    const connection = await connect();
    try {
      return await connection.query(statement);
    } finally {
      await connection.end();
    }
  };
  let databases = 0;
  return {
    port,
    run: query,
    stop,
    async createDatabase() {
      databases += 1;
      await query(`create database test${databases}`);
      return `mysql://root@127.0.0.1:${port}/test${databases}`;
    },
  };
}

async function answers(connect: () => Promise<{ end(): Promise<void> }>): Promise<void> {
  const deadline = performance.now() + startTimeoutMs;
  for (;;) {
    try {
      await (await connect()).end();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw new Error('MariaDB does not answer', { cause: error });
      await pause(20);
    }
  }
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
