/**
 * What a body sees of its run. A class and no bundle of closures: ten thousand bodies may wait at the same time, and each has
 * one of these.
 */
import type { Interruption } from './interruption.ts';
import type { Step } from './operation.ts';
import type { Observation, StepContext, StepLog, WaitOptions } from './step-context.ts';
import { readResult, readResultIfAny } from './step-results.ts';
import type { RunMode, Subtask, Task } from './task.ts';
import { type WaitingRun, waitFor } from './wait-for.ts';

/** The run, as its context needs it. */
export interface ContextRun extends WaitingRun {
  readonly task: Task;
  readonly subtask: Subtask;
  annotate(entries: Readonly<Record<string, string>>): void;
  assertOwned(interruption: Interruption): Promise<void>;
}

export class RunContext implements StepContext {
  readonly #run: ContextRun;
  readonly #interruption: Interruption;

  constructor(run: ContextRun, interruption: Interruption) {
    this.#run = run;
    this.#interruption = interruption;
  }

  get signal(): AbortSignal {
    return this.#interruption.signal;
  }

  get log(): StepLog {
    return new RunLog(this.#run);
  }

  get taskId(): number {
    return this.#run.task.id;
  }

  get subtaskId(): number {
    return this.#run.subtask.id;
  }

  get attempt(): number {
    const { mode, operation, attempt } = this.#run.subtask;
    // A retry undoes what the attempt before it left behind.
    return mode === 'undo' && operation === 'RETRY' ? attempt - 1 : attempt;
  }

  get fence(): number {
    return this.#run.task.fence;
  }

  get mode(): RunMode {
    return this.#run.subtask.mode;
  }

  get isRetry(): boolean {
    return this.#run.subtask.operation === 'RETRY';
  }

  result<R>(step: Step<R>): R {
    return readResult(this.#run.task, step);
  }

  resultIfAny<R>(step: Step<R>): R | undefined {
    return readResultIfAny(this.#run.task, step);
  }

  annotate(entries: Readonly<Record<string, string>>): void {
    this.#run.annotate(entries);
  }

  waitFor<T>(what: string, look: () => Promise<Observation<T>>, options: WaitOptions): Promise<T> {
    return waitFor(this.#run, this.#interruption, what, look, options);
  }

  assertOwned(): Promise<void> {
    return this.#run.assertOwned(this.#interruption);
  }
}

class RunLog implements StepLog {
  readonly #run: ContextRun;

  constructor(run: ContextRun) {
    this.#run = run;
  }

  info(message: string): void {
    this.#run.log('INFO', message);
  }

  warn(message: string): void {
    this.#run.log('WARN', message);
  }

  error(message: string): void {
    this.#run.log('ERROR', message);
  }
}
