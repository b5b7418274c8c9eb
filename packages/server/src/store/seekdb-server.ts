/**
 * A seekdb of its own for tests: a real OceanBase SQL engine as metadata store. Own home, free port, ended by pid. It is
 * not in Debian: `OPENOCP_SEEKDB` names the executable, which PyPI's package pylibseekdb carries.
 */
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { createConnection } from 'mysql2/promise';

export interface SeekdbServer {
  /** Makes an empty database and gives its url. */
  createDatabase(): Promise<string>;
  stop(): Promise<void>;
}

const run = promisify(execFile);
const startTimeoutMs = 60_000;
/** Its defaults take many gigabytes. */
const sizes = ['--parameter', 'datafile_size=512M', '--parameter', 'log_disk_size=2G', '--log-level', 'WARN'];

/** Undefined when there is none here. In continuous integration that is an error: nothing may be left out there. */
export async function startSeekdb(): Promise<SeekdbServer | undefined> {
  const executable = process.env.OPENOCP_SEEKDB;
  if (executable === undefined || !existsSync(executable)) {
    if (process.env.CI === 'true') throw new Error('OPENOCP_SEEKDB names no seekdb; CI tests every store');
    console.warn(
      'OPENOCP_SEEKDB names no seekdb: the store is not tested on a real OceanBase SQL engine here',
    );
    return undefined;
  }
  const home = await mkdtemp(join(tmpdir(), 'openocp-seekdb-'));
  const port = await findFreePort();
  // It goes on as a daemon; the command returns at once.
  await run(executable, ['--port', String(port), '--base-dir', home, ...sizes], { cwd: home });
  const connect = () => createConnection({ host: '127.0.0.1', port, user: 'root' });
  await answers(connect);
  let databases = 0;
  return {
    async createDatabase() {
      databases += 1;
      const connection = await connect();
      await connection.query(`create database test${databases}`);
      await connection.end();
      return `mysql://root@127.0.0.1:${port}/test${databases}`;
    },
    async stop() {
      const pid = Number(readFileSync(join(home, 'run', 'seekdb.pid'), 'utf8'));
      process.kill(pid, 'SIGKILL');
      await isGone(pid);
      await rm(home, { recursive: true, force: true });
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
      if (performance.now() > deadline) throw new Error('seekdb does not answer', { cause: error });
      await pause(50);
    }
  }
}

/** Nobody may reap it, so a zombie counts as gone. */
async function isGone(pid: number): Promise<void> {
  const stat = `/proc/${pid}/stat`;
  while (existsSync(stat) && !/^\d+ \(.*\) [ZX] /.test(readFileSync(stat, 'utf8'))) await pause(20);
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}
