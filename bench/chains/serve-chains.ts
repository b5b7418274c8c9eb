/**
 * The inner side of a contender: a process that runs chains when its parent orders it, and answers with their times.
 * Every contender, ours and the peers, goes through these few lines, so that all are measured by the same clock and loop.
 */
import { z } from 'zod';

const chainOrder = z.object({
  /** As many lanes each run one chain after the other. */
  inFlight: z.int().min(1),
  /** No chain begins after so many, or after this time; those that have begun are waited for. */
  mostChains: z.int().min(1),
  mostMs: z.number(),
});
export type ChainOrder = z.infer<typeof chainOrder>;

export const chainAnswer = z.object({ elapsedMs: z.number(), latenciesMs: z.array(z.number()) });
export type ChainAnswer = z.infer<typeof chainAnswer>;

export interface ChainSystem {
  /** Submits a chain of 8 steps that do nothing; resolves when the last is durable and reported as done. */
  readonly runChain: () => Promise<void>;
}

async function runChains(system: ChainSystem, order: ChainOrder): Promise<ChainAnswer> {
  const begin = performance.now();
  const latenciesMs: number[] = [];
  let begun = 0;
  const lane = async (): Promise<void> => {
    while (begun < order.mostChains && performance.now() - begin < order.mostMs) {
      begun += 1;
      const submitted = performance.now();
      await system.runChain();
      latenciesMs.push(performance.now() - submitted);
    }
  };
  await Promise.all(Array.from({ length: order.inFlight }, lane));
  return { elapsedMs: performance.now() - begin, latenciesMs };
}

export function serveChains(system: ChainSystem): void {
  const fail = (error: unknown): void => {
    console.error(error);
    process.exit(1);
  };
  process.on('message', (message) => {
    runChains(system, chainOrder.parse(message)).then((answer) => process.send?.(answer), fail);
  });
  process.once('disconnect', () => process.exit(0));
  process.send?.('ready');
}
