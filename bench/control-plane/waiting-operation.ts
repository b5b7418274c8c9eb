/** A task whose first step waits until this process is one that lets it go on, and a second step that follows. */
import type { Operation } from '@openocp/engine';
import { z } from 'zod';

export interface WaitingOptions {
  /** Whether the first step waits, or is done at once. */
  readonly holds: boolean;
  /** A step has begun. */
  began: (step: 'wait' | 'next') => void;
}

export const waitingName = 'bench-wait';
const dayMs = 86_400_000;
/** As the slower waits of the product do. */
const intervalMs = 10_000;

export function waitingOperation({ holds, began }: WaitingOptions): Operation {
  const common = { timeoutMs: dayMs, result: z.null(), effects: 'none' } as const;
  const undo = { nothingToUndo: 'it only waits' };
  return {
    name: waitingName,
    title: 'Wait',
    parameters: z.strictObject({}),
    build(graph) {
      const wait = graph.step({
        ...common,
        name: 'Wait',
        after: [],
        undo,
        run(context) {
          began('wait');
          const look = async () =>
            holds
              ? ({ done: false, evidence: 'it is held' } as const)
              : ({ done: true, value: null } as const);
          return context.waitFor('another process', look, { timeoutMs: dayMs, intervalMs });
        },
      });
      graph.step({
        ...common,
        name: 'Next',
        after: [wait],
        undo,
        async run() {
          began('next');
          return null;
        },
      });
    },
  };
}
