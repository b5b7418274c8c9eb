/**
 * The loop that reconcilers over many objects share: each object is looked at once an interval, spread over it, and one
 * whose last look is still under way is skipped, without delaying the others.
 */
import type { Reconciler } from './reconciler.ts';

export interface SpreadRounds {
  /** Ids of the objects, read again for every round. */
  readonly list: () => Promise<readonly number[]>;
  readonly look: (id: number) => Promise<unknown>;
  readonly intervalMs: number;
  /** `id` is undefined when the list itself could not be read. */
  readonly onError: (id: number | undefined, error: unknown) => void;
}

export function startSpreadRounds({ list, look, intervalMs, onError }: SpreadRounds): Reconciler {
  const running = new Map<number, Promise<void>>();
  const timers = new Set<NodeJS.Timeout>();
  let stopped = false;

  const later = (delayMs: number, action: () => void) => {
    if (stopped) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      action();
    }, delayMs);
    timers.add(timer);
  };
  const lookAt = (id: number) => {
    if (running.has(id)) return;
    const done = look(id)
      .then(
        () => undefined,
        (error: unknown) => onError(id, error),
      )
      .finally(() => running.delete(id));
    running.set(id, done);
  };
  const round = () => {
    later(intervalMs, round);
    list().then(
      (ids) => {
        for (const [index, id] of ids.entries()) later((index * intervalMs) / ids.length, () => lookAt(id));
      },
      (error: unknown) => onError(undefined, error),
    );
  };
  round();
  return {
    async stop() {
      stopped = true;
      for (const timer of timers) clearTimeout(timer);
      await Promise.allSettled(running.values());
    },
  };
}
