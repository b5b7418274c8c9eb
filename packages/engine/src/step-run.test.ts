/** How the run of a body ends: well, in time, or with nobody knowing. */
import { describe, expect, it } from 'vitest';
import { pause } from './clock.ts';
import { EngineWorld, subtaskNamed, untilAborted } from './schedules/engine-world.ts';
import { OutcomeUnknown, type StepContext } from './step-context.ts';

describe('a cancelled step whose outcome stays unknown', () => {
  it('fails at its timeout, also when that comes while the body is busy', async () => {
    const world = new EngineWorld();
    const run = async ({ signal }: StepContext) => {
      // Asks an agent that does not answer, and cannot be hurried.
      await pause(process.clock, 20_000, new AbortController().signal);
      throw new OutcomeUnknown(`no answer (${signal.aborted})`);
    };
    const { engine, process } = await world.boot('one', [
      world.chain(['a'], { a: { run, timeoutMs: 30_000 } }),
    ]);
    const { id, subtasks } = await world.submit(engine);
    await world.time.runFor(21_000);
    await world.time.finish(engine.cancelSubtask(id, subtasks[0]?.id ?? 0));
    await world.time.runFor(30_000);
    const { status, failure } = subtaskNamed(await world.stored(id), 'a');
    expect(status).toBe('FAILED');
    expect(failure).toBe(
      'Cancelled. The step ended with: Timed out after 30 s; the outcome is unknown: no answer (true)',
    );
  });
});

describe('an unknown outcome', () => {
  it('is settled by running the same attempt again, with pauses', async () => {
    const world = new EngineWorld();
    let asked = 0;
    const run = () => {
      asked += 1;
      return asked < 4 ? Promise.reject(new OutcomeUnknown('no answer')) : 'done';
    };
    const { engine } = await world.boot('one', [world.chain(['a'], { a: { run } })]);
    const task = await world.ended((await world.submit(engine)).id);
    expect(task.status).toBe('SUCCESSFUL');
    expect(world.effects).toEqual(['run a 1', 'run a 1', 'run a 1', 'run a 1']);
    expect(world.time.now).toBeGreaterThan(500);
  });

  it('that stays unknown fails at the timeout and says so', async () => {
    const world = new EngineWorld();
    const run = () => Promise.reject(new OutcomeUnknown('no answer from the agent'));
    const { engine } = await world.boot('one', [world.chain(['a'], { a: { run, timeoutMs: 30_000 } })]);
    const task = await world.ended((await world.submit(engine)).id);
    const { failure } = subtaskNamed(task, 'a');
    expect(failure).toBe('Timed out after 30 s; the outcome is unknown: no answer from the agent');
    expect(world.time.now).toBeLessThan(31_000);
  });
});

describe('a timeout', () => {
  it('aborts the body and fails the subtask when the body has ended', async () => {
    const world = new EngineWorld();
    const { engine } = await world.boot('one', [
      world.chain(['a'], { a: { run: untilAborted, timeoutMs: 5000 } }),
    ]);
    const task = await world.ended((await world.submit(engine)).id);
    expect(subtaskNamed(task, 'a').failure).toBe('Timed out after 5 s');
    expect(world.time.now).toBeLessThan(5200);
  });

  it('of a body that does not react fails the subtask all the same; its retry waits for that body', async () => {
    const world = new EngineWorld();
    const held: (() => void)[] = [];
    const run = () => new Promise<string>((resolve) => held.push(() => resolve('late')));
    const options = { run, timeoutMs: 5000, undo: { nothingToUndo: 'no' } };
    const { engine } = await world.boot('one', [world.chain(['a'], { a: options })]);
    const { id } = await world.submit(engine);
    const failed = await world.ended(id);
    expect(subtaskNamed(failed, 'a').failure).toBe('Timed out after 5 s, and the step does not react');
    await world.time.finish(engine.retryTask(id));
    await world.time.runFor(1000);
    expect(held).toHaveLength(1);
    held[0]?.();
    await world.time.runFor(1000);
    expect(held).toHaveLength(2);
    held[1]?.();
    expect((await world.ended(id)).status).toBe('SUCCESSFUL');
  });
});
