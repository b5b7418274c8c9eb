/**
 * What the agent did and for whom. It answers three questions: was this command acted on before, with what result, and
 * which fence is the highest seen for a home.
 *
 * Memory is bounded: per home the newest commands are kept, older ones are only in the files. That is safe, because a
 * forgotten command could only come again with the fence of its time, and all remembered ones came later with fences
 * at least as high: one ownership would have to issue that many commands to one home, then repeat its first.
 */
import { join } from 'node:path';
import type { AgentCommand, JournalEntry } from '@openocp/contract';
import { JournalFile } from './journal-file.ts';

/** One task sends a home a handful of commands; this is some ten tasks of memory. */
const commandsKeptPerHome = 64;
/** The file is rewritten with what is remembered when it grows past this, the old one kept beside it. */
const rewriteAboveBytes = 1024 * 1024;

export type Verb = JournalEntry['verb'];

/** The same text means the same command: the one thing redelivery is judged by, besides the home. */
export function commandKey(verb: Verb, command: AgentCommand): string {
  return `${verb}/${command.taskId}/${command.subtaskId}/${command.attempt}/${command.mode}`;
}

export class Journal {
  readonly tornBytes: number;
  readonly #directory: string;
  readonly #file: JournalFile;
  readonly #now: () => number;
  /** Home -> command key -> entries; the most recently used command last. */
  readonly #homes = new Map<string, Map<string, JournalEntry[]>>();
  readonly #fences = new Map<string, number>();
  #sequence = 0;
  #rewriteAt = rewriteAboveBytes;

  /** @throws Error when the file is damaged. */
  constructor(directory: string, now: () => number) {
    this.#directory = directory;
    this.#now = now;
    this.#file = new JournalFile(join(directory, 'journal.jsonl'));
    const { entries, tornBytes } = this.#file.recover();
    this.tornBytes = tornBytes;
    for (const entry of entries) {
      this.#remember(entry);
    }
  }

  /** Durable when it returns. @throws AgentFailure when it cannot be made durable. */
  append(event: Omit<JournalEntry, 'sequence' | 'time'>): JournalEntry {
    const entry = { sequence: this.#sequence + 1, time: this.#now(), ...event };
    this.#file.append(entry);
    this.#remember(entry);
    this.#rewriteIfLarge();
    return entry;
  }

  /** 0 when no command was seen for this home. */
  highestFence(home: string): number {
    return this.#fences.get(home) ?? 0;
  }

  /** Entries of one command, oldest first. */
  entriesOfCommand(home: string, key: string): readonly JournalEntry[] {
    return this.#homes.get(home)?.get(key) ?? [];
  }

  /** Remembered entries of one home or of all, oldest first. */
  listEntries(home?: string): JournalEntry[] {
    const homes = home === undefined ? [...this.#homes.values()] : [this.#homes.get(home) ?? new Map()];
    return homes
      .flatMap((commands) => [...commands.values()].flat())
      .sort((one, other) => one.sequence - other.sequence);
  }

  close(): void {
    this.#file.close();
  }

  #remember(entry: JournalEntry): void {
    this.#sequence = Math.max(this.#sequence, entry.sequence);
    this.#fences.set(entry.home, Math.max(this.highestFence(entry.home), entry.command.fence));
    const commands = this.#homes.get(entry.home) ?? new Map<string, JournalEntry[]>();
    this.#homes.set(entry.home, commands);
    const key = commandKey(entry.verb, entry.command);
    const entries = commands.get(key) ?? [];
    commands.delete(key);
    commands.set(key, [...entries, entry]);
    for (const oldest of commands.keys()) {
      if (commands.size <= commandsKeptPerHome) {
        break;
      }
      commands.delete(oldest);
    }
  }

  #rewriteIfLarge(): void {
    if (this.#file.bytes <= this.#rewriteAt) {
      return;
    }
    try {
      this.#file.replace(this.listEntries(), join(this.#directory, `journal-until-${this.#sequence}.jsonl`));
    } catch {
      // The old file is whole and goes on being used. The entry that led here is durable, so its effect may follow.
    }
    // What is remembered may itself be large; then the next try waits until the file has doubled.
    this.#rewriteAt = Math.max(rewriteAboveBytes, 2 * this.#file.bytes);
  }
}
