import type { Graph, Step, StepContext, StepDefinition } from '@openocp/engine';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { isPassed } from '../domain/passed-step.ts';
import { optionalPart } from './optional-part.ts';

/** A part with one step that counts what it does. */
function build(isNeeded: boolean) {
  const done: string[] = [];
  const lines: string[] = [];
  const steps: Step<unknown>[] = [];
  const graph: Graph = {
    step<R>(definition: StepDefinition<R>): Step<R> {
      const step = { index: steps.length, definition };
      steps.push(step);
      return step;
    },
  };
  const { definition } = optionalPart(graph, { isNeeded: () => isNeeded, otherwise: 'Not needed.' }).step({
    name: 'Stop server',
    after: [],
    timeoutMs: 1,
    effects: 'some',
    result: z.strictObject({ acknowledged: z.boolean() }),
    run: async () => {
      done.push('run');
      return { acknowledged: true };
    },
    undo: async () => {
      done.push('undo');
    },
  });
  const context = { log: { info: (line: string) => lines.push(line) } } as unknown as StepContext;
  return { definition, context, done, lines };
}

test('a part that is needed does its work, and its undo', async () => {
  const { definition, context, done } = build(true);
  const result = definition.result.parse(await definition.run(context));
  if (typeof definition.undo === 'function') await definition.undo(context);
  expect([result, isPassed(result), done]).toEqual([{ acknowledged: true }, false, ['run', 'undo']]);
});

test('a part that is not needed ends well without effect, says why, and leaves a mark that survives storage', async () => {
  const { definition, context, done, lines } = build(false);
  const stored: unknown = JSON.parse(JSON.stringify(await definition.run(context)));
  expect(isPassed(definition.result.parse(stored))).toBe(true);
  if (typeof definition.undo === 'function') await definition.undo(context);
  expect(done).toEqual([]);
  expect(lines[0]).toBe('Not needed.');
});
