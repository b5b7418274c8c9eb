/**
 * The log of the sys log stream on one member, durable against the death of the process at any moment: entries are
 * appended to a file line by line; a torn last line was never acknowledged and is dropped on load. A snapshot is
 * written beside and renamed; entries at or below it are ignored on load, so dying between the two steps is harmless.
 * (Power loss is not survived: nothing is fsynced.)
 */
import { appendFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { replaceFile } from '../store/replace-file.ts';
import type { LogPosition } from './election.ts';

export interface LogEntry<Change> {
  readonly term: number;
  readonly index: number;
  readonly changes: readonly Change[];
}

export interface LogSnapshot {
  readonly term: number;
  readonly index: number;
  readonly state: unknown;
}

export class ReplicatedLog<Change> {
  readonly #folder: string;
  #snapshot: LogSnapshot;
  #entries: LogEntry<Change>[];

  private constructor(folder: string, snapshot: LogSnapshot, entries: LogEntry<Change>[]) {
    this.#folder = folder;
    this.#snapshot = snapshot;
    this.#entries = entries;
  }

  static create<Change>(folder: string, snapshot: LogSnapshot): ReplicatedLog<Change> {
    mkdirSync(folder, { recursive: true });
    const log = new ReplicatedLog<Change>(folder, snapshot, []);
    log.#rewrite();
    return log;
  }

  /** Undefined when this folder never held a log. */
  static open<Change>(folder: string): ReplicatedLog<Change> | undefined {
    const snapshotFile = join(folder, 'snapshot.json');
    if (!existsSync(snapshotFile)) return undefined;
    const snapshot = JSON.parse(readFileSync(snapshotFile, 'utf8')) as LogSnapshot;
    const log = new ReplicatedLog<Change>(folder, snapshot, readEntries(join(folder, 'log.jsonl'), snapshot));
    // Also rids the file of a torn tail, which the next append would otherwise continue.
    log.#rewrite();
    return log;
  }

  get snapshot(): LogSnapshot {
    return this.#snapshot;
  }

  get last(): LogPosition {
    const { term, index } = this.#entries.at(-1) ?? this.#snapshot;
    return { term, index };
  }

  /** Undefined below the snapshot and beyond the end. */
  termAt(index: number): number | undefined {
    if (index === this.#snapshot.index) return this.#snapshot.term;
    return this.#entries[index - this.#snapshot.index - 1]?.term;
  }

  entriesAfter(index: number, limit: number): readonly LogEntry<Change>[] {
    const from = index - this.#snapshot.index;
    return from < 0 ? [] : this.#entries.slice(from, from + limit);
  }

  append(term: number, changes: readonly Change[]): LogEntry<Change> {
    const entry = { term, index: this.last.index + 1, changes };
    this.#write([entry]);
    return entry;
  }

  /** Follower: takes what the leader sent after `previous`. False when the logs do not meet there. */
  accept(previous: LogPosition, entries: readonly LogEntry<Change>[]): boolean {
    if (previous.index >= this.#snapshot.index && this.termAt(previous.index) !== previous.term) return false;
    const missing = entries.filter(({ index, term }) => {
      return index > this.#snapshot.index && this.termAt(index) !== term;
    });
    const [first] = missing;
    if (first === undefined) return true;
    if (first.index <= this.last.index) {
      this.#entries.length = first.index - this.#snapshot.index - 1;
      this.#rewrite();
    }
    this.#write(missing);
    return true;
  }

  /** Replaces everything up to the position by its state; entries after it stay when they continue it. */
  compact(snapshot: LogSnapshot): void {
    const continues = this.termAt(snapshot.index) === snapshot.term;
    this.#entries = continues ? this.#entries.filter(({ index }) => index > snapshot.index) : [];
    this.#snapshot = snapshot;
    this.#rewrite();
  }

  #write(entries: readonly LogEntry<Change>[]): void {
    const lines = entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
    appendFileSync(join(this.#folder, 'log.jsonl'), lines);
    this.#entries.push(...entries);
  }

  #rewrite(): void {
    // Snapshot first: a log that starts after a missing snapshot would be lost, the other order only repeats entries.
    replaceFile(join(this.#folder, 'snapshot.json'), JSON.stringify(this.#snapshot));
    const lines = this.#entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');
    replaceFile(join(this.#folder, 'log.jsonl'), lines);
  }
}

function readEntries<Change>(file: string, snapshot: LogSnapshot): LogEntry<Change>[] {
  const entries: LogEntry<Change>[] = [];
  const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
  for (const line of text.slice(0, text.lastIndexOf('\n') + 1).split('\n')) {
    if (line === '') continue;
    const entry = JSON.parse(line) as LogEntry<Change>;
    if (entry.index === snapshot.index + entries.length + 1) entries.push(entry);
  }
  return entries;
}
