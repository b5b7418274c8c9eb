/** Tests wait for conditions, never for time. */
import { lookUntil } from '../look-until.ts';

/** @throws Error naming `what` when the condition did not come true in time. */
export async function waitFor<T>(
  what: string,
  look: () => T | undefined | false,
  timeoutMs = 10_000,
): Promise<T> {
  const found = await lookUntil(() => look() || undefined, timeoutMs, new AbortController().signal);
  if (found === undefined) {
    throw new Error(`waited ${timeoutMs} ms in vain for: ${what}`);
  }
  return found;
}
