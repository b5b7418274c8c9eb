/**
 * Removes what is stored of clusters that were moved out, passwords included, once no task can bring them back. No input
 * but the store, idempotent: after a crash the next round finds what the last one left.
 */
import type { MovedOutStore } from '../store/moved-out-clusters.ts';
import type { Reconciler } from './reconciler.ts';

export interface MovedOutOptions {
  readonly movedOut: Pick<MovedOutStore, 'list' | 'remove'>;
  /** Whether an unfinished task, running or failed, still holds the cluster. */
  readonly isHeld: (clusterId: number) => Promise<boolean>;
  readonly intervalMs: number;
  readonly onRemoved: (clusterId: number) => void;
  readonly onError: (error: unknown) => void;
}

export function startMovedOutRemoval(options: MovedOutOptions): Reconciler {
  let running = Promise.resolve();
  const timer = setInterval(() => {
    running = running.then(() => removeMovedOut(options)).catch(options.onError);
  }, options.intervalMs);
  return {
    async stop() {
      clearInterval(timer);
      await running;
    },
  };
}

async function removeMovedOut({ movedOut, isHeld, onRemoved }: MovedOutOptions): Promise<void> {
  for (const id of await movedOut.list()) {
    if (await isHeld(id)) continue;
    await movedOut.remove(id);
    onRemoved(id);
  }
}
