/** Which live process belongs to an observer's home: executable and working directory decide, not the pid alone. */
import { readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

export function pidFileOf(home: string): string {
  return join(home, 'run', 'observer.pid');
}

/** Undefined when there is no file, or no number in it. */
function readPidFile(home: string): number | undefined {
  try {
    const text = readFileSync(pidFileOf(home), 'utf8').trim();
    return /^\d{1,10}$/.test(text) ? Number(text) : undefined;
  } catch {
    return undefined;
  }
}

/** A zombie is dead. */
export function isObserverOf(home: string, pid: number): boolean {
  try {
    if (readlinkSync(`/proc/${pid}/cwd`) !== home) return false;
    if (readlinkSync(`/proc/${pid}/exe`) !== join(home, 'lib', 'observer')) return false;
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return !['Z', 'X'].includes(stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3));
  } catch {
    return false;
  }
}

/** The live observer that the pid file of this home names. */
export function liveObserverOf(home: string): number | undefined {
  const pid = readPidFile(home);
  return pid !== undefined && isObserverOf(home, pid) ? pid : undefined;
}

/** Field 22 of /proc/PID/stat: tells a process from a later one with the same pid. */
export function startTicksOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  } catch {
    return undefined;
  }
}
