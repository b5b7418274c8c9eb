/** One process per home: a name in the abstract socket space, which the system frees with the process. */
import { mkdirSync, unlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { liveObserverOf, pidFileOf } from './live-process.ts';

export class AlreadyRunning extends Error {}

export async function lockHome(home: string): Promise<void> {
  const other = liveObserverOf(home);
  if (other !== undefined && other !== process.pid) throw new AlreadyRunning('process is running');
  const lock = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve, reject) => {
    lock.once('error', () => reject(new AlreadyRunning('process is running')));
    lock.listen(`\0openocp-sim-observer:${home}`, resolve);
  });
  lock.unref();
  mkdirSync(join(home, 'run'), { recursive: true });
  writeFileSync(pidFileOf(home), String(process.pid));
}

/** Only a graceful end removes the file. */
export function removePidFile(home: string): void {
  try {
    unlinkSync(pidFileOf(home));
  } catch {
    // Somebody removed it already.
  }
}
