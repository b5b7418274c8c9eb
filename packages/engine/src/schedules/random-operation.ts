/** Operations of random shape whose steps behave in every way that a step may behave. */
import { z } from 'zod';
import type { Operation, Step } from '../operation.ts';
import { type StepContext, StepFailure } from '../step-context.ts';
import type { OutsideConnection } from './outside-world.ts';

/** Plain data, so that every process of a round builds the same operation. */
export interface OperationShape {
  readonly name: string;
  readonly concurrency: number;
  readonly steps: readonly StepShape[];
}

interface StepShape {
  readonly after: readonly number[];
  readonly effects: 'none' | 'some';
  readonly hasUndo: boolean;
  readonly prohibitRollback: boolean;
  readonly waits: boolean;
  readonly failureRate: number;
}

const mostSteps = 6;

export function randomShape(name: string, random: () => number): OperationShape {
  const count = 1 + Math.floor(random() * mostSteps);
  const steps = Array.from({ length: count }, (_, index): StepShape => {
    const earlier = Array.from({ length: index }, (_unused, step) => step);
    const isLook = random() < 0.2;
    return {
      after: earlier.filter(() => random() < 1.5 / index),
      effects: isLook ? 'none' : 'some',
      hasUndo: !isLook && random() < 0.8,
      prohibitRollback: random() < 0.05,
      waits: random() < 0.4,
      failureRate: random() < 0.5 ? 0 : random() * 0.4,
    };
  });
  return { name, steps, concurrency: random() < 0.5 ? 100 : 1 + Math.floor(random() * 2) };
}

export function operationOf(
  shape: OperationShape,
  outside: OutsideConnection,
  random: () => number,
): Operation {
  return {
    name: shape.name,
    title: shape.name,
    parameters: z.json(),
    concurrency: shape.concurrency,
    build(graph) {
      const built: Step<number>[] = [];
      for (const [index, step] of shape.steps.entries()) {
        const { effects, prohibitRollback } = step;
        built.push(
          graph.step({
            name: `step ${index}`,
            after: built.filter((_, earlier) => step.after.includes(earlier)),
            timeoutMs: 8000,
            result: z.number(),
            effects,
            prohibitRollback,
            run: (context) => runStep(step, context, outside, random),
            undo: step.hasUndo
              ? (context) => undoStep(step, context, outside, random)
              : { nothingToUndo: 'as drawn' },
          }),
        );
      }
    },
  };
}

async function runStep(
  step: StepShape,
  context: StepContext,
  outside: OutsideConnection,
  random: () => number,
): Promise<number> {
  context.log.info('begins');
  if (step.waits) await waitOutside(context, outside);
  if (random() < step.failureRate) throw new StepFailure('drawn to fail');
  if (step.effects === 'some') await actWhileOwned(context, outside);
  return context.attempt;
}

async function undoStep(
  step: StepShape,
  context: StepContext,
  outside: OutsideConnection,
  random: () => number,
): Promise<void> {
  if (random() < step.failureRate / 3) throw new StepFailure('its undo was drawn to fail');
  await actWhileOwned(context, outside);
}

function waitOutside(context: StepContext, outside: OutsideConnection): Promise<null> {
  const look = async () =>
    (await outside.look())
      ? ({ done: true, value: null } as const)
      : ({ done: false, evidence: 'not yet' } as const);
  return context.waitFor('the world', look, { timeoutMs: 5000, intervalMs: 200 });
}

/** What every careful body does before an effect. A deaf one would not look at the signal, but it asks all the same. */
async function actWhileOwned(context: StepContext, outside: OutsideConnection): Promise<void> {
  await context.assertOwned();
  await outside.act(context);
}
