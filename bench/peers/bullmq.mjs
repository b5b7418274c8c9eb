// node bullmq.mjs IN_FLIGHT REDIS_URL add|flow. Either each job adds the next one, or a chain is a flow: added in one
// command, each job the parent of the one before it.
import { FlowProducer, Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { serveChains } from '../chains/serve-chains.ts';

const [, , inFlight, url, variant] = process.argv;
const queueName = `chains-${variant}`;
const steps = 8;
const mostConcurrent = 100;
const connect = () => new Redis(url, { maxRetriesPerRequest: null });
const queue = new Queue(queueName, { connection: connect() });
const flows = new FlowProducer({ connection: connect() });

async function addNext({ data }) {
  if (data.index < steps) await queue.add('step', { chain: data.chain, index: data.index + 1 });
  return null;
}

const isFlow = variant === 'flow';
const worker = new Worker(queueName, isFlow ? async () => null : addNext, {
  connection: connect(),
  concurrency: Math.min(Number(inFlight), mostConcurrent),
});
const ended = new Map();
worker.on('completed', ({ data }) => {
  if (data.index < steps) return;
  ended.get(data.chain)?.();
  ended.delete(data.chain);
});
worker.on('failed', (_job, error) => console.error(error));
await worker.waitUntilReady();

function flowUpTo(index, chain) {
  const job = { name: 'step', queueName, data: { chain, index } };
  return index === 1 ? job : { ...job, children: [flowUpTo(index - 1, chain)] };
}

serveChains({
  async runChain() {
    const chain = crypto.randomUUID();
    const done = new Promise((resolve) => ended.set(chain, resolve));
    if (isFlow) await flows.add(flowUpTo(steps, chain));
    else await queue.add('step', { chain, index: 1 });
    await done;
  },
});
