/** Reads a pid file that a database wrote. Whatever lies there instead must neither block nor mislead the agent. */
import { closeSync, constants, openSync, readSync } from 'node:fs';
import { isSystemError } from './agent-failure.ts';

export type PidFileReading =
  | { readonly state: 'absent' | 'unreadable'; readonly pid: null }
  | { readonly state: 'read'; readonly pid: number };

/** A pid is at most 7 digits (2^22); more than this is not a pid file. */
const longestPidFileBytes = 32;

export function readPidFile(path: string): PidFileReading {
  let descriptor: number;
  try {
    // NONBLOCK: opening a pipe left there by somebody must not wait for a writer.
    descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    return { state: isSystemError(error, 'ENOENT') ? 'absent' : 'unreadable', pid: null };
  }
  try {
    const bytes = Buffer.alloc(longestPidFileBytes);
    const text = bytes.toString('latin1', 0, readSync(descriptor, bytes)).trim();
    return /^[1-9]\d{0,9}$/.test(text)
      ? { state: 'read', pid: Number(text) }
      : { state: 'unreadable', pid: null };
  } catch {
    // A folder, a pipe without data, a sick disk: in each case the file tells nothing.
    return { state: 'unreadable', pid: null };
  } finally {
    closeSync(descriptor);
  }
}
