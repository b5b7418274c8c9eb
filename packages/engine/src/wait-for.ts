/**
 * The loop behind `StepContext.waitFor`: look, show what was seen, pause, look again. An object that is called back and no
 * asynchronous function: thousands of steps may wait at the same time, and what such a function keeps while it is suspended
 * is twice as much.
 */
import { type RunAborted, RunTimedOut } from './abort-reasons.ts';
import type { Clock, Unschedule } from './clock.ts';
import type { Interruptible, Interruption } from './interruption.ts';
import { type Observation, StepFailure, type Waiting, type WaitOptions } from './step-context.ts';
import type { LogLevel } from './task-store.ts';

/** The run that waits. */
export interface WaitingRun {
  readonly clock: Clock;
  log(level: LogLevel, text: string): void;
  /** Shows what is waited for; undefined when the wait is over. */
  showWaiting(waiting: Waiting | undefined): void;
}

/** Shown until something was seen. */
export const firstLook = 'the first look is under way';

type Look<T> = () => Promise<Observation<T>>;

/**
 * Rejects with the reason of the interruption as soon as there is one.
 * @throws StepFailure when the time is over; the error of `look` as it is
 */
export function waitFor<T>(
  run: WaitingRun,
  interruption: Interruption,
  what: string,
  look: Look<T>,
  options: WaitOptions,
): Promise<T> {
  if (interruption.reason !== undefined) return Promise.reject(interruption.reason);
  const wait = new Wait(run, interruption, what, look, options);
  wait.begin();
  return wait.ended;
}

class Wait<T> implements Interruptible {
  readonly #run: WaitingRun;
  readonly #interruption: Interruption;
  readonly #look: Look<T>;
  readonly #options: WaitOptions;
  readonly #end = Promise.withResolvers<T>();
  /** Monotonic milliseconds. */
  readonly #deadline: number;
  #waiting: Waiting;
  #hasSeen = false;
  #pauseMs: number;
  /** The time is over once this look has ended. */
  #isLastLook = false;
  #isOver = false;
  /** Of the pause, or of the patience with a look. */
  #stopTimer: Unschedule = () => {};

  constructor(
    run: WaitingRun,
    interruption: Interruption,
    what: string,
    look: Look<T>,
    options: WaitOptions,
  ) {
    this.#run = run;
    this.#interruption = interruption;
    this.#look = look;
    this.#options = options;
    this.#deadline = run.clock.monotonic() + options.timeoutMs;
    this.#pauseMs = options.firstIntervalMs ?? options.intervalMs;
    const since = run.clock.now();
    // The first look may take long: who watches shall know at once what it is about.
    this.#waiting = {
      what,
      since,
      until: since + options.timeoutMs,
      evidence: firstLook,
    };
  }

  get ended(): Promise<T> {
    return this.#end.promise;
  }

  begin(): void {
    this.#interruption.add(this);
    this.#run.showWaiting(this.#waiting);
    this.#lookOnce();
  }

  /** A look changes nothing, so it may be left behind, when the run is interrupted or the time is over. */
  #lookOnce(): void {
    if (!this.#isLastLook) {
      const restMs = this.#deadline - this.#run.clock.monotonic();
      this.#stopTimer = this.#run.clock.schedule(restMs, () => this.#fail(this.#timeIsOver()));
    }
    Promise.try(this.#look).then(
      (seen) => this.#saw(seen),
      (error: unknown) => this.#fail(error),
    );
  }

  #saw(seen: Observation<T>): void {
    if (this.#isOver) return;
    this.#stopTimer();
    if (seen.done) this.#succeed(seen.value);
    else {
      this.#show(seen.evidence);
      if (this.#isLastLook) this.#fail(this.#timeIsOver());
      else this.#pause();
    }
  }

  #show(evidence: string): void {
    if (this.#hasSeen && evidence === this.#waiting.evidence) return;
    this.#hasSeen = true;
    this.#waiting = { ...this.#waiting, evidence };
    this.#run.log('INFO', `Waiting for ${this.#waiting.what}: ${evidence}`);
    this.#run.showWaiting(this.#waiting);
  }

  #pause(): void {
    const { clock } = this.#run;
    const restMs = this.#deadline - clock.monotonic();
    this.#isLastLook = restMs <= this.#pauseMs;
    this.#stopTimer = clock.schedule(Math.min(this.#pauseMs, restMs), () => this.#lookOnce());
    this.#pauseMs = Math.min(this.#pauseMs * 2, this.#options.intervalMs);
  }

  interrupted(reason: RunAborted): void {
    const { what, evidence } = this.#waiting;
    // The step's own deadline came first: the operator still wants to read what was missing.
    if (reason instanceof RunTimedOut && this.#hasSeen) {
      this.#run.log('WARN', `Still waiting for ${what} when the time was over: ${evidence}`);
    }
    this.#fail(reason);
  }

  #succeed(value: T): void {
    if (this.#hasSeen) this.#run.log('INFO', `No longer waiting for ${this.#waiting.what}: it is there`);
    this.#leave();
    this.#end.resolve(value);
  }

  #fail(error: unknown): void {
    if (this.#isOver) return;
    this.#leave();
    this.#end.reject(error);
  }

  #leave(): void {
    this.#isOver = true;
    this.#stopTimer();
    this.#interruption.delete(this);
    this.#run.showWaiting(undefined);
  }

  #timeIsOver(): StepFailure {
    const { what, evidence } = this.#waiting;
    const seen = this.#hasSeen ? `last seen: ${evidence}` : 'no look gave an answer';
    return new StepFailure(`Waited ${this.#options.timeoutMs / 1000} s for ${what}; ${seen}`);
  }
}
