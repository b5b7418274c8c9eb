/**
 * Removes tasks that ended long ago and hold nothing, with their logs, a few at a time so that nobody waits for it. Every
 * instance does it; that two of them meet does no harm.
 */
import type { SqlTaskStore } from '../store/task-store.ts';
import type { Reconciler } from './reconciler.ts';

export interface TaskRetentionOptions {
  readonly tasks: Pick<SqlTaskStore, 'deleteFinishedTasks'>;
  readonly keepMs: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly onRemoved: (count: number) => void;
  readonly onError: (error: unknown) => void;
  /** Between the end of a round and the next one. */
  readonly intervalMs?: number;
}

const hourMs = 3_600_000;
/** Their logs are removed in the same transaction. */
const tasksPerBatch = 20;

export function startTaskRetention(options: TaskRetentionOptions): Reconciler {
  const { intervalMs = hourMs, onRemoved, onError } = options;
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> = Promise.resolve();
  const begin = () => {
    round = removeOld(options, () => stopped)
      .then((count) => {
        if (count > 0) onRemoved(count);
      }, onError)
      .then(() => {
        if (!stopped) timer = setTimeout(begin, intervalMs);
      });
  };
  begin();
  return {
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await round;
    },
  };
}

async function removeOld(
  { tasks, keepMs, now }: TaskRetentionOptions,
  isStopped: () => boolean,
): Promise<number> {
  let count = 0;
  while (!isStopped()) {
    const removed = await tasks.deleteFinishedTasks(now() - keepMs, tasksPerBatch);
    count += removed;
    if (removed < tasksPerBatch) break;
  }
  return count;
}
