/**
 * One run of one body: gives it its context, keeps its time, and finds out how it ended.
 *
 * A body ends only by itself. Whoever wants it to end aborts its signal and waits; the run says that it is over when the
 * body has settled, so that nothing of it is in flight any more. The one exception is a body that ignores its own timeout:
 * its subtask fails after a grace period, and no other body of that subtask starts here before the old one has settled.
 */
import { OwnershipLost, type RunAborted, RunCancelled, RunTimedOut, ShuttingDown } from './abort-reasons.ts';
import { boundedText } from './bounded-text.ts';
import { type Clock, pause, type Unschedule } from './clock.ts';
import type { JsonValue, Step } from './operation.ts';
import { type ContextRun, RunContext } from './run-context.ts';
import type { RunOutcome } from './state-machine.ts';
import { OutcomeUnknown, StepFailure, type Waiting } from './step-context.ts';
import { encodeResult } from './step-results.ts';
import type { Subtask, Task } from './task.ts';
import type { LogLevel } from './task-store.ts';

/** Whoever runs bodies, and hears of them. */
export interface StepRunHost {
  readonly clock: Clock;
  /** For the jitter of pauses: from 0 to below 1. */
  readonly random: () => number;
  /** Proves against the store that this instance still owns the task. */
  assertOwned(): Promise<void>;
  log(subtask: Subtask, level: LogLevel, text: string): void;
  waitingChanged(run: StepRun): void;
  /** Called once, unless the run ended for lack of ownership or for shutdown. */
  runEnded(run: StepRun, outcome: RunOutcome, annotations: Readonly<Record<string, string>>): void;
}

/** A body that does not react to its timeout within this time is declared failed without it. */
const unresponsiveGraceMs = 10_000;
const firstLookAgainMs = 200;
const lastLookAgainMs = 5000;

export class StepRun implements ContextRun {
  readonly task: Task;
  readonly subtask: Subtask;
  /** Resolves when the body has settled. Never rejects. */
  readonly settled: Promise<void>;
  waitingFor: Waiting | undefined;
  readonly #step: Step<unknown>;
  readonly #host: StepRunHost;
  readonly #annotations: Record<string, string> = {};
  #controller = new AbortController();
  #isCancelled = false;
  // A signal keeps the first reason that it was given. That may have been a cancel, and these count all the same.
  #isTimedOut = false;
  /** Somebody else goes on with the subtask: no body of this run may begin any more. */
  #isGivenUp = false;
  #unknown: OutcomeUnknown | undefined;
  #hasEnded = false;

  /** @param previous resolves when an older body of the same subtask has settled. */
  constructor(
    task: Task,
    subtask: Subtask,
    step: Step<unknown>,
    host: StepRunHost,
    previous: Promise<void> | undefined,
  ) {
    this.task = task;
    this.subtask = subtask;
    this.#step = step;
    this.#host = host;
    this.settled = this.#execute(previous);
  }

  get clock(): Clock {
    return this.#host.clock;
  }

  log(level: LogLevel, text: string): void {
    if (!this.#hasEnded) this.#host.log(this.subtask, level, text);
  }

  annotate(entries: Readonly<Record<string, string>>): void {
    for (const [key, text] of Object.entries(entries)) this.#annotations[key] = boundedText(text);
  }

  showWaiting(waiting: Waiting | undefined): void {
    if (this.#hasEnded || waiting === this.waitingFor) return;
    this.waitingFor = waiting;
    this.#host.waitingChanged(this);
  }

  async assertOwned(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#hasEnded) throw new RunTimedOut(this.#timeoutText());
    await this.#host.assertOwned();
    signal.throwIfAborted();
  }

  isFor(subtask: Subtask): boolean {
    return this.subtask.attempt === subtask.attempt && this.subtask.mode === subtask.mode;
  }

  abort(reason: RunAborted): void {
    if (reason instanceof RunCancelled) this.#isCancelled = true;
    if (reason instanceof OwnershipLost || reason instanceof ShuttingDown) this.#isGivenUp = true;
    this.#controller.abort(reason);
  }

  async #execute(previous: Promise<void> | undefined): Promise<void> {
    const stopTimer = this.#startTimer();
    let outcome: RunOutcome | undefined;
    try {
      await previous;
      outcome = await this.#runUntilKnown();
    } finally {
      stopTimer();
    }
    if (outcome !== undefined) this.#end(outcome);
  }

  #startTimer(): Unschedule {
    const { clock } = this.#host;
    let stop = clock.schedule(this.subtask.timeoutMs, () => {
      this.#isTimedOut = true;
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
    return boundedText(`Timed out after ${this.subtask.timeoutMs / 1000} s${unknown}`);
  }

  /** Undefined: the run ends without an outcome, and somebody else goes on. */
  async #runUntilKnown(): Promise<RunOutcome | undefined> {
    let pauseMs = firstLookAgainMs;
    for (;;) {
      try {
        return await this.#runOnce();
      } catch (error) {
        if (this.#isGivenUp) return undefined;
        const reason: unknown = this.#controller.signal.reason;
        if (error instanceof OutcomeUnknown) this.#unknown = error;
        const isOver = this.#isTimedOut && error instanceof OutcomeUnknown;
        if (reason instanceof RunTimedOut || isOver) return { kind: 'failed', failure: this.#timeoutText() };
        if (!(error instanceof OutcomeUnknown)) return this.#failure(error);
      }
      this.log('WARN', `The outcome is unknown: ${this.#unknown?.message}. The step runs again, to look`);
      await this.#pauseBeforeLook(pauseMs * (0.5 + this.#host.random() / 2));
      if (this.#isGivenUp) return undefined;
      pauseMs = Math.min(pauseMs * 2, lastLookAgainMs);
    }
  }

  /** A cancel ends the pause, but not the need to look: only a settled effect may be left behind. */
  async #pauseBeforeLook(pauseMs: number): Promise<void> {
    if (this.#controller.signal.reason instanceof RunCancelled) this.#controller = new AbortController();
    try {
      await pause(this.#host.clock, pauseMs, this.#controller.signal);
    } catch {
      if (this.#controller.signal.reason instanceof RunCancelled) this.#controller = new AbortController();
    }
  }

  #failure(error: unknown): RunOutcome {
    if (this.#isCancelled && error instanceof RunCancelled) return { kind: 'cancelled' };
    if (this.#isCancelled && error instanceof Error && error.name === 'AbortError')
      return { kind: 'cancelled' };
    if (!(error instanceof StepFailure) && error instanceof Error && error.stack !== undefined) {
      this.log('ERROR', error.stack);
    }
    return { kind: 'failed', failure: boundedText(error instanceof Error ? error.message : String(error)) };
  }

  async #runOnce(): Promise<RunOutcome> {
    const { definition } = this.#step;
    const { signal } = this.#controller;
    signal.throwIfAborted();
    const context = new RunContext(this, signal);
    if (this.subtask.mode === 'run') {
      const result: JsonValue | undefined = encodeResult(this.#step, await definition.run(context));
      return result === undefined ? { kind: 'succeeded' } : { kind: 'succeeded', result };
    }
    if (typeof definition.undo === 'function') await definition.undo(context);
    else this.log('INFO', `Nothing to undo: ${definition.undo.nothingToUndo}`);
    return { kind: 'succeeded' };
  }

  #end(outcome: RunOutcome): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#host.runEnded(this, outcome, this.#annotations);
  }
}
