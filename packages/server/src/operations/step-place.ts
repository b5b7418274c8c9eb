/** Where a step stands in a graph. */
import type { Step } from '@openocp/engine';

export interface StepPlace {
  readonly after: readonly Step<unknown>[];
  /** Position among the parallel twins of the step; absent when there is only one. */
  readonly parallelIdx?: number;
}

/** The two fields of a step's definition. */
export function stepPlace({ after, parallelIdx }: StepPlace) {
  return parallelIdx === undefined ? { after } : { after, parallelIdx };
}
