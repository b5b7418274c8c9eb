/** The loop behind `StepContext.waitFor`: look, show what was seen, pause, look again. */
import { RunTimedOut } from './abort-reasons.ts';
import { type Clock, pause } from './clock.ts';
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

export async function waitFor<T>(
  environment: WaitEnvironment,
  what: string,
  look: () => Promise<Observation<T>>,
  options: WaitOptions,
): Promise<T> {
  const { clock, signal, log } = environment;
  const since = clock.now();
  const deadline = clock.monotonic() + options.timeoutMs;
  const until = since + options.timeoutMs;
  let evidence: string | undefined;
  // The first look may take long: who watches shall know at once what it is about.
  environment.show({ what, since, until, evidence: 'the first look is under way' });
  try {
    for (;;) {
      const seen = await lookOnce(environment, look, deadline - clock.monotonic());
      if (seen?.done === true) {
        if (evidence !== undefined) log.info(`No longer waiting for ${what}: it is there`);
        return seen.value;
      }
      if (seen !== undefined && seen.evidence !== evidence) {
        evidence = seen.evidence;
        log.info(`Waiting for ${what}: ${evidence}`);
        environment.show({ what, since, until, evidence });
      }
      const remainingMs = deadline - clock.monotonic();
      if (remainingMs <= 0) throw new StepFailure(timeoutText(what, options, evidence));
      await pause(clock, Math.min(options.intervalMs, remainingMs), signal);
    }
  } catch (error) {
    // The step's own deadline came first: the operator still wants to read what was missing.
    if (signal.reason instanceof RunTimedOut && evidence !== undefined) {
      log.warn(`Still waiting for ${what} when the time was over: ${evidence}`);
    }
    throw error;
  } finally {
    environment.show(undefined);
  }
}

function timeoutText(what: string, options: WaitOptions, evidence: string | undefined): string {
  const seen = evidence === undefined ? 'no look gave an answer' : `last seen: ${evidence}`;
  return `Waited ${options.timeoutMs / 1000} s for ${what}; ${seen}`;
}

/** One look, given up on abort and at the deadline: a look changes nothing, so it may be left behind. Undefined: gave up. */
function lookOnce<T>(
  { clock, signal }: WaitEnvironment,
  look: () => Promise<Observation<T>>,
  remainingMs: number,
): Promise<Observation<T> | undefined> {
  return new Promise((resolve, reject) => {
    const finish = (): void => {
      unschedule();
      signal.removeEventListener('abort', aborted);
    };
    const aborted = (): void => {
      finish();
      reject(signal.reason as Error);
    };
    const unschedule = clock.schedule(Math.max(0, remainingMs), () => {
      finish();
      resolve(undefined);
    });
    if (signal.aborted) {
      aborted();
      return;
    }
    signal.addEventListener('abort', aborted, { once: true });
    look().then(
      (seen) => {
        finish();
        resolve(seen);
      },
      (error: unknown) => {
        finish();
        reject(error as Error);
      },
    );
  });
}
