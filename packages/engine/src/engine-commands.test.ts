/** What people do with tasks: retry, roll back, skip, cancel. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ClaimConflict, TaskNotFound, TaskStateConflict } from './engine-errors.ts';
import type { Operation } from './operation.ts';
import { EngineWorld, statuses, subtaskNamed, untilAborted } from './schedules/engine-world.ts';
import { type Observation, OutcomeUnknown, type StepContext, StepFailure } from './step-context.ts';

const submitter = { id: 100, name: 'admin' };

describe('a failed task', () => {
  it('is retried: undo of the failed attempt, then the next attempt', async () => {
    const world = new EngineWorld();
    let broken = true;
    const run = () => {
      if (broken) throw new StepFailure('not today');
      return null;
    };
    const { engine } = await world.boot('one', [world.chain(['a', 'b'], { b: { run } })]);
    const { id } = await world.submit(engine, ['c']);
    const failed = await world.ended(id);
    expect(failed).toMatchObject({ status: 'FAILED', owner: undefined });
    expect(subtaskNamed(failed, 'b').failure).toBe('not today');
    expect(world.store.heldClaims.size).toBe(1);
    broken = false;
    const retried = await world.time.finish(engine.retryTask(id, 'admin'));
    expect(retried).toMatchObject({ status: 'RUNNING', operation: 'RETRY' });
    expect(retried.fence).toBeGreaterThan(failed.fence);
    expect((await world.ended(id)).status).toBe('SUCCESSFUL');
    expect(world.effects).toEqual(['run a 1', 'run b 1', 'undo b 1', 'run b 2']);
  });

  it('tells an undo whether the run follows', async () => {
    const world = new EngineWorld();
    const seen: [string, boolean][] = [];
    const note = ({ mode, isRetry }: StepContext) => void seen.push([mode, isRetry]);
    const run = (context: StepContext) => {
      note(context);
      throw new StepFailure('no');
    };
    const undo = async (context: StepContext) => note(context);
    const { engine } = await world.boot('one', [world.chain(['a', 'b'], { b: { run, undo } })]);
    const { id } = await world.submit(engine, ['c']);
    await world.ended(id);
    await world.time.finish(engine.retryTask(id, 'admin'));
    await world.ended(id);
    await world.time.finish(engine.rollbackTask(id));
    await world.ended(id);
    expect(seen).toEqual([
      ['run', false],
      ['undo', true],
      ['run', true],
      ['undo', false],
    ]);
  });

  it('is rolled back: what ran is undone backwards, then it is SUCCESSFUL with operation ROLLBACK', async () => {
    const world = new EngineWorld();
    const run = () => Promise.reject(new StepFailure('no'));
    const { engine } = await world.boot('one', [world.chain(['a', 'b', 'c', 'd'], { c: { run } })]);
    const { id } = await world.submit(engine, ['c']);
    await world.ended(id);
    await world.time.finish(engine.rollbackTask(id));
    const task = await world.ended(id);
    expect(task).toMatchObject({ status: 'SUCCESSFUL', operation: 'ROLLBACK' });
    expect(statuses(task)).toEqual({ a: 'PENDING', b: 'PENDING', c: 'PENDING', d: 'PENDING' });
    expect(world.effects.slice(3)).toEqual(['undo c 1', 'undo b 1', 'undo a 1']);
    expect(world.store.heldClaims.size).toBe(0);
  });

  it('takes its claims again for a retry, or says who has them now', async () => {
    const world = new EngineWorld();
    let broken = true;
    const run = () => (broken ? Promise.reject(new StepFailure('no')) : null);
    const looks = world.chain(['look'], { look: { run, effects: 'none' } });
    const holds = { ...world.chain(['hold'], { hold: { run: untilAborted } }), name: 'hold' };
    const { engine } = await world.boot('one', [looks, holds]);
    const { id } = await world.submit(engine, ['c']);
    expect((await world.ended(id)).status).toBe('FAILED');
    expect(world.store.heldClaims.size).toBe(0);
    const request = { operation: 'hold', parameters: {}, submitter, claims: ['c'] };
    const holder = await world.time.finish(engine.submit(request));
    const refused = await world.time.finish(engine.retryTask(id)).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(ClaimConflict);
    expect((await world.stored(id)).status).toBe('FAILED');
    const subtaskId = holder.subtasks[0]?.id ?? 0;
    await world.time.finish(engine.cancelSubtask(holder.id, subtaskId));
    await world.ended(holder.id);
    await world.time.finish(engine.rollbackTask(holder.id));
    await world.ended(holder.id);
    broken = false;
    await world.time.finish(engine.retryTask(id));
    expect((await world.ended(id)).status).toBe('SUCCESSFUL');
  });

  it('obeys one of two commands that come at the same time, and refuses the other', async () => {
    const world = new EngineWorld();
    const run = () => Promise.reject(new StepFailure('no'));
    const { engine } = await world.boot('one', [world.chain(['a'], { a: { run } })]);
    const { id } = await world.submit(engine);
    await world.ended(id);
    const both = Promise.allSettled([engine.retryTask(id), engine.rollbackTask(id)]);
    const outcomes = await world.time.finish(both);
    const refused = outcomes.filter((outcome) => outcome.status === 'rejected');
    expect(refused).toHaveLength(1);
    expect(refused[0]?.reason).toBeInstanceOf(TaskStateConflict);
  });

  it('does not exist under another number', async () => {
    const world = new EngineWorld();
    const { engine } = await world.boot('one', [world.chain(['a'])]);
    await expect(world.time.finish(engine.retryTask(99))).rejects.toThrow(TaskNotFound);
  });
});

describe('skip', () => {
  it('goes on without running; a step that needs the result says what is missing', async () => {
    const world = new EngineWorld();
    const seen: unknown[] = [];
    const operation: Operation = {
      name: 'work',
      title: 'Work',
      parameters: z.json(),
      build(graph) {
        const common = { timeoutMs: 1000, effects: 'some', undo: { nothingToUndo: 'no' } } as const;
        const run = () => Promise.reject(new StepFailure('no'));
        const lost = graph.step({ ...common, name: 'lost', after: [], result: z.number(), run });
        graph.step({
          ...common,
          name: 'needs',
          after: [lost],
          result: z.void(),
          async run(context) {
            seen.push(context.resultIfAny(lost));
            context.result(lost);
          },
        });
      },
    };
    const { engine } = await world.boot('one', [operation]);
    const { id, subtasks } = await world.submit(engine);
    await world.ended(id);
    await world.time.finish(engine.skipSubtask(id, subtasks[0]?.id ?? 0, 'admin'));
    const task = await world.ended(id);
    expect(statuses(task)).toEqual({ lost: 'SUCCESSFUL', needs: 'FAILED' });
    expect(seen).toEqual([undefined]);
    expect(subtaskNamed(task, 'needs').failure).toMatch(/needs the result of "lost", which was skipped/);
    expect(world.logOf(subtasks[0]?.id ?? 0)).toContain('Skipped by admin: declared done without running');
  });
});

describe('cancel', () => {
  it('aborts the body, and settles only when the body has ended', async () => {
    const world = new EngineWorld();
    let letGo = (): void => {};
    const run = () =>
      new Promise<null>((resolve) => {
        letGo = () => resolve(null);
      });
    const { engine } = await world.boot('one', [world.chain(['deaf', 'next'], { deaf: { run } })]);
    const { id, subtasks } = await world.submit(engine);
    await world.time.finish(engine.cancelSubtask(id, subtasks[0]?.id ?? 0, 'admin'));
    await world.time.runFor(3_600_000);
    expect(statuses(await world.stored(id))).toEqual({ deaf: 'CANCELING', next: 'PENDING' });
    letGo();
    const task = await world.ended(id);
    expect(statuses(task)).toEqual({ deaf: 'FAILED', next: 'PENDING' });
    expect(subtaskNamed(task, 'deaf').failure).toBe(
      'Cancelled by admin. The step had already reached its goal',
    );
  });

  it('ends a wait at once', async () => {
    const world = new EngineWorld();
    const sun = async (): Promise<Observation<null>> => ({ done: false, evidence: 'sun' });
    const run = (context: StepContext) =>
      context.waitFor('rain', sun, {
        timeoutMs: 1e6,
        intervalMs: 1000,
      });
    const { engine } = await world.boot('one', [world.chain(['wait'], { wait: { run, timeoutMs: 1e7 } })]);
    const { id, subtasks } = await world.submit(engine);
    await world.time.runFor(5000);
    const before = world.time.now;
    await world.time.finish(engine.cancelSubtask(id, subtasks[0]?.id ?? 0));
    const task = await world.ended(id);
    expect(subtaskNamed(task, 'wait').failure).toBe('Cancelled');
    expect(world.time.now - before).toBeLessThan(100);
  });

  it('of an unknown outcome looks until it is known: nothing stays in flight', async () => {
    const world = new EngineWorld();
    let asked = 0;
    const run = () => {
      asked += 1;
      if (asked === 1) return Promise.reject(new OutcomeUnknown('no answer'));
      return 'it had happened';
    };
    const { engine } = await world.boot('one', [world.chain(['a'], { a: { run } })]);
    const { id, subtasks } = await world.submit(engine);
    await world.time.finish(engine.cancelSubtask(id, subtasks[0]?.id ?? 0));
    const task = await world.ended(id);
    expect(asked).toBe(2);
    expect(subtaskNamed(task, 'a').failure).toBe('Cancelled. The step had already reached its goal');
  });
});
