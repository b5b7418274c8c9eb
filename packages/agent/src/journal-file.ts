/**
 * The journal on disk: JSON lines, only ever appended, each line durable when `append` returns.
 *
 * Writes are synchronous on purpose. A line is written right before the effect it announces, in the same turn of the
 * event loop, and the few lines a command needs cost less than the process they start or stop.
 *
 * A crash can tear the last line; it is cut off when the file is opened. A bad line with good ones after it is damage
 * that no crash explains: the agent refuses to start, because what it forgot it might do twice.
 */
import {
  closeSync,
  constants,
  fdatasyncSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  openSync,
  readFileSync,
  renameSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { type JournalEntry, journalEntry } from '@openocp/contract';
import { AgentFailure } from './agent-failure.ts';

export class JournalFile {
  readonly #path: string;
  #descriptor: number;
  #bytes = 0;
  #broken = false;

  /** Opens or creates it. @throws Error when it is damaged. */
  constructor(path: string) {
    this.#path = path;
    this.#descriptor = openSync(path, 'a+', 0o600);
    syncDirectoryOf(path);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Reads what earlier processes wrote and cuts a torn end off. Once, before the first `append`. */
  recover(): { readonly entries: JournalEntry[]; readonly tornBytes: number } {
    const content = readFileSync(this.#path);
    const { entries, goodBytes } = parseJournal(content, this.#path);
    if (goodBytes < content.length) {
      ftruncateSync(this.#descriptor, goodBytes);
      fdatasyncSync(this.#descriptor);
    }
    this.#bytes = goodBytes;
    return { entries, tornBytes: content.length - goodBytes };
  }

  /** @throws AgentFailure when the line is not durable; then nothing may be done that relies on it. */
  append(entry: JournalEntry): void {
    if (this.#broken) {
      throw new AgentFailure('internal', `the journal ${this.#path} is broken; restart the agent`);
    }
    try {
      const line = Buffer.from(lineOf(entry));
      writeFully(this.#descriptor, line);
      fdatasyncSync(this.#descriptor);
      this.#bytes += line.length;
    } catch (cause) {
      this.#takeBack();
      throw new AgentFailure('internal', `the journal ${this.#path} cannot be written`, { cause });
    }
  }

  /**
   * Replaces the content by `entries`; the file as it was stays under `archivePath`. The name is never missing: the
   * archive is a second link to the old file, and the new one is renamed over it.
   */
  replace(entries: readonly JournalEntry[], archivePath: string): void {
    const fresh = `${this.#path}.new`;
    const { O_RDWR, O_CREAT, O_TRUNC, O_APPEND } = constants;
    const descriptor = openSync(fresh, O_RDWR | O_CREAT | O_TRUNC | O_APPEND, 0o600);
    const content = Buffer.from(entries.map(lineOf).join(''));
    try {
      writeFully(descriptor, content);
      fsyncSync(descriptor);
      linkSync(this.#path, archivePath);
      renameSync(fresh, this.#path);
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
    closeSync(this.#descriptor);
    this.#descriptor = descriptor;
    this.#bytes = content.length;
    syncDirectoryOf(this.#path);
  }

  close(): void {
    this.#broken = true;
    closeSync(this.#descriptor);
  }

  /** A half-written line must not stay in front of the next one. */
  #takeBack(): void {
    try {
      ftruncateSync(this.#descriptor, this.#bytes);
      fdatasyncSync(this.#descriptor);
    } catch {
      // The disk takes nothing any more. The failure of the append is reported; from here on every command is refused.
      this.#broken = true;
    }
  }
}

function lineOf(entry: JournalEntry): string {
  return `${JSON.stringify(entry)}\n`;
}

function writeFully(descriptor: number, content: Buffer): void {
  for (let written = 0; written < content.length; ) {
    written += writeSync(descriptor, content, written);
  }
}

/** A new or renamed file is durable only when its folder is. */
export function syncDirectoryOf(path: string): void {
  const descriptor = openSync(dirname(path), 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

function parseJournal(content: Buffer, path: string): { entries: JournalEntry[]; goodBytes: number } {
  const entries: JournalEntry[] = [];
  let goodBytes = 0;
  let start = 0;
  for (let line = 1; start < content.length; line += 1) {
    const end = content.indexOf(0x0a, start);
    const entry = end === -1 ? undefined : parseLine(content.toString('utf8', start, end));
    start = end === -1 ? content.length : end + 1;
    if (entry === undefined) {
      continue;
    }
    if (entries.length !== line - 1) {
      throw new Error(`journal ${path} is damaged before line ${line}; move it away to start without memory`);
    }
    entries.push(entry);
    goodBytes = start;
  }
  return { entries, goodBytes };
}

function parseLine(text: string): JournalEntry | undefined {
  try {
    return journalEntry.parse(JSON.parse(text));
  } catch {
    // Torn or damaged; which of the two, the lines after it tell.
    return undefined;
  }
}
