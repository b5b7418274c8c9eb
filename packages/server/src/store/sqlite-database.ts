/** Opens the embedded metadata database: one file, one server process. */
import { DatabaseSync } from 'node:sqlite';
import { Kysely } from 'kysely';
import { ReadingDatabase } from './reading-database.ts';
import type { Database } from './schema.ts';
import { SqliteDialect } from './sqlite-driver.ts';

/** Another process has the database file open as its server. */
export class DatabaseInUse extends Error {
  override readonly name = 'DatabaseInUse';
}

/** Other tools may hold the file for a moment, for a backup say. */
const busyTimeoutMs = 5000;

/** 16 MB of log between two checkpoints: the same few pages change again and again, so later is cheaper. */
const pagesPerCheckpoint = 4000;

/** @throws DatabaseInUse */
export function openSqlite(path: string, exclusive: boolean): { db: Kysely<Database>; release: () => void } {
  const lock = exclusive ? lockFile(path) : undefined;
  try {
    const writer = new DatabaseSync(path, { timeout: busyTimeoutMs });
    // FULL: a commit that was answered survives a power cut.
    writer.exec('pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on;');
    writer.exec(`pragma wal_autocheckpoint = ${pagesPerCheckpoint}`);
    const reader = new ReadingDatabase(path, { timeout: busyTimeoutMs, readOnly: true });
    const db = new Kysely<Database>({ dialect: new SqliteDialect(writer, reader) });
    return { db, release: () => lock?.close() };
  } catch (error) {
    lock?.close();
    throw error;
  }
}

/**
 * The lock is an exclusive transaction on an empty database beside the file, so the kernel frees it when the process
 * dies, and the file itself stays readable for other tools.
 */
function lockFile(path: string): DatabaseSync {
  const lock = new DatabaseSync(`${path}.lock`, { timeout: 0 });
  try {
    lock.exec('pragma journal_mode = memory; begin exclusive;');
    return lock;
  } catch (cause) {
    lock.close();
    throw new DatabaseInUse(
      `${path} is in use by another OpenOCP server. One file serves one process; several need a MySQL-protocol database`,
      { cause },
    );
  }
}
