/**
 * Every process that belongs to a folder: its working directory or its executable is inside, or an argument names a
 * path inside. That finds also what others started there (an agent its observer, a human a control plane again).
 */
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface FolderProcess {
  readonly pid: number;
  /** Field 22 of /proc/PID/stat: tells a reused pid apart. */
  readonly startTicks: string;
  readonly command: string;
}

function readProcess(pid: number, folder: string): FolderProcess | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state] = fields;
    const startTicks = fields[19];
    if (state === 'Z' || state === 'X' || startTicks === undefined) return undefined;
    const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    const places = [readlinkSync(`/proc/${pid}/cwd`), readlinkSync(`/proc/${pid}/exe`), ...args];
    const inside = places.some((place) => place === folder || place.startsWith(`${folder}/`));
    return inside ? { pid, startTicks, command: args.join(' ').trim() } : undefined;
  } catch {
    // It ended while we looked, or it is not ours to look at.
    return undefined;
  }
}

export function listFolderProcesses(folder: string): FolderProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => pid !== process.pid)
    .flatMap((pid) => readProcess(pid, folder) ?? []);
}

/** Ends them all, by id, until none is left. @throws Error naming what would not end. */
export async function endFolderProcesses(folder: string, timeoutMs = 10_000): Promise<void> {
  const end = performance.now() + timeoutMs;
  for (;;) {
    const left = listFolderProcesses(folder);
    if (left.length === 0) return;
    if (performance.now() >= end)
      throw new Error(`processes that do not end: ${left.map((each) => each.command).join('; ')}`);
    for (const { pid, startTicks } of left) {
      if (readProcess(pid, folder)?.startTicks === startTicks) process.kill(pid, 'SIGKILL');
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
