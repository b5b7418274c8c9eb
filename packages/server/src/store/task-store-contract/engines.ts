/** Engines that share the store, on the real clock. */
import { createEngine, type Engine, type Operation, StepFailure, type Task } from '@openocp/engine';
import { expect, vi } from 'vitest';
import { z } from 'zod';
import { type Cases, type StoreBench, submitter } from './store-bench.ts';

const leaseMs = 30_000;

interface WorkParameters {
  readonly label: string;
  /** The first attempt of step b fails. */
  readonly fails: boolean;
  /** Step d ends only at a second owner. */
  readonly waits: boolean;
}

/** A diamond that writes down what it does. */
function work(ran: string[]): Operation<WorkParameters> {
  const firstFences = new Map<string, number>();
  return {
    name: 'work',
    title: 'Work',
    parameters: z.object({ label: z.string(), fails: z.boolean(), waits: z.boolean() }),
    build(graph, { label, fails, waits }) {
      const common = { timeoutMs: 20_000, effects: 'some', result: z.string() } as const;
      const step = (name: string, after: Parameters<typeof graph.step>[0]['after']) =>
        graph.step({
          ...common,
          name,
          after,
          async run({ attempt, fence, signal }) {
            if (fails && name === 'b' && attempt === 1) throw new StepFailure('as asked');
            if (!firstFences.has(label)) firstFences.set(label, fence);
            if (waits && name === 'd' && firstFences.get(label) === fence) await aborted(signal);
            ran.push(`${label} ${name}`);
            return name;
          },
          async undo({ attempt }) {
            ran.push(`${label} undo ${name} ${attempt}`);
          },
        });
      const a = step('a', []);
      step('d', [step('b', [a]), step('c', [a])]);
    },
  };
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}

/** Runs a test with engines of these names on the store, and stops them all. */
async function withEngines(
  { store }: StoreBench,
  instances: readonly string[],
  test: (engines: Engine[], ran: string[]) => Promise<void>,
): Promise<void> {
  const ran: string[] = [];
  const operations = [work(ran) as Operation];
  const engines = instances.map((instance) => createEngine({ store, operations, instance, leaseMs }));
  try {
    for (const engine of engines) await engine.start();
    await test(engines, ran);
  } finally {
    for (const engine of engines) await engine.stop();
  }
}

function submit(
  engine: Engine | undefined,
  label: string,
  changes: Partial<WorkParameters> = {},
): Promise<Task> {
  if (engine === undefined) throw new Error('an engine');
  const parameters = { label, fails: false, waits: false, ...changes };
  return engine.submit({ operation: 'work', parameters, submitter, claims: [label] });
}

function ended(bench: StoreBench, id: number): Promise<Task> {
  const look = async (): Promise<Task> => {
    const task = await bench.stored(id);
    if (task.status === 'RUNNING') throw new Error(`task ${id} is running`);
    return task;
  };
  return vi.waitFor(look, { timeout: 15_000, interval: 5 });
}

export const engineCases: Cases = {
  async 'run many tasks at once, each step once'(bench) {
    await withEngines(bench, ['one', 'two'], async ([one, two], ran) => {
      const labels = Array.from({ length: 40 }, (_, index) => `task ${index}`);
      const tasks = await Promise.all(
        labels.map((label, index) => submit(index % 2 === 0 ? one : two, label)),
      );
      for (const { id } of tasks) expect((await ended(bench, id)).status).toBe('SUCCESSFUL');
      const expected = labels.flatMap((label) => ['a', 'b', 'c', 'd'].map((name) => `${label} ${name}`));
      expect(ran.sort()).toEqual(expected.sort());
    });
  },

  async 'retry and roll back what failed'(bench) {
    await withEngines(bench, ['one', 'two'], async ([one, two], ran) => {
      const retried = await submit(one, 'x', { fails: true });
      const rolledBack = await submit(one, 'y', { fails: true });
      await ended(bench, retried.id);
      await two?.retryTask(retried.id);
      expect(await ended(bench, retried.id)).toMatchObject({ status: 'SUCCESSFUL', operation: 'RETRY' });
      await ended(bench, rolledBack.id);
      await two?.rollbackTask(rolledBack.id);
      expect(await ended(bench, rolledBack.id)).toMatchObject({
        status: 'SUCCESSFUL',
        operation: 'ROLLBACK',
      });
      expect(ran.filter((text) => text.startsWith('x undo'))).toEqual(['x undo b 1']);
      const undone = ran.filter((text) => text.startsWith('y undo'));
      expect(undone.at(-1)).toBe('y undo a 1');
      expect(undone).toHaveLength(3);
    });
  },

  async 'hand their tasks over when they stop'(bench) {
    await withEngines(bench, ['one', 'two'], async ([one], ran) => {
      const { id } = await submit(one, 'x', { waits: true });
      await vi.waitFor(async () => expect((await bench.stored(id)).subtasks.at(-1)?.status).toBe('RUNNING'));
      await one?.stop();
      const task = await ended(bench, id);
      expect(task.status).toBe('SUCCESSFUL');
      expect(ran).toHaveLength(4);
      expect(task.subtasks.map(({ attempt }) => attempt)).toEqual([1, 1, 1, 1]);
    });
  },
};
