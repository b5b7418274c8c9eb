/** Where a step stands in a graph, and the nodes that only join parallel ones. */
import type { Graph, Step, StepContext } from '@openocp/engine';
import { z } from 'zod';

export interface StepPlace {
  readonly after: readonly Step<unknown>[];
  /** Position among the parallel twins of the step; absent when there is only one. */
  readonly parallelIdx?: number;
}

/** The two fields of a step's definition. */
export function stepPlace({ after, parallelIdx }: StepPlace) {
  return parallelIdx === undefined ? { after } : { after, parallelIdx };
}

const joinTimeoutMs = 30_000;

export interface JoinUndo {
  readonly timeoutMs: number;
  readonly undo: (context: StepContext) => Promise<void>;
}

/**
 * What follows it starts when all parallel steps before it have ended well. In a rollback it is undone when all that
 * followed has been: the place to wait for what they did together.
 */
export function addWaitNode(
  graph: Graph,
  after: readonly Step<unknown>[],
  joinUndo?: JoinUndo,
): Step<unknown> {
  return graph.step({
    name: 'Wait node',
    after,
    timeoutMs: joinUndo?.timeoutMs ?? joinTimeoutMs,
    effects: 'none',
    result: z.null(),
    run: async () => null,
    undo: joinUndo?.undo ?? { nothingToUndo: 'It only joins parallel steps.' },
  });
}
