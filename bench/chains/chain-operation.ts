/** Eight steps in a row that do nothing: what is left is the cost of making each of them durable. */
import type { Operation, Step } from '@openocp/engine';
import { z } from 'zod';

export const stepsPerChain = 8;

const timeoutMs = 600_000;

export const chainOperation: Operation<Record<string, never>> = {
  name: 'bench-chain',
  title: 'Chain of steps that do nothing',
  parameters: z.strictObject({}),
  build(graph) {
    let last: Step<unknown>[] = [];
    for (let index = 1; index <= stepsPerChain; index += 1) {
      const step = graph.step({
        name: `Step ${index}`,
        after: last,
        timeoutMs,
        result: z.null(),
        effects: 'none',
        run: async () => null,
        undo: { nothingToUndo: 'it does nothing' },
      });
      last = [step];
    }
  },
};
