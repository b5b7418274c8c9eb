/**
 * The last errors in the log of a home's process. A database that became a daemon says there alone why it ended: that a port
 * was taken, a disk full, a file not its own.
 */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessKindRow } from './process-kind.ts';
import { readEnd } from './read-end.ts';

/** More than an observer logs, at its usual level, in the last moments of a start that fails. */
const readBytes = 256 * 1024;
const mostLines = 3;
/** A line of a real log may hold a whole backtrace. */
const longestLine = 400;
const isError = /\b(ERROR|EDIAG|FATAL|fail(ed|ure)?)\b/;

/** Oldest first; the last lines at all where none tells of an error. */
export function readLastWords(home: string, kind: ProcessKindRow): string[] {
  const lines = readEnd(logOf(home, kind), readBytes)
    .split('\n')
    .map((line) => line.trim().slice(0, longestLine))
    .filter((line) => line !== '');
  const errors = lines.filter((line) => isError.test(line));
  return (errors.length > 0 ? errors : lines).slice(-mostLines);
}

/** Whether anything was logged since then; older words are those of another process. Epoch milliseconds. */
export function hasSpokenSince(home: string, kind: ProcessKindRow, time: number): boolean {
  return (statSync(logOf(home, kind), { throwIfNoEntry: false })?.mtimeMs ?? 0) >= time;
}

function logOf(home: string, { executableName }: ProcessKindRow): string {
  return join(home, 'log', `${executableName}.log`);
}
