/**
 * Waiting by looking. Node offers no event for the end of a process that is not its child, so the agent looks; a look
 * costs some 20 microseconds, which makes short pauses cheap.
 */
import { setTimeout as pause } from 'node:timers/promises';

/** A process killed at once is gone within a few milliseconds; one that shuts down for seconds is met 100 times a second. */
const firstPauseMs = 1;
const longestPauseMs = 10;

/**
 * @returns what `look` found, or undefined when the time is over; there is always one last look.
 * @throws the signal's reason once it is aborted.
 */
export async function lookUntil<T>(
  look: () => T | undefined,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<T | undefined> {
  const until = performance.now() + timeoutMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 1.5, longestPauseMs)) {
    signal.throwIfAborted();
    const leftMs = until - performance.now();
    const found = look();
    if (found !== undefined || leftMs <= 0) {
      return found;
    }
    await abortable(pause(Math.min(pauseMs, leftMs), undefined, { signal }), signal);
  }
}

/** A pause that is cut short rejects with its own error; callers want the reason. */
async function abortable(pausing: Promise<void>, signal: AbortSignal): Promise<void> {
  try {
    await pausing;
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  }
}
