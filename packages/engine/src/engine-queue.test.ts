import { describe, expect, it } from 'vitest';
import type { Engine } from './engine.ts';
import { ClaimConflict, OperationUnknown, TaskStateConflict } from './engine-errors.ts';
import type { EngineEvent } from './engine-events.ts';
import { type BootedEngine, EngineWorld, statuses, untilAborted } from './schedules/engine-world.ts';
import type { StepContext } from './step-context.ts';
import { StepFailure } from './step-context.ts';
import type { SubmitRequest } from './submit-request.ts';
import type { Task } from './task.ts';

const submitter = { id: 100, name: 'admin' };

/** Steps that wait until the test lets them go, by the parameter of their task. */
class Gates {
  readonly #isOpen = new Set<number>();
  readonly #waiting = new Map<number, () => void>();

  readonly run = (context: StepContext): Promise<null> =>
    new Promise((resolve, reject) => {
      if (this.#isOpen.has(context.taskId)) resolve(null);
      this.#waiting.set(context.taskId, () => resolve(null));
      context.signal.addEventListener('abort', () => reject(context.signal.reason as Error), { once: true });
    });

  /** Also before the body has begun: a subtask is RUNNING before it runs. */
  open({ id }: Task): void {
    this.#isOpen.add(id);
    this.#waiting.get(id)?.();
  }
}

interface Bench {
  readonly world: EngineWorld;
  readonly gates: Gates;
  readonly one: BootedEngine;
}

async function open(): Promise<Bench> {
  const world = new EngineWorld();
  const gates = new Gates();
  const one = await world.boot('one', [world.chain(['a', 'b'], { a: { run: gates.run } })]);
  return { world, gates, one };
}

function submit({ world }: Bench, engine: Engine, changes: Partial<SubmitRequest> = {}): Promise<Task> {
  const request: SubmitRequest = {
    operation: 'work',
    parameters: {},
    submitter,
    claims: ['cluster:1'],
    onConflict: 'queue',
    ...changes,
  };
  return world.time.finish(engine.submit(request));
}

async function untilRunning({ world }: Bench, task: Task): Promise<void> {
  await world.untilSubtask(task.id, 'a', 'RUNNING');
}

describe('a queued task', () => {
  it('waits without having begun, says who holds the claim, and begins when it is free', async () => {
    const bench = await open();
    const { world, gates, one } = bench;
    const holder = await submit(bench, one.engine);
    const queued = await submit(bench, one.engine);
    expect(holder.isQueued).toBe(false);
    expect(statuses(queued)).toEqual({ a: 'READY', b: 'PENDING' });
    expect(queued.subtasks[0]?.waitingFor).toMatchObject({
      what: 'cluster:1 to be free',
      evidence: expect.stringMatching(/^held by task 1 \(Work\) of admin since /),
    });
    gates.open(holder);
    await untilRunning(bench, queued);
    gates.open(queued);
    expect((await world.ended(queued.id)).status).toBe('SUCCESSFUL');
    expect(world.store.heldClaims.size).toBe(0);
    expect(world.logOf(queued.subtasks[0]?.id ?? 0).join('\n')).toMatch(
      /Waiting for cluster:1 to be free: held by/,
    );
  });

  it('is served in the order of arrival, before newcomers, and beside tasks of other claims', async () => {
    const bench = await open();
    const { world, gates, one } = bench;
    const holder = await submit(bench, one.engine);
    const queue = [await submit(bench, one.engine), await submit(bench, one.engine)] as const;
    expect((await one.engine.fetch(queue[1].id))?.subtasks[0]?.waitingFor?.evidence).toBe(
      `task ${queue[0].id} (Work) is before it`,
    );
    const other = await submit(bench, one.engine, { claims: ['cluster:2'], onConflict: 'refuse' });
    expect(statuses(other)).toEqual({ a: 'RUNNING', b: 'PENDING' });
    gates.open(holder);
    await untilRunning(bench, queue[0]);
    await expect(submit(bench, one.engine, { onConflict: 'refuse' })).rejects.toThrow(ClaimConflict);
    gates.open(queue[0]);
    await untilRunning(bench, queue[1]);
    gates.open(queue[1]);
    await world.ended(queue[1].id);
  });

  it('can be cancelled: nothing has run, it holds nothing, and a retry asks for the claims again', async () => {
    const bench = await open();
    const { world, gates, one } = bench;
    const holder = await submit(bench, one.engine);
    const queued = await submit(bench, one.engine);
    const cancel = one.engine.cancelSubtask(queued.id, queued.subtasks[0]?.id ?? 0, 'dba');
    const cancelled = await world.time.finish(cancel);
    expect(cancelled).toMatchObject({ status: 'FAILED', isQueued: false });
    expect(cancelled.subtasks[0]?.failure).toBe('Cancelled by dba while it waited for its turn');
    expect(world.effects).toEqual(['run a 1']);
    await expect(world.time.finish(one.engine.retryTask(queued.id))).rejects.toThrow(ClaimConflict);
    gates.open(holder);
    await world.ended(holder.id);
    await world.time.finish(one.engine.retryTask(queued.id));
    await untilRunning(bench, queued);
    gates.open(queued);
    expect((await world.ended(queued.id)).status).toBe('SUCCESSFUL');
  });

  it('survives the death of its instance and keeps its place', async () => {
    const bench = await open();
    const { world, gates, one } = bench;
    const operations = [world.chain(['a', 'b'], { a: { run: gates.run } })];
    const two = await world.boot('two', operations);
    const holder = await submit(bench, two.engine);
    const queue = [await submit(bench, one.engine), await submit(bench, two.engine)] as const;
    one.process.kill();
    gates.open(holder);
    await world.ended(holder.id);
    await untilRunning(bench, queue[0]);
    expect((await world.stored(queue[0].id)).owner).toBe('two');
    expect((await world.stored(queue[1].id)).isQueued).toBe(true);
    gates.open(queue[0]);
    await untilRunning(bench, queue[1]);
    gates.open(queue[1]);
    await world.ended(queue[1].id);
  });

  it('begins once when its owner dies between getting the claims and beginning', async () => {
    let dies = false;
    const world = new EngineWorld({
      intercept: ({ method, when }) => {
        if (dies && method === 'acquireClaims' && when === 'after') {
          dies = false;
          one.process.kill();
        }
      },
    });
    const gates = new Gates();
    const operations = [world.chain(['a', 'b'], { a: { run: gates.run } })];
    const one = await world.boot('one', operations);
    const two = await world.boot('two', operations);
    const bench = { world, gates, one };
    const holder = await submit(bench, two.engine);
    const queued = await submit(bench, one.engine);
    dies = true;
    gates.open(holder);
    await untilRunning(bench, queued);
    expect(await world.stored(queued.id)).toMatchObject({ owner: 'two', isQueued: false });
    gates.open(queued);
    expect((await world.ended(queued.id)).status).toBe('SUCCESSFUL');
    expect(world.effects.filter((effect) => effect.startsWith('run b'))).toHaveLength(2);
  });

  it('fails by itself when it has waited too long, and says for what', async () => {
    const bench = await open();
    const { world, one } = bench;
    const lasting = world.chain(['a'], { a: { run: untilAborted, timeoutMs: 100 * 3_600_000 } });
    const two = await world.boot('two', [lasting], { longestQueueMs: 36_000 });
    await submit(bench, two.engine);
    const queued = await submit(bench, two.engine);
    one.process.kill();
    await world.time.runFor(40_000);
    const task = await world.stored(queued.id);
    expect(task.status).toBe('FAILED');
    expect(task.subtasks[0]?.failure).toBe('Waited 0.01 h for cluster:1, which did not become free');
  });

  it('tells its waiting to listeners', async () => {
    const bench = await open();
    const { one } = bench;
    const heard: EngineEvent[] = [];
    one.engine.events.subscribe((event) => heard.push(event));
    await submit(bench, one.engine);
    const queued = await submit(bench, one.engine);
    const waits = heard.filter((event) => event.kind === 'waiting' && event.task.id === queued.id);
    expect(waits).toHaveLength(1);
  });
});

describe('release', () => {
  async function failHalfway() {
    const world = new EngineWorld();
    const fails = () => {
      throw new StepFailure('no way on');
    };
    const operation = world.chain(['a', 'b'], { b: { run: fails } });
    const { engine, process } = await world.boot('one', [operation]);
    const task = await world.ended((await world.submit(engine, ['cluster:1'])).id);
    expect(world.store.heldClaims.has('cluster:1')).toBe(true);
    return { world, engine, process, task };
  }

  it('gives up the claims of a task that failed half way; the task stays, and a retry takes them again', async () => {
    const { world, engine, task } = await failHalfway();
    const released = await world.time.finish(engine.releaseTask(task.id, 'dba'));
    expect(released).toMatchObject({ status: 'FAILED', operation: 'EXECUTE' });
    expect(world.store.heldClaims.size).toBe(0);
    expect(world.logOf(task.subtasks[1]?.id ?? 0).at(-1)).toMatch(/^Released by dba: .*cluster:1/);
    await world.time.finish(engine.releaseTask(task.id));
    await world.time.finish(engine.retryTask(task.id));
    expect(world.store.heldClaims.has('cluster:1')).toBe(true);
  });

  it('is the way out for a task whose operation the program no longer knows', async () => {
    const { world, process, task } = await failHalfway();
    process.kill();
    const { engine } = await world.boot('two', [{ ...world.chain(['a']), name: 'other' }]);
    for (const command of ['retryTask', 'rollbackTask'] as const) {
      await expect(world.time.finish(engine[command](task.id))).rejects.toThrow(OperationUnknown);
    }
    await world.time.finish(engine.releaseTask(task.id));
    expect(world.store.heldClaims.size).toBe(0);
  });

  it('is refused while the task runs, and after it has succeeded', async () => {
    const world = new EngineWorld();
    const { engine } = await world.boot('one', [world.chain(['a'], { a: { run: untilAborted } })]);
    const task = await world.submit(engine, ['cluster:1']);
    await expect(world.time.finish(engine.releaseTask(task.id))).rejects.toThrow(TaskStateConflict);
  });
});
