/**
 * Commits that SQLite has written to a write-ahead log, read from the log itself: a frame that ends a transaction carries
 * the size of the database, any other carries 0. Frames with another salt than the header are left from before a restart
 * of the log.
 */
import { readFileSync } from 'node:fs';

const headerBytes = 32;
const frameHeaderBytes = 24;
const pageSizeOffset = 8;
const saltOffset = 16;
const saltBytes = 8;
const commitOffset = 4;
const frameSaltOffset = 8;

export function countCommits(walFile: string): number {
  const wal = readFileSync(walFile);
  const frameBytes = frameHeaderBytes + wal.readUInt32BE(pageSizeOffset);
  const salt = wal.subarray(saltOffset, saltOffset + saltBytes);
  let commits = 0;
  for (let frame = headerBytes; frame + frameBytes <= wal.length; frame += frameBytes) {
    const start = frame + frameSaltOffset;
    if (!wal.subarray(start, start + saltBytes).equals(salt)) break;
    if (wal.readUInt32BE(frame + commitOffset) > 0) commits += 1;
  }
  return commits;
}
