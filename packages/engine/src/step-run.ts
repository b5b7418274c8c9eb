/**
 * One run of one body: gives it its context, keeps its time, and finds out how it ended.
 *
 * A body ends only by itself. Whoever wants it to end aborts its signal and waits; the run says that it is over when the
 * body has settled, so that nothing of it is in flight any more. The one exception is a body that ignores its own timeout:
 * its subtask fails after a grace period, and no other body of that subtask starts here before the old one has settled.
 */
import { OwnershipLost, type RunAborted, RunCancelled, RunTimedOut, ShuttingDown } from './abort-reasons.ts';
import { type Clock, pause, type Unschedule } from './clock.ts';
import type { JsonValue, Step } from './operation.ts';
import type { RunOutcome } from './state-machine.ts';
import { OutcomeUnknown, type StepContext, StepFailure, type Waiting } from './step-context.ts';
import { encodeResult, readResult, readResultIfAny } from './step-results.ts';
import type { Subtask, Task } from './task.ts';
import type { LogLevel } from './task-store.ts';
import { waitFor } from './wait-for.ts';

export interface StepRunEnvironment {
  readonly clock: Clock;
  /** For the jitter of pauses: from 0 to below 1. */
  readonly random: () => number;
  /** Proves against the store that this instance still owns the task. */
  assertOwned(): Promise<void>;
  log(subtask: Subtask, level: LogLevel, text: string): void;
  waitingChanged(subtask: Subtask, waiting: Waiting | undefined): void;
  /** Resolves when an older body of the same subtask, if any, has settled. */
  readonly previous: Promise<void>;
  /** Called once, unless the run ended for lack of ownership or for shutdown. */
  ended(outcome: RunOutcome, annotations: Readonly<Record<string, string>>): void;
}

/** A body that does not react to its timeout within this time is declared failed without it. */
const unresponsiveGraceMs = 10_000;
const firstLookAgainMs = 200;
const lastLookAgainMs = 5000;

export class StepRun {
  readonly task: Task;
  readonly subtask: Subtask;
  /** Resolves when the body has settled. Never rejects. */
  readonly settled: Promise<void>;
  waitingFor: Waiting | undefined;
  readonly #step: Step<unknown>;
  readonly #environment: StepRunEnvironment;
  readonly #annotations: Record<string, string> = {};
  #controller = new AbortController();
  #isCancelled = false;
  #unknown: OutcomeUnknown | undefined;
  #hasEnded = false;

  constructor(task: Task, subtask: Subtask, step: Step<unknown>, environment: StepRunEnvironment) {
    this.task = task;
    this.subtask = subtask;
    this.#step = step;
    this.#environment = environment;
    this.settled = this.#execute();
  }

  isFor(subtask: Subtask): boolean {
    return this.subtask.attempt === subtask.attempt && this.subtask.mode === subtask.mode;
  }

  abort(reason: RunAborted): void {
    if (reason instanceof RunCancelled) this.#isCancelled = true;
    this.#controller.abort(reason);
  }

  async #execute(): Promise<void> {
    const stopTimer = this.#startTimer();
    let outcome: RunOutcome | undefined;
    try {
      await this.#environment.previous;
      outcome = await this.#runUntilKnown();
    } finally {
      stopTimer();
    }
    if (outcome !== undefined) this.#end(outcome);
  }

  #startTimer(): Unschedule {
    const { clock } = this.#environment;
    let stop = clock.schedule(this.subtask.timeoutMs, () => {
      this.#controller.abort(new RunTimedOut(this.#timeoutText()));
      if (this.#isCancelled) return;
      stop = clock.schedule(unresponsiveGraceMs, () => {
        if (this.#isCancelled) return;
        this.#end({ kind: 'failed', failure: `${this.#timeoutText()}, and the step does not react` });
      });
    });
    return () => stop();
  }

  #timeoutText(): string {
    const unknown = this.#unknown === undefined ? '' : `; the outcome is unknown: ${this.#unknown.message}`;
    return `Timed out after ${this.subtask.timeoutMs / 1000} s${unknown}`;
  }

  /** Undefined: the run ends without an outcome, and somebody else goes on. */
  async #runUntilKnown(): Promise<RunOutcome | undefined> {
    let pauseMs = firstLookAgainMs;
    for (;;) {
      try {
        return await this.#runOnce();
      } catch (error) {
        const reason: unknown = this.#controller.signal.reason;
        if (reason instanceof OwnershipLost || reason instanceof ShuttingDown) return undefined;
        if (error instanceof OutcomeUnknown) this.#unknown = error;
        if (reason instanceof RunTimedOut) return { kind: 'failed', failure: this.#timeoutText() };
        if (!(error instanceof OutcomeUnknown)) return this.#failure(error);
      }
      this.#log('WARN', `The outcome is unknown: ${this.#unknown?.message}. The step runs again, to look`);
      await this.#pauseBeforeLook(pauseMs * (0.5 + this.#environment.random() / 2));
      pauseMs = Math.min(pauseMs * 2, lastLookAgainMs);
    }
  }

  /** A cancel ends the pause, but not the need to look: only a settled effect may be left behind. */
  async #pauseBeforeLook(pauseMs: number): Promise<void> {
    if (this.#controller.signal.reason instanceof RunCancelled) this.#controller = new AbortController();
    try {
      await pause(this.#environment.clock, pauseMs, this.#controller.signal);
    } catch {
      if (this.#controller.signal.reason instanceof RunCancelled) this.#controller = new AbortController();
    }
  }

  #failure(error: unknown): RunOutcome {
    if (this.#isCancelled && error instanceof RunCancelled) return { kind: 'cancelled' };
    if (this.#isCancelled && error instanceof Error && error.name === 'AbortError')
      return { kind: 'cancelled' };
    if (!(error instanceof StepFailure) && error instanceof Error && error.stack !== undefined) {
      this.#log('ERROR', error.stack);
    }
    return { kind: 'failed', failure: error instanceof Error ? error.message : String(error) };
  }

  async #runOnce(): Promise<RunOutcome> {
    const { definition } = this.#step;
    const { signal } = this.#controller;
    signal.throwIfAborted();
    const context = this.#context(signal);
    if (this.subtask.mode === 'run') {
      const result: JsonValue | undefined = encodeResult(this.#step, await definition.run(context));
      return result === undefined ? { kind: 'succeeded' } : { kind: 'succeeded', result };
    }
    if (typeof definition.undo === 'function') await definition.undo(context);
    else this.#log('INFO', `Nothing to undo: ${definition.undo.nothingToUndo}`);
    return { kind: 'succeeded' };
  }

  #context(signal: AbortSignal): StepContext {
    const { clock } = this.#environment;
    const { task, subtask } = this;
    const log = {
      info: (message: string) => this.#log('INFO', message),
      warn: (message: string) => this.#log('WARN', message),
      error: (message: string) => this.#log('ERROR', message),
    };
    const show = (waiting: Waiting | undefined): void => {
      if (this.#hasEnded || waiting === this.waitingFor) return;
      this.waitingFor = waiting;
      this.#environment.waitingChanged(subtask, waiting);
    };
    // A retry undoes what the attempt before it left behind.
    const isUndoBeforeRetry = subtask.mode === 'undo' && subtask.operation === 'RETRY';
    return {
      taskId: task.id,
      subtaskId: subtask.id,
      attempt: isUndoBeforeRetry ? subtask.attempt - 1 : subtask.attempt,
      fence: task.fence,
      mode: subtask.mode,
      signal,
      log,
      result: (step) => readResult(task, step),
      resultIfAny: (step) => readResultIfAny(task, step),
      annotate: (entries) => {
        Object.assign(this.#annotations, entries);
      },
      waitFor: (what, look, options) => waitFor({ clock, signal, log, show }, what, look, options),
      assertOwned: async () => {
        signal.throwIfAborted();
        if (this.#hasEnded) throw new RunTimedOut(this.#timeoutText());
        await this.#environment.assertOwned();
        signal.throwIfAborted();
      },
    };
  }

  #log(level: LogLevel, text: string): void {
    if (!this.#hasEnded) this.#environment.log(this.subtask, level, text);
  }

  #end(outcome: RunOutcome): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#environment.ended(outcome, this.#annotations);
  }
}
