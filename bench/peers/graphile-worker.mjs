// node graphile-worker.mjs IN_FLIGHT POSTGRES_URL: each job adds the next one.
import { Logger, run } from 'graphile-worker';
import { Pool } from 'pg';
import { serveChains } from '../chains/serve-chains.ts';

const [, , inFlight, connectionString] = process.argv;
const steps = 8;
const concurrency = Math.min(Number(inFlight), 20);
const pgPool = new Pool({ connectionString, max: concurrency + 5 });
const silent = new Logger(() => () => {});

const runner = await run({
  pgPool,
  logger: silent,
  noHandleSignals: true,
  concurrency,
  // What its documentation recommends for many short jobs; with one task in flight it would only add delay.
  preset:
    concurrency > 1
      ? { worker: { localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 } }
      : {},
  taskList: {
    async step({ chain, index }, helpers) {
      if (index < steps) await helpers.addJob('step', { chain, index: index + 1 });
    },
  },
});

const ended = new Map();
runner.events.on('job:complete', ({ job, error }) => {
  if (error) console.error(error);
  const { chain, index } = job.payload;
  if (index < steps) return;
  ended.get(chain)?.();
  ended.delete(chain);
});

serveChains({
  async runChain() {
    const chain = crypto.randomUUID();
    const done = new Promise((resolve) => ended.set(chain, resolve));
    await runner.addJob('step', { chain, index: 1 });
    await done;
  },
});
