/** Starting observers, and ending all processes of their homes. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { closeSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { isObserverOf } from '../process/live-process.ts';
import { wait } from '../wait.ts';

/** Detached: Ctrl-C in a terminal must reach the launcher alone. */
export function spawnObserver(home: string, args: readonly string[]): ChildProcess {
  const output = openSync(join(home, 'log', 'observer.out'), 'a');
  try {
    const executable = join(home, 'bin', 'observer');
    return spawn(executable, args, { cwd: home, detached: true, stdio: ['ignore', output, output] });
  } finally {
    closeSync(output);
  }
}

/** Runs once and ends: what it compiled is in the cache for all that start afterwards. */
export async function warmCompileCache(home: string): Promise<void> {
  await promisify(execFile)(join(home, 'bin', 'observer'), ['--version'], { cwd: home });
}

/** Ends every process of these homes, whoever started it. */
export async function endObservers(homes: readonly string[]): Promise<void> {
  // A successor may appear between two looks; it is gone at the next.
  for (let round = 0; round < 100; round += 1) {
    const pids = homes.flatMap((home) => [...successorsOf(home), ...observersOf(home)]);
    if (pids.length === 0) return;
    for (const pid of pids) kill(pid);
    await wait(20);
  }
  throw new Error(`some processes of ${homes.join(', ')} do not end`);
}

/** By executable and working directory: a pid file may be missing or name another process. */
function observersOf(home: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => isObserverOf(home, pid));
}

/** The watcher of the fault `come_back`. */
function successorsOf(home: string): number[] {
  try {
    const pid = Number(readFileSync(join(home, 'run', 'successor.pid'), 'utf8'));
    const isWatcher = readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('come-back');
    return isWatcher && readlinkSync(`/proc/${pid}/cwd`) === home ? [pid] : [];
  } catch {
    return [];
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // Gone meanwhile.
  }
}
