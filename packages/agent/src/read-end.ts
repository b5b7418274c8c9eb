/** The end of a text file that a database writes, for people to read. */
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { stripVTControlCharacters } from 'node:util';

/** At most `bytes` of it, control characters but line ends removed. Empty when it cannot be read, or is a link. */
export function readEnd(file: string, bytes: number): string {
  let descriptor: number;
  try {
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW);
  } catch {
    // Nothing to show is no reason to hide the failure that is being reported.
    return '';
  }
  try {
    const buffer = Buffer.alloc(bytes);
    const from = Math.max(0, fstatSync(descriptor).size - bytes);
    const text = buffer.toString('utf8', 0, readSync(descriptor, buffer, 0, bytes, from));
    return stripVTControlCharacters(text).replace(/[^\P{Cc}\n]/gu, ' ');
  } finally {
    closeSync(descriptor);
  }
}
