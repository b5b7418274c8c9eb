/**
 * A full disk for SQLite without filling one: the database may not grow beyond its present number of pages. SQLite then
 * reports SQLITE_FULL and behaves in every way as on a full disk, down to ending the transaction by itself.
 */
import { DatabaseSync } from 'node:sqlite';
import { z } from 'zod';

const pageCount = z.object({ page_count: z.int() });
/** SQLite's own upper limit. */
const mostPages = 4_294_967_294;

export class FullDisk {
  /** The limit belongs to a connection, so the writing ones are needed. */
  readonly #writers = new Set<DatabaseSync>();

  /** Must be called before the control plane opens its database. */
  watch(): void {
    const writers = this.#writers;
    const { value: exec } = z
      .object({
        value: z.custom<(this: DatabaseSync, sql: string) => void>((value) => typeof value === 'function'),
      })
      .parse(Object.getOwnPropertyDescriptor(DatabaseSync.prototype, 'exec'));
    DatabaseSync.prototype.exec = function watched(sql: string): void {
      if (/journal_mode\s*=\s*wal/i.test(sql)) writers.add(this);
      exec.call(this, sql);
    };
  }

  fill(): void {
    for (const writer of this.#writers) {
      const { page_count: pages } = pageCount.parse(writer.prepare('pragma page_count').get());
      writer.exec(`pragma max_page_count = ${pages}`);
    }
  }

  drain(): void {
    for (const writer of this.#writers) writer.exec(`pragma max_page_count = ${mostPages}`);
  }
}
