// node pg-boss.mjs IN_FLIGHT POSTGRES_URL: each batch of jobs adds the next ones. Woken by NOTIFY.
import { PgBoss } from 'pg-boss';
import { serveChains } from '../chains/serve-chains.ts';

const [, , inFlight, connectionString] = process.argv;
const steps = 8;
const mostJobsPerBatch = 100;
const queue = 'step';
const boss = new PgBoss({ connectionString, useListenNotify: true });
boss.on('error', (error) => console.error(error));
await boss.start();
await boss.createQueue(queue, { notify: true });

const ended = new Map();
const options = {
  batchSize: Math.min(Number(inFlight), mostJobsPerBatch),
  burstWhenBatchFull: true,
  pollingIntervalSeconds: 0.5,
  notifyPollingIntervalSeconds: 0.5,
};
await boss.work(queue, options, async (jobs) => {
  const next = jobs.filter(({ data }) => data.index < steps);
  if (next.length > 0) {
    await boss.insert(
      queue,
      next.map(({ data }) => ({ data: { ...data, index: data.index + 1 } })),
    );
  }
  const last = jobs.filter(({ data }) => data.index === steps);
  if (last.length === 0) return;
  // Completed here and not after this function, so that a chain ends when that is durable.
  await boss.complete(
    queue,
    last.map(({ id }) => id),
  );
  for (const { data } of last) {
    ended.get(data.chain)?.();
    ended.delete(data.chain);
  }
});

serveChains({
  async runChain() {
    const chain = crypto.randomUUID();
    const done = new Promise((resolve) => ended.set(chain, resolve));
    await boss.send(queue, { chain, index: 1 });
    await done;
  },
});
