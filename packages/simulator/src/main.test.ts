import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { SimulatedServer } from './index.ts';
import { liveObserverOf } from './process/live-process.ts';
import { waitUntil } from './testing/wait-until.ts';

let folder: string;
let launcher: ChildProcess;
let output = '';

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'openocp-sim-main-')));
  const args = ['up', '--zones', '1', '--servers', '1', '--tenants', '0', '--ip-base', '127.32.2.1'];
  const more = ['--data', join(folder, 'data'), '--ready-file', join(folder, 'ready.json')];
  const scale = ['--option', '__sim_time_scale=0.1', '--option', 'cpu_count=8', '--version', '4.2.1'];
  launcher = spawn(process.execPath, [join(import.meta.dirname, 'main.ts'), ...args, ...more, ...scale]);
  launcher.stdout?.on('data', (chunk: Buffer) => {
    output += chunk.toString();
  });
});

afterEach(() => {
  launcher.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

interface ReadyFile {
  readonly version: string;
  readonly rootPassword: string;
  readonly servers: readonly SimulatedServer[];
}

function readyFile(): Promise<ReadyFile> {
  const path = join(folder, 'ready.json');
  return waitUntil('ready file', () =>
    existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as ReadyFile) : undefined,
  );
}

describe('openocp-sim up', () => {
  it('writes the ready file, outlives its observers, and ends those that others started', async () => {
    const { version, servers } = await readyFile();
    expect(version).toBe('4.2.1.2');
    const [server] = servers;
    if (server === undefined) throw new Error('no server in the ready file');
    expect(server).toMatchObject({
      id: 1,
      ip: '127.32.2.1',
      zone: 'zone1',
      pid: liveObserverOf(server.home),
    });
    process.kill(server.pid, 'SIGKILL');
    await waitUntil('the death is told', () =>
      output.includes(`(pid ${server.pid}) has ended`) ? true : undefined,
    );
    spawn(join(server.home, 'bin', 'observer'), [], { cwd: server.home, detached: true, stdio: 'ignore' });
    const successor = await waitUntil('another runs', () => liveObserverOf(server.home));
    await waitUntil('the return is told', () =>
      output.includes(`runs again (pid ${successor})`) ? true : undefined,
    );
    launcher.kill('SIGTERM');
    const code = await new Promise((resolve) => {
      launcher.on('exit', resolve);
    });
    expect(code).toBe(0);
    expect(liveObserverOf(server.home)).toBeUndefined();
    expect(existsSync(join(folder, 'data'))).toBe(false);
  });

  it('takes its observers with it when it is killed', async () => {
    const { servers } = await readyFile();
    launcher.kill('SIGKILL');
    await waitUntil('they go', () =>
      liveObserverOf(servers[0]?.home ?? '') === undefined ? true : undefined,
    );
  });
});
