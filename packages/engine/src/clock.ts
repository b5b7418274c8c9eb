/** Time as the engine sees it; injected, so that a simulation can drive every schedule. */

/** Takes back a scheduled action. Harmless after the action ran. */
export type Unschedule = () => void;

export interface Clock {
  /** Wall clock, epoch milliseconds. Shown to people; decides nothing. */
  now(): number;
  /** Milliseconds that never go back. Deadlines and leases are measured with it. */
  monotonic(): number;
  schedule(delayMs: number, action: () => void): Unschedule;
  /** Runs the action when everything that is ready in this turn has run, so that the turn's results share one commit. */
  defer(action: () => void): void;
}

/** Node's timers hold 31 bits. */
const longestTimerMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  schedule(delayMs, action) {
    // A longer delay would fire at once; nobody waits 24 days for an early timer to be noticed.
    const timer = setTimeout(action, Math.min(delayMs, longestTimerMs));
    return () => clearTimeout(timer);
  },
  defer(action) {
    setImmediate(action);
  },
};

/** Resolves after `delayMs`, or rejects with the signal's reason as soon as it is aborted. */
export function pause(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const aborted = (): void => {
      unschedule();
      reject(signal.reason as Error);
    };
    const unschedule = clock.schedule(delayMs, () => {
      signal.removeEventListener('abort', aborted);
      resolve();
    });
    if (signal.aborted) aborted();
    else signal.addEventListener('abort', aborted, { once: true });
  });
}
