/**
 * Brings back what a stop had put off: starts servers whose time has come, if that was asked for, and puts
 * `server_permanent_offline_time` back when the last such server of a cluster is up again.
 *
 * Nothing is kept in memory: what is to be done follows from the stored windows and the last look at the cluster. Every
 * instance does it. A start is submitted with a key of its window, so that it becomes one task whoever is faster; putting the
 * parameter back twice changes nothing.
 */
import { planReturn, type ReturnWindow } from '../planning/permanent-offline.ts';
import type { Reconciler } from './reconciler.ts';

export interface SeenServer {
  /** An unfinished operation holds its cluster. */
  readonly isHeld: boolean;
  readonly isUp: boolean;
  /** The kernel has given it up. */
  readonly hasPassed: boolean;
}

export interface ReturnWindowsOptions {
  readonly listWindows: () => Promise<readonly ReturnWindow[]>;
  /** Undefined: the server is not managed any more. */
  readonly look: (window: ReturnWindow) => Promise<SeenServer | undefined>;
  /** @returns the id of the task. */
  readonly start: (window: ReturnWindow) => Promise<number>;
  readonly close: (window: ReturnWindow) => Promise<void>;
  readonly onStarted: (window: ReturnWindow, taskId: number) => void;
  readonly onError: (window: ReturnWindow | undefined, error: unknown) => void;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly intervalMs: number;
}

export function startReturnWindows(options: ReturnWindowsOptions): Reconciler {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> = Promise.resolve();
  const begin = () => {
    round = lookAtAll(options, () => stopped).then(() => {
      if (!stopped) timer = setTimeout(begin, options.intervalMs);
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

async function lookAtAll(options: ReturnWindowsOptions, isStopped: () => boolean): Promise<void> {
  const windows = await options.listWindows().catch((error: unknown) => {
    options.onError(undefined, error);
    return [];
  });
  for (const window of windows) {
    if (isStopped()) return;
    // One cluster in trouble keeps no other one waiting for the next round.
    await lookAtOne(options, window).catch((error: unknown) => options.onError(window, error));
  }
}

async function lookAtOne(options: ReturnWindowsOptions, window: ReturnWindow): Promise<void> {
  const seen = await options.look(window);
  const action = seen === undefined ? 'close' : planReturn(window, seen, options.now());
  if (action === 'close') await options.close(window);
  if (action === 'start') options.onStarted(window, await options.start(window));
}
