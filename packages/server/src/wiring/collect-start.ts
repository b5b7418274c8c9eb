/**
 * Collects once what the start has left behind. V8 does so when the process has allocated as much again, which one that mostly
 * waits does hours later, and it keeps pages that are nearly empty: a fifth of what is resident when ten thousand tasks were
 * taken up.
 *
 * It needs Node's option `--expose-gc`, which the first line of the installed program has. Without it nothing happens.
 */

/** Tasks of an earlier life have been taken up by then. */
const settledMs = 5_000;
/** Nothing else happens meanwhile: 3 ms for each MiB. */
const mostBytes = 128 * 2 ** 20;

export interface StartCollection {
  readonly collect: ((options: NodeJS.GCOptions) => unknown) | undefined;
  readonly heapBytes: () => number;
  readonly settledMs: number;
}

const ofThisProcess: StartCollection = {
  collect: globalThis.gc,
  heapBytes: () => process.memoryUsage().heapUsed,
  settledMs,
};

/** @returns what takes it back */
export function collectStart(options: StartCollection = ofThisProcess): () => void {
  const timer = setTimeout(() => {
    if (options.heapBytes() > mostBytes) return;
    // The flavour that moves what is left together and gives its pages back.
    options.collect?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  }, options.settledMs).unref();
  return () => clearTimeout(timer);
}
