/**
 * Finds the live processes of a home: the one its pid file names, if that claim holds, and any other with the same
 * executable name and working directory (started without a pid file, or beside it by somebody else).
 */
import { readdirSync, readlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { InspectResponse, ProcessIdentity } from '@openocp/contract';
import { readPidFile } from './pid-file.ts';
import { belongsToHome, type ProcessKindRow } from './process-kind.ts';
import { readProcess } from './process-reading.ts';

export type HomeSight = Pick<InspectResponse, 'process' | 'pidFile' | 'otherPids'>;

interface Candidate {
  readonly identity: ProcessIdentity;
  readonly parentPid: number;
}

export function lookAtHome(home: string, kind: ProcessKindRow): HomeSight {
  const named = readNamedProcess(home, kind);
  const live = withoutForkedChildren(scanProcesses(home, kind), named.process?.pid);
  // Without a valid pid file the oldest is taken: a later one is its successor or a mistake, and shows in otherPids.
  const process = named.process ?? live[0]?.identity ?? null;
  const otherPids = live.map((candidate) => candidate.identity.pid).filter((pid) => pid !== process?.pid);
  return { process, pidFile: named.pidFile, otherPids };
}

/** What the pid file says, and the process it names if that one lives and belongs to the home. Cheap: no scan. */
export function readNamedProcess(
  home: string,
  kind: ProcessKindRow,
): { process: ProcessIdentity | undefined; pidFile: InspectResponse['pidFile'] } {
  const file = readPidFile(join(home, kind.pidFile));
  if (file.state !== 'read') {
    return { process: undefined, pidFile: { pid: null, state: file.state } };
  }
  const reading = readProcess(file.pid);
  if (reading.state === 'alive' && belongsToHome(reading.identity, home, kind)) {
    return { process: reading.identity, pidFile: { pid: file.pid, state: 'current' } };
  }
  return { process: undefined, pidFile: { pid: file.pid, state: 'stale' } };
}

/** Oldest first. A process whose executable the agent's user may not see cannot be told apart, and is left out. */
function scanProcesses(home: string, kind: ProcessKindRow): Candidate[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && executes(name, kind.executableName))
    .map((name) => readProcess(Number(name)))
    .filter((reading) => reading.state === 'alive')
    .filter((reading) => belongsToHome(reading.identity, home, kind))
    .sort((one, other) => Number(BigInt(one.identity.startTicks) - BigInt(other.identity.startTicks)));
}

/** One readlink per process of the host; only the few that pass are read in full. */
function executes(pid: string, executableName: string): boolean {
  try {
    return basename(readlinkSync(`/proc/${pid}/exe`)).replace(/ \(deleted\)$/, '') === executableName;
  } catch {
    // Gone meanwhile, a kernel thread, or not ours to see.
    return false;
  }
}

/** Between fork and exec a child looks exactly like its parent. A child of a live one is no process of its own. */
function withoutForkedChildren(candidates: readonly Candidate[], namedPid: number | undefined): Candidate[] {
  const pids = new Set(candidates.map((candidate) => candidate.identity.pid));
  return candidates.filter(
    (candidate) => candidate.identity.pid === namedPid || !pids.has(candidate.parentPid),
  );
}
