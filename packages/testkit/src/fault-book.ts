/** What the faulty control plane consults at every point: is there a fault here and now? */
import { appendFileSync, readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { type Fault, type FaultAction, faultFile, type Moment } from './fault.ts';

/** A point as it is reached; nothing in it is a `*`. */
export type ReachedPoint =
  | { readonly kind: 'step' | 'undo'; readonly operation: string; readonly subtask: string }
  | { readonly kind: 'commit'; readonly number: number };

const alwaysActions: readonly FaultAction[] = ['repeat', 'fill'];
const lookMs = 10;

export class FaultBook {
  readonly #file: string;
  #text = '';
  #version = -1;
  #faults: readonly Fault[] = [];
  #used = new Map<Fault, number>();
  #commits = 0;

  constructor(file: string) {
    this.#file = file;
  }

  /** @returns the number of the commit that begins now. */
  countCommit(): number {
    this.#read();
    this.#commits += 1;
    return this.#commits;
  }

  /** Finds the fault of this point, if it has one of these actions left, and notes that it happens. */
  take(point: ReachedPoint, moment: Moment, actions: readonly FaultAction[]): Fault | undefined {
    this.#read();
    const found = this.#faults.find(
      (each) => actions.includes(each.do) && isAt(each.at, point, moment) && this.#isLeft(each),
    );
    if (found === undefined) return undefined;
    this.#used.set(found, (this.#used.get(found) ?? 0) + 1);
    const fired = { version: this.#version, at: found.at, do: found.do };
    appendFileSync(`${this.#file}.fired`, `${JSON.stringify(fired)}\n`);
    return found;
  }

  isInForce(fault: Fault): boolean {
    this.#read();
    return this.#faults.includes(fault);
  }

  /** Resolves when the fault is withdrawn. @throws the signal's reason. */
  async waitUntilWithdrawn(fault: Fault, signal?: AbortSignal): Promise<void> {
    while (this.isInForce(fault)) {
      signal?.throwIfAborted();
      await pause(lookMs);
    }
  }

  #isLeft(each: Fault): boolean {
    return alwaysActions.includes(each.do) || (this.#used.get(each) ?? 0) < (each.times ?? 1);
  }

  #read(): void {
    const text = readFileSync(this.#file, 'utf8');
    if (text === this.#text) return;
    const { version, faults } = faultFile.parse(JSON.parse(text));
    this.#text = text;
    this.#version = version;
    this.#faults = faults;
    this.#used = new Map();
    this.#commits = 0;
  }
}

function isAt(at: string, point: ReachedPoint, moment: Moment): boolean {
  const names = point.kind === 'commit' ? [String(point.number)] : [point.operation, point.subtask];
  const parts = [point.kind, ...names, moment];
  const wanted = at.split('|');
  return (
    wanted.length === parts.length && wanted.every((part, index) => part === '*' || part === parts[index])
  );
}
