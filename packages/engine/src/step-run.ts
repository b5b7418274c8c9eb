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
import { Interruption } from './interruption.ts';
import type { Step } from './operation.ts';
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
  /** The body has settled, and `run.settled` resolves next. */
  runSettled(run: StepRun): void;
  /** Called once, unless the run ended for lack of ownership or for shutdown. */
  runEnded(run: StepRun, outcome: RunOutcome, annotations: Readonly<Record<string, string>>): void;
}

/** A body that does not react to its timeout within this time is declared failed without it. */
const unresponsiveGraceMs = 10_000;
const firstLookAgainMs = 200;
const lastLookAgainMs = 5000;

const noAnnotations: Readonly<Record<string, string>> = {};

export class StepRun implements ContextRun {
  readonly task: Task;
  readonly subtask: Subtask;
  /** Resolves when the body has settled. Never rejects. */
  readonly settled: Promise<void>;
  waitingFor: Waiting | undefined;
  readonly #step: Step<unknown>;
  readonly #host: StepRunHost;
  #annotations = noAnnotations;
  #interruption = new Interruption();
  #stopTimer: Unschedule;
  #isCancelled = false;
  // An interruption keeps its first reason. That may have been a cancel, and these count all the same.
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
    this.#stopTimer = host.clock.schedule(subtask.timeoutMs, () => this.#timeIsOver());
    this.settled = this.#execute(previous);
  }

  get clock(): Clock {
    return this.#host.clock;
  }

  log(level: LogLevel, text: string): void {
    if (!this.#hasEnded) this.#host.log(this.subtask, level, text);
  }

  annotate(entries: Readonly<Record<string, string>>): void {
    const bounded = Object.entries(entries).map(([key, text]) => [key, boundedText(text)] as const);
    this.#annotations = { ...this.#annotations, ...Object.fromEntries(bounded) };
  }

  showWaiting(waiting: Waiting | undefined): void {
    if (this.#hasEnded || waiting === this.waitingFor) return;
    this.waitingFor = waiting;
    this.#host.waitingChanged(this);
  }

  async assertOwned(interruption: Interruption): Promise<void> {
    interruption.throwIfInterrupted();
    if (this.#hasEnded) throw new RunTimedOut(this.#timeoutText());
    await this.#host.assertOwned();
    interruption.throwIfInterrupted();
  }

  isFor(subtask: Subtask): boolean {
    return this.subtask.attempt === subtask.attempt && this.subtask.mode === subtask.mode;
  }

  abort(reason: RunAborted): void {
    if (reason instanceof RunCancelled) this.#isCancelled = true;
    if (reason instanceof OwnershipLost || reason instanceof ShuttingDown) this.#isGivenUp = true;
    this.#interruption.interrupt(reason);
  }

  /** The one function that is suspended while the body runs: each keeps a third of a kilobyte. */
  async #execute(previous: Promise<void> | undefined): Promise<void> {
    try {
      await previous;
      for (let pauseMs = firstLookAgainMs; ; pauseMs = Math.min(pauseMs * 2, lastLookAgainMs)) {
        let outcome: RunOutcome | 'unknown' | 'left';
        try {
          outcome = this.#succeeded(await this.#callBody());
        } catch (error) {
          outcome = this.#outcomeOf(error);
        }
        if (outcome === 'left') return;
        if (outcome !== 'unknown') return this.#end(outcome);
        this.log('WARN', `The outcome is unknown: ${this.#unknown?.message}. The step runs again, to look`);
        await this.#pauseBeforeLook(pauseMs * (0.5 + this.#host.random() / 2));
        if (this.#isGivenUp) return;
      }
    } finally {
      this.#stopTimer();
      this.#host.runSettled(this);
    }
  }

  #timeIsOver(): void {
    this.#isTimedOut = true;
    this.#interruption.interrupt(new RunTimedOut(this.#timeoutText()));
    if (this.#isCancelled) return;
    this.#stopTimer = this.#host.clock.schedule(unresponsiveGraceMs, () => {
      if (this.#isCancelled) return;
      this.#end({ kind: 'failed', failure: `${this.#timeoutText()}, and the step does not react` });
    });
  }

  #timeoutText(): string {
    const unknown = this.#unknown === undefined ? '' : `; the outcome is unknown: ${this.#unknown.message}`;
    return boundedText(`Timed out after ${this.subtask.timeoutMs / 1000} s${unknown}`);
  }

  /** `unknown`: the step is to look. `left`: the run ends without an outcome, and somebody else goes on. */
  #outcomeOf(error: unknown): RunOutcome | 'unknown' | 'left' {
    if (this.#isGivenUp) return 'left';
    const { reason } = this.#interruption;
    if (error instanceof OutcomeUnknown) this.#unknown = error;
    const isOver = this.#isTimedOut && error instanceof OutcomeUnknown;
    if (reason instanceof RunTimedOut || isOver) return { kind: 'failed', failure: this.#timeoutText() };
    return error instanceof OutcomeUnknown ? 'unknown' : this.#failure(error);
  }

  /** A cancel ends the pause, but not the need to look: only a settled effect may be left behind. */
  async #pauseBeforeLook(pauseMs: number): Promise<void> {
    this.#forgetCancel();
    try {
      await pause(this.#host.clock, pauseMs, this.#interruption.signal);
    } catch {
      this.#forgetCancel();
    }
  }

  #forgetCancel(): void {
    if (this.#interruption.reason instanceof RunCancelled) this.#interruption = new Interruption();
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

  #callBody(): Promise<unknown> {
    const { definition } = this.#step;
    this.#interruption.throwIfInterrupted();
    const context = new RunContext(this, this.#interruption);
    if (this.subtask.mode === 'run') return definition.run(context);
    if (typeof definition.undo === 'function') return definition.undo(context);
    this.log('INFO', `Nothing to undo: ${definition.undo.nothingToUndo}`);
    return Promise.resolve();
  }

  #succeeded(value: unknown): RunOutcome {
    const result = this.subtask.mode === 'run' ? encodeResult(this.#step, value) : undefined;
    return result === undefined ? { kind: 'succeeded' } : { kind: 'succeeded', result };
  }

  #end(outcome: RunOutcome): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#host.runEnded(this, outcome, this.#annotations);
  }
}
