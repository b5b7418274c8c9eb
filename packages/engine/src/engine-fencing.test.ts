import { describe, expect, it } from 'vitest';
import { OwnershipLost } from './abort-reasons.ts';
import { pause } from './clock.ts';
import { EngineUnavailable } from './engine-errors.ts';
import { EngineWorld, subtaskNamed, untilAborted } from './schedules/engine-world.ts';
import { OutcomeUnknown, type StepContext } from './step-context.ts';

describe('a frozen owner', () => {
  it('writes nothing when it wakes up, not even log lines, and its body hears that it lost the task', async () => {
    const world = new EngineWorld();
    const reasons: unknown[] = [];
    const run = async (context: StepContext) => {
      context.log.info(`runs at fence ${context.fence}`);
      if (context.fence > 1) return 'second';
      await untilAborted(context).catch((reason: unknown) => reasons.push(reason));
      context.log.error('I am late');
      return 'first';
    };
    const operation = world.chain(['a', 'b'], { a: { run } });
    const first = await world.boot('first', [operation]);
    await world.boot('second', [operation]);
    const { id, subtasks } = await world.submit(first.engine);
    await world.untilSubtask(id, 'a', 'RUNNING');
    first.process.freeze();
    const task = await world.ended(id);
    expect(subtaskNamed(task, 'a').result).toBe('second');
    const commits = world.store.commits;
    first.process.thaw();
    await world.time.runFor(60_000);
    expect(reasons[0]).toBeInstanceOf(OwnershipLost);
    expect(await world.stored(id)).toEqual(task);
    expect(world.store.commits).toBe(commits);
    expect(world.logOf(subtasks[0]?.id ?? 0)).not.toContain('I am late');
  });

  it('is refused by assertOwned right before an effect', async () => {
    const world = new EngineWorld();
    const killed: number[] = [];
    let wake = (): void => {};
    const run = async (context: StepContext) => {
      if (context.fence === 1) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      await context.assertOwned();
      killed.push(context.fence);
      return null;
    };
    const operation = world.chain(['a'], { a: { run } });
    const first = await world.boot('first', [operation]);
    await world.boot('second', [operation]);
    const { id } = await world.submit(first.engine);
    await world.untilSubtask(id, 'a', 'RUNNING');
    first.process.freeze();
    await world.ended(id);
    // The body itself goes on before anything else of the process has noticed.
    wake();
    first.process.thaw();
    await world.time.runFor(1000);
    expect(killed).toHaveLength(1);
    expect(killed[0]).toBeGreaterThan(1);
  });

  it('takes up its lost tasks again when nobody else did', async () => {
    const world = new EngineWorld();
    const fences: number[] = [];
    const run = (context: StepContext) => {
      fences.push(context.fence);
      return fences.length === 1 ? untilAborted(context) : null;
    };
    const { engine, process } = await world.boot('only', [world.chain(['a'], { a: { run } })]);
    const { id } = await world.submit(engine);
    await world.untilSubtask(id, 'a', 'RUNNING');
    process.freeze();
    await world.time.runFor(60_000);
    process.thaw();
    const task = await world.ended(id);
    expect(task.status).toBe('SUCCESSFUL');
    expect(fences).toHaveLength(2);
    expect(fences[1]).toBeGreaterThan(fences[0] ?? 0);
  });
});

describe('a cancelled step that nobody knows the outcome of', () => {
  it('does not run again, not even to look, once its instance has lost the task', async () => {
    let isDown = false;
    const world = new EngineWorld({
      intercept() {
        if (isDown) throw new Error('connection refused');
      },
    });
    let runs = 0;
    const run = async () => {
      runs += 1;
      await pause(process.clock, 30_000, new AbortController().signal);
      throw new OutcomeUnknown('no answer');
    };
    const { engine, process } = await world.boot('only', [world.chain(['a'], { a: { run } })]);
    const { id, subtasks } = await world.submit(engine);
    await world.time.finish(engine.cancelSubtask(id, subtasks[0]?.id ?? 0));
    isDown = true;
    await world.time.runFor(100_000);
    expect(runs).toBe(1);
  });
});

describe('a store that does not answer', () => {
  it('makes the owner give up its tasks before its lease is over', async () => {
    let isDown = false;
    const world = new EngineWorld({
      intercept() {
        if (isDown) throw new Error('connection refused');
      },
    });
    let abortedAt = 0;
    const run = async (context: StepContext) => {
      await untilAborted(context).catch(() => {
        abortedAt = world.time.now;
      });
      return null;
    };
    const { engine } = await world.boot('only', [world.chain(['a'], { a: { run } })], { leaseMs: 10_000 });
    await world.submit(engine);
    await world.time.runFor(20_000);
    isDown = true;
    const downAt = world.time.now;
    await world.time.runFor(20_000);
    expect(abortedAt - downAt).toBeLessThan(10_000);
    expect(abortedAt).toBeGreaterThan(downAt);
    const request = { operation: 'work', parameters: {}, submitter: { id: 1, name: 'x' }, claims: [] };
    await expect(engine.submit(request)).rejects.toThrow(EngineUnavailable);
  });

  it('to one renewal of the lease, as on a connection that is half open, is asked again in time', async () => {
    let renewals = 0;
    const world = new EngineWorld({
      async intercept({ method, when }) {
        if (method !== 'renewLease' || when === 'after') return;
        renewals += 1;
        if (renewals % 2 === 0) await new Promise(() => {});
      },
    });
    const run = async (context: StepContext) => {
      await pause(process.clock, 40_000, context.signal);
      return context.fence;
    };
    const { engine, process } = await world.boot('only', [world.chain(['a'], { a: { run } })]);
    const { id, fence } = await world.submit(engine);
    expect(subtaskNamed(await world.ended(id), 'a').result).toBe(fence);
    await world.time.finish(engine.stop());
  });

  it('for a moment costs nothing but that moment: the same change is given again', async () => {
    let failures = 3;
    const world = new EngineWorld({
      intercept(point) {
        // The first two never arrive, the reply of the third is lost.
        if (point.method !== 'apply' || failures === 0) return;
        if (point.when === 'before' ? failures > 1 : failures === 1) {
          failures -= 1;
          throw new Error('connection lost');
        }
      },
    });
    const { engine } = await world.boot('only', [world.chain(['a', 'b'])]);
    const task = await world.ended((await world.submit(engine)).id);
    expect(task.status).toBe('SUCCESSFUL');
    expect(world.effects).toEqual(['run a 1', 'run b 1']);
    const texts = world.store.log.map(({ subtaskId, text }) => `${subtaskId} ${text}`);
    expect(texts).toEqual([...new Set(texts)]);
  });

  it('when a task is created makes the engine look for what it may own', async () => {
    let isLost = true;
    const world = new EngineWorld({
      intercept(point) {
        if (point.method !== 'create' || point.when !== 'after' || !isLost) return;
        isLost = false;
        throw new Error('the reply was lost');
      },
    });
    const { engine } = await world.boot('only', [world.chain(['a'])]);
    await expect(world.submit(engine)).rejects.toThrow('the reply was lost');
    expect((await world.ended(1)).status).toBe('SUCCESSFUL');
  });
});
