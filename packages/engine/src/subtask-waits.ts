/**
 * What the subtasks of one task wait for, on its way to the store. It rides along with log lines and changes: every wait that
 * has seen something says so in its log. A wait that ends before anything else was to be written is never stored.
 *
 * Arrays, and none that is empty: ten thousand tasks may wait at the same time, most of them with one subtask.
 */
import { boundedText } from './bounded-text.ts';
import type { Waiting } from './step-context.ts';
import type { Subtask, Task } from './task.ts';
import type { SubtaskWait } from './task-store.ts';
import { firstLook } from './wait-for.ts';

type Run = Pick<Subtask, 'id' | 'attempt' | 'mode'>;

const none: readonly never[] = [];

export class SubtaskWaits {
  #unwritten: readonly SubtaskWait[] = none;
  /** Subtasks that the store shows as waiting. */
  #stored: readonly number[] = none;

  /**
   * A wait that has seen nothing yet is mostly over at once, and never stored.
   * @returns whether the store shows a wait that is over.
   */
  note({ id: subtaskId, attempt, mode }: Run, shown: Waiting | undefined): boolean {
    const waiting = shown?.evidence === firstLook ? undefined : shown;
    const isStored = this.#stored.includes(subtaskId);
    if (waiting === undefined && !isStored && this.#unwritten.length === 0) return false;
    const others = this.#unwritten.filter((wait) => wait.subtaskId !== subtaskId);
    if (waiting !== undefined || isStored) {
      this.#unwritten = [...others, { subtaskId, attempt, mode, waiting: bounded(waiting) }];
    } else this.#unwritten = others.length === 0 ? none : others;
    return isStored && waiting === undefined;
  }

  /** @param subtask as it was read: what a former owner left is over, for its body has ended. */
  noteFormer(subtask: Subtask): void {
    if (subtask.waitingFor === undefined) return;
    this.#stored = [...this.#stored, subtask.id];
    this.note(subtask, undefined);
  }

  /** For a change; given back when the change was not made. */
  take(): readonly SubtaskWait[] {
    const waits = this.#unwritten;
    if (waits.length === 0) return waits;
    const rest = this.#stored.filter((id) => !waits.some(({ subtaskId }) => subtaskId === id));
    const shown = waits.flatMap(({ subtaskId, waiting }) => (waiting === null ? [] : [subtaskId]));
    this.#stored = [...rest, ...shown];
    this.#unwritten = none;
    return waits;
  }

  giveBack(waits: readonly SubtaskWait[]): void {
    const newer = new Set(this.#unwritten.map(({ subtaskId }) => subtaskId));
    const older = waits.filter(({ subtaskId }) => !newer.has(subtaskId));
    if (older.length > 0) this.#unwritten = [...older, ...this.#unwritten];
  }
}

function bounded(waiting: Waiting | undefined): Waiting | null {
  if (waiting === undefined) return null;
  const [what, evidence] = [boundedText(waiting.what), boundedText(waiting.evidence)];
  const fits = what === waiting.what && evidence === waiting.evidence;
  return fits ? waiting : { ...waiting, what, evidence };
}

/** What is kept of a task in memory: there its waits are those of its bodies. */
export function withoutWaits(task: Task): Task {
  if (task.subtasks.every(({ waitingFor }) => waitingFor === undefined)) return task;
  return { ...task, subtasks: task.subtasks.map((subtask) => ({ ...subtask, waitingFor: undefined })) };
}
