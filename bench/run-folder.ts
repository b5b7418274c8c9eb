/**
 * One folder for everything that a run puts on this machine, and the end of it all. Every temporary folder is made inside,
 * those of the test kit too, and every process that is started works there, so whatever ends the run, this process can
 * find what is left of it and take it away.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { listFolderProcesses } from '@openocp/testkit';

/** Processes that were just killed may still be leaving. */
const removeTries = 10;
/** PostgreSQL runs under another user, who must be able to pass through. */
const passable = 0o711;

export function openRunFolder(): void {
  const folder = mkdtempSync(join(tmpdir(), 'openocp-bench-'));
  chmodSync(folder, passable);
  process.env.TMPDIR = folder;
  process.once('exit', () => {
    for (const { pid } of listFolderProcesses(folder)) kill(pid);
    rmSync(folder, { recursive: true, force: true, maxRetries: removeTries });
  });
  // The script that started this program goes away when the terminal does.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));
  process.once('disconnect', () => process.exit(1));
}

/** One that has just ended by itself is no reason to leave the others running. */
function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

export function makeFolder(name: string): string {
  return mkdtempSync(join(tmpdir(), `${name}-`));
}
