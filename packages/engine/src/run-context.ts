/**
 * What a body sees of its run. A class and no bundle of closures: ten thousand bodies may wait at the same time, and each has
 * one of these.
 */
import type { Clock } from './clock.ts';
import type { Step } from './operation.ts';
import type { Observation, StepContext, StepLog, Waiting, WaitOptions } from './step-context.ts';
import { readResult, readResultIfAny } from './step-results.ts';
import type { RunMode, Subtask, Task } from './task.ts';
import type { LogLevel } from './task-store.ts';
import { waitFor } from './wait-for.ts';

/** The run, as its context needs it. */
export interface ContextRun {
  readonly clock: Clock;
  readonly task: Task;
  readonly subtask: Subtask;
  log(level: LogLevel, text: string): void;
  annotate(entries: Readonly<Record<string, string>>): void;
  showWaiting(waiting: Waiting | undefined): void;
  assertOwned(signal: AbortSignal): Promise<void>;
}

export class RunContext implements StepContext {
  readonly signal: AbortSignal;
  readonly #run: ContextRun;
  readonly log: StepLog;

  constructor(run: ContextRun, signal: AbortSignal) {
    this.#run = run;
    this.signal = signal;
    this.log = new RunLog(run);
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
    const { clock } = this.#run;
    const show = (waiting: Waiting | undefined): void => this.#run.showWaiting(waiting);
    return waitFor({ clock, signal: this.signal, log: this.log, show }, what, look, options);
  }

  assertOwned(): Promise<void> {
    return this.#run.assertOwned(this.signal);
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
