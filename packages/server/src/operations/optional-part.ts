/**
 * A part of a graph of which only a running task can say whether it is needed. A graph is a pure function of its parameters,
 * so it holds every way that the work may take; the steps of a way that is not taken end well, at once, without effect.
 *
 * A part is passed as a whole or not at all: its steps may read each other's results, others must not.
 */
import type { Graph, Step, StepContext, StepDefinition } from '@openocp/engine';
import { z } from 'zod';
import { isPassed, passedResult } from '../domain/passed-step.ts';

export interface OptionalPart {
  /** The same answer for every step of the part. */
  isNeeded(context: StepContext): boolean;
  /** For the log of a step that is passed. */
  readonly otherwise: string;
}

const passedSchema = z.custom<typeof passedResult>(isPassed);

export function optionalPart(graph: Graph, part: OptionalPart): Graph {
  return {
    step: <R>(definition: StepDefinition<R>): Step<R> => graph.step(makeOptional(definition, part)),
  };
}

function makeOptional<R>(definition: StepDefinition<R>, part: OptionalPart): StepDefinition<R> {
  const { undo } = definition;
  return {
    ...definition,
    // Who reads the result belongs to the part, and does not run when the result is the mark.
    result: z.union([passedSchema, definition.result]) as unknown as z.ZodType<R>,
    async run(context) {
      if (part.isNeeded(context)) return definition.run(context);
      context.log.info(part.otherwise);
      return passedResult as R;
    },
    undo:
      typeof undo === 'function'
        ? async (context) => {
            if (part.isNeeded(context)) await undo(context);
            else context.log.info('The step was passed; nothing to undo.');
          }
        : undo,
  };
}
