/**
 * One look at a process through /proc. Everything is read synchronously, so that a decision and the signal that
 * follows from it share one turn of the event loop.
 */
import { readFileSync, readlinkSync } from 'node:fs';
import type { ProcessIdentity } from '@openocp/contract';
import { isSystemError } from './agent-failure.ts';

export type ProcessReading =
  | { readonly state: 'gone' }
  /** On its way out: its main thread has ended, others still hold files and ports. No signal can add to that. */
  | { readonly state: 'ending'; readonly bootId: string; readonly startTicks: string }
  /** It lives, but the agent's user may not see what it executes. */
  | { readonly state: 'hidden'; readonly bootId: string; readonly startTicks: string }
  | { readonly state: 'alive'; readonly identity: ProcessIdentity; readonly parentPid: number };

interface ProcessStat {
  readonly state: string;
  readonly parentPid: number;
  readonly threads: number;
  readonly startTicks: string;
}

export function readBootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

export function readProcess(pid: number): ProcessReading {
  const before = readStat(pid);
  if (before === undefined || isDead(before)) {
    return { state: 'gone' };
  }
  const stamp = { bootId: readBootId(), startTicks: before.startTicks };
  try {
    const executable = withoutDeletedMark(readlinkSync(`/proc/${pid}/exe`));
    const cwd = readlinkSync(`/proc/${pid}/cwd`);
    // The links belong to the process of `before` only if that one still holds the pid.
    const after = readStat(pid);
    if (after === undefined || isDead(after) || after.startTicks !== before.startTicks) {
      return { state: 'gone' };
    }
    return { state: 'alive', identity: { ...stamp, pid, executable, cwd }, parentPid: after.parentPid };
  } catch (error) {
    if (isSystemError(error, 'ENOENT', 'ESRCH')) {
      return hasEnded(pid, before.startTicks) ? { state: 'gone' } : { state: 'ending', ...stamp };
    }
    if (isSystemError(error, 'EACCES', 'EPERM')) {
      return { state: 'hidden', ...stamp };
    }
    throw error;
  }
}

/** USER_HZ: the unit of times in /proc, 100 on every architecture that Linux runs OceanBase on. */
const ticksPerSecond = 100;

/** For how long a process has run; both readings count from the boot, whatever the wall clock says. */
export function readUpMs({ startTicks }: Pick<ProcessIdentity, 'startTicks'>): number | undefined {
  const bootSeconds = Number.parseFloat(readFileSync('/proc/uptime', 'utf8'));
  const upMs = Math.floor(bootSeconds * 1000 - (Number(startTicks) * 1000) / ticksPerSecond);
  return Number.isFinite(upMs) ? Math.max(0, upMs) : undefined;
}

/** Has the process that began at `startTicks` under this pid really ended? A zombie has; a reused pid means it has. */
export function hasEnded(pid: number, startTicks: string): boolean {
  const stat = readStat(pid);
  return stat === undefined || stat.startTicks !== startTicks || isDead(stat);
}

/** A zombie with threads left is a process whose main thread has ended first: still there. */
function isDead(stat: ProcessStat): boolean {
  return (stat.state === 'Z' || stat.state === 'X') && stat.threads <= 1;
}

function readStat(pid: number): ProcessStat | undefined {
  try {
    return parseStat(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch (error) {
    // ESRCH: the process ended between open and read.
    if (isSystemError(error, 'ENOENT', 'ESRCH')) {
      return undefined;
    }
    throw error;
  }
}

/** Fields are counted from the last `)`, because the name before it may hold blanks and parentheses. */
export function parseStat(text: string): ProcessStat {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  // proc(5): state is field 3, ppid 4, num_threads 20, starttime 22; the first of `fields` is field 3.
  const [state, parentPid, threads, startTicks] = [fields[0], fields[1], fields[17], fields[19]];
  if (state === undefined || startTicks === undefined) {
    throw new Error(`/proc/PID/stat has an unknown form: ${text.slice(0, 200)}`);
  }
  return { state, parentPid: Number(parentPid), threads: Number(threads), startTicks };
}

/** The kernel marks a running file that was replaced, as every upgrade does. It is the same executable. */
function withoutDeletedMark(link: string): string {
  return link.replace(/ \(deleted\)$/, '');
}
