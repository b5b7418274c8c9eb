/** The loop behind `StepContext.waitFor`: look, show what was seen, pause, look again. */
import { RunTimedOut } from './abort-reasons.ts';
import type { Clock, Unschedule } from './clock.ts';
import {
  type Observation,
  StepFailure,
  type StepLog,
  type Waiting,
  type WaitOptions,
} from './step-context.ts';

export interface WaitEnvironment {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly log: StepLog;
  /** Shows what is waited for; undefined when the wait is over. */
  show(waiting: Waiting | undefined): void;
}

/** Shown until something was seen. */
export const firstLook = 'the first look is under way';

export async function waitFor<T>(
  environment: WaitEnvironment,
  what: string,
  look: () => Promise<Observation<T>>,
  options: WaitOptions,
): Promise<T> {
  const { clock, signal, log } = environment;
  const since = clock.now();
  const until = since + options.timeoutMs;
  const patience = new Patience(clock, signal, options.timeoutMs);
  let evidence: string | undefined;
  let pauseMs = options.firstIntervalMs ?? options.intervalMs;
  // The first look may take long: who watches shall know at once what it is about.
  environment.show({ what, since, until, evidence: firstLook });
  try {
    for (;;) {
      const seen = await patience.lookOnce(look);
      if (seen?.done === true) {
        if (evidence !== undefined) log.info(`No longer waiting for ${what}: it is there`);
        return seen.value;
      }
      if (seen !== undefined && seen.evidence !== evidence) {
        evidence = seen.evidence;
        log.info(`Waiting for ${what}: ${evidence}`);
        environment.show({ what, since, until, evidence });
      }
      if (patience.isOver) throw new StepFailure(timeoutText(what, options, evidence));
      await patience.pause(pauseMs);
      pauseMs = Math.min(pauseMs * 2, options.intervalMs);
    }
  } catch (error) {
    // The step's own deadline came first: the operator still wants to read what was missing.
    if (signal.reason instanceof RunTimedOut && evidence !== undefined) {
      log.warn(`Still waiting for ${what} when the time was over: ${evidence}`);
    }
    throw error;
  } finally {
    patience.end();
    environment.show(undefined);
  }
}

function timeoutText(what: string, options: WaitOptions, evidence: string | undefined): string {
  const seen = evidence === undefined ? 'no look gave an answer' : `last seen: ${evidence}`;
  return `Waited ${options.timeoutMs / 1000} s for ${what}; ${seen}`;
}

/**
 * The deadline and the abort of one wait: one timer and one listener, however often it looks. Thousands of steps may wait at
 * the same time, and what each look allocates is what the process has to collect.
 */
class Patience {
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #stopDeadline: Unschedule;
  readonly #interrupt = (): void => this.#settle();
  #isOver = false;
  /** Ends what is awaited at this moment; harmless once that has ended by itself. */
  #settle: () => void = () => {};

  constructor(clock: Clock, signal: AbortSignal, timeoutMs: number) {
    this.#clock = clock;
    this.#signal = signal;
    this.#stopDeadline = clock.schedule(timeoutMs, () => {
      this.#isOver = true;
      this.#settle();
    });
    signal.addEventListener('abort', this.#interrupt);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  end(): void {
    this.#stopDeadline();
    this.#signal.removeEventListener('abort', this.#interrupt);
  }

  /** One look, given up on abort and at the deadline: a look changes nothing, so it may be left behind. Undefined: gave up. */
  lookOnce<T>(look: () => Promise<Observation<T>>): Promise<Observation<T> | undefined> {
    this.#signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      this.#settle = () => {
        if (this.#signal.aborted) reject(this.#signal.reason as Error);
        else resolve(undefined);
      };
      look().then(resolve, reject);
    });
  }

  pause(delayMs: number): Promise<void> {
    this.#signal.throwIfAborted();
    return new Promise((resolve, reject) => {
      const unschedule = this.#clock.schedule(delayMs, resolve);
      this.#settle = () => {
        unschedule();
        if (this.#signal.aborted) reject(this.#signal.reason as Error);
        else resolve();
      };
    });
  }
}
