import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { pause } from './clock.ts';
import {
  ClaimConflict,
  EngineUnavailable,
  IdempotencyConflict,
  OperationUnknown,
  ParametersInvalid,
  TaskNotFound,
  TaskStateConflict,
} from './engine-errors.ts';
import type { EngineEvent } from './engine-events.ts';
import type { Operation, Step } from './operation.ts';
import { EngineWorld, statuses, subtaskNamed, untilAborted } from './schedules/engine-world.ts';
import { type Observation, OutcomeUnknown, type StepContext, StepFailure } from './step-context.ts';

const eight = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];
const submitter = { id: 100, name: 'admin' };

describe('submit', () => {
  it('runs a chain of 8 with 9 commits', async () => {
    const world = new EngineWorld();
    const { engine } = await world.boot('one', [world.chain(eight)]);
    const before = world.store.commits;
    const { id } = await world.submit(engine, ['cluster:1']);
    const task = await world.ended(id);
    expect(task.status).toBe('SUCCESSFUL');
    expect(world.store.commits - before).toBe(9);
    expect(world.effects).toEqual(eight.map((name) => `run ${name} 1`));
    expect(world.store.heldClaims.size).toBe(0);
  });

  it('answers with a task whose first subtask is RUNNING already', async () => {
    const world = new EngineWorld();
    const { engine } = await world.boot('one', [world.chain(['a', 'b'], { a: { run: untilAborted } })]);
    const task = await world.submit(engine);
    expect(statuses(task)).toEqual({ a: 'RUNNING', b: 'PENDING' });
    expect(task.subtasks[0]).toMatchObject({
      attempt: 1,
      executor: 'one',
      downstreams: [task.subtasks[1]?.id],
    });
  });

  it('refuses a claim that another task holds, and names the holder', async () => {
    const world = new EngineWorld();
    const { engine } = await world.boot('one', [world.chain(['a'], { a: { run: untilAborted } })]);
    const first = await world.submit(engine, ['cluster:1', 'host:7']);
    const conflict = await world.submit(engine, ['host:7']).catch((error: unknown) => error);
    expect(conflict).toBeInstanceOf(ClaimConflict);
    expect((conflict as ClaimConflict).holder).toMatchObject({
      claim: 'host:7',
      taskId: first.id,
      taskName: 'Work',
      submitter,
    });
    await world.submit(engine, ['cluster:2']);
  });

  it('finds the first task for a repeated idempotency key, and refuses the key for another request', async () => {
    const world = new EngineWorld();
    const { engine } = await world.boot('one', [world.chain(['a'], { a: { run: untilAborted } })]);
    const request = {
      operation: 'work',
      parameters: { x: 1, y: 2 },
      submitter,
      claims: ['c'],
      idempotencyKey: 'k',
    };
    const first = await world.time.finish(engine.submit(request));
    const again = await world.time.finish(engine.submit({ ...request, parameters: { y: 2, x: 1 } }));
    expect(again.id).toBe(first.id);
    const other = world.time.finish(engine.submit({ ...request, parameters: { x: 2 } }));
    await expect(other).rejects.toThrow(IdempotencyConflict);
  });

  it('checks parameters against the schema of the operation, and knows its operations', async () => {
    const world = new EngineWorld();
    const operation = { ...world.chain(['a']), parameters: z.object({ serverId: z.int() }) };
    const { engine } = await world.boot('one', [operation]);
    const request = { operation: 'work', parameters: { serverId: 'x' }, submitter, claims: [] };
    const error = await engine.submit(request).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ParametersInvalid);
    expect((error as ParametersInvalid).issues[0]).toMatchObject({ path: 'serverId' });
    await expect(engine.submit({ ...request, operation: 'other' })).rejects.toThrow(OperationUnknown);
  });

  it('is refused before start and after stop', async () => {
    const world = new EngineWorld();
    const { engine } = world.install('one', [world.chain(['a'])]);
    const request = { operation: 'work', parameters: {}, submitter, claims: [] };
    await expect(engine.submit(request)).rejects.toThrow(EngineUnavailable);
    await world.time.finish(engine.start());
    await world.time.finish(engine.stop());
    await expect(engine.submit(request)).rejects.toThrow(EngineUnavailable);
  });
});

describe('a graph', () => {
  it('runs a diamond: the fork side by side, the join once, after both', async () => {
    const world = new EngineWorld();
    const operation = world.operation({
      a: {},
      b: { after: ['a'] },
      c: { after: ['a'] },
      d: { after: ['b', 'c'] },
    });
    const { engine } = await world.boot('one', [operation]);
    const task = await world.ended((await world.submit(engine)).id);
    expect(task.status).toBe('SUCCESSFUL');
    expect(world.effects).toEqual(['run a 1', 'run b 1', 'run c 1', 'run d 1']);
  });

  it('never runs more subtasks at once than the operation allows', async () => {
    const world = new EngineWorld();
    let running = 0;
    let most = 0;
    const run = async (): Promise<null> => {
      running += 1;
      most = Math.max(most, running);
      await new Promise<void>((resolve) => world.time.schedule(10, resolve));
      running -= 1;
      return null;
    };
    const steps = Object.fromEntries(eight.map((name) => [name, { run }]));
    const { engine } = await world.boot('one', [world.operation(steps, { concurrency: 3 })]);
    const task = await world.ended((await world.submit(engine)).id);
    expect(task.status).toBe('SUCCESSFUL');
    expect(most).toBe(3);
  });

  it('gives a step the typed results of earlier steps', async () => {
    const world = new EngineWorld();
    const seen: unknown[] = [];
    const operation: Operation = {
      name: 'work',
      title: 'Work',
      parameters: z.json(),
      build(graph) {
        const undo = { nothingToUndo: 'it only looks' };
        const pid: Step<{ pid: number }> = graph.step({
          name: 'find',
          after: [],
          timeoutMs: 1000,
          effects: 'none',
          result: z.object({ pid: z.number() }),
          run: async () => ({ pid: 42 }),
          undo,
        });
        graph.step({
          name: 'use',
          after: [pid],
          timeoutMs: 1000,
          effects: 'none',
          result: z.void(),
          async run(context) {
            seen.push(context.result(pid).pid);
          },
          undo,
        });
      },
    };
    const { engine } = await world.boot('one', [operation]);
    await world.ended((await world.submit(engine)).id);
    expect(seen).toEqual([42]);
  });
});

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

describe('what people see', () => {
  it('looks again after pauses that double up to the interval, if a wait asks for it', async () => {
    const world = new EngineWorld();
    const looks: number[] = [];
    const look = async () => {
      looks.push(world.time.now);
      return looks.length < 6
        ? { done: false as const, evidence: 'no' }
        : { done: true as const, value: null };
    };
    const run = (context: StepContext) =>
      context.waitFor('rain', look, { timeoutMs: 60_000, intervalMs: 250, firstIntervalMs: 50 });
    const { engine } = await world.boot('one', [world.chain(['wait'], { wait: { run } })]);
    await world.ended((await world.submit(engine)).id);
    const pauses = looks.slice(1).map((at, index) => at - (looks[index] ?? 0));
    expect(pauses).toEqual([50, 100, 200, 250, 250]);
  });

  it('shows what a subtask waits for, and logs each change of evidence once', async () => {
    const world = new EngineWorld();
    let leaders = 2;
    const look = async () => {
      await Promise.resolve();
      return leaders === 0
        ? ({ done: true, value: 'gone' } as const)
        : { done: false as const, evidence: `${leaders} leaders` };
    };
    const run = (context: StepContext) =>
      context.waitFor('leaders to leave', look, { timeoutMs: 60_000, intervalMs: 100 });
    const { engine } = await world.boot('one', [world.chain(['wait'], { wait: { run } })]);
    const events: EngineEvent[] = [];
    engine.events.subscribe((event) => events.push(event));
    const { id, subtasks } = await world.submit(engine);
    await world.time.runFor(1000);
    const shown = (await engine.fetch(id))?.subtasks[0]?.waitingFor;
    expect(shown).toMatchObject({ what: 'leaders to leave', evidence: '2 leaders' });
    expect((shown?.until ?? 0) - (shown?.since ?? 0)).toBe(60_000);
    leaders = 1;
    await world.time.runFor(1000);
    leaders = 0;
    await world.ended(id);
    expect(world.logOf(subtasks[0]?.id ?? 0).filter((text) => text.includes('leaders'))).toEqual([
      'Waiting for leaders to leave: 2 leaders',
      'Waiting for leaders to leave: 1 leaders',
      'No longer waiting for leaders to leave: it is there',
    ]);
    const waiting = events.filter((event) => event.kind === 'waiting');
    expect(waiting.map((event) => event.waitingFor?.evidence)).toEqual([
      'the first look is under way',
      '2 leaders',
      '1 leaders',
      undefined,
    ]);
  });

  it('shows at every instance what a subtask waits for, and no longer than it does', async () => {
    const world = new EngineWorld();
    const operation = world.chain(['a', 'b'], {
      a: {
        async run(context) {
          let looks = 0;
          const look = async (): Promise<Observation<null>> => {
            looks += 1;
            return looks < 4 ? { done: false, evidence: `${looks} of 4` } : { done: true, value: null };
          };
          await context.waitFor('the fourth look', look, { timeoutMs: 60_000, intervalMs: 5_000 });
          await pause(process.clock, 5_000, context.signal);
          return null;
        },
      },
    });
    const { engine, process } = await world.boot('one', [operation]);
    const other = await world.boot('two', [operation]);
    const { id } = await world.submit(engine);
    const seen = async () => {
      await world.time.runFor(500);
      return (await world.time.finish(other.engine.fetch(id)))?.subtasks[0];
    };
    const first = await seen();
    expect(first).toMatchObject({ waitingFor: { what: 'the fourth look', evidence: '1 of 4' } });
    expect(first?.waitingFor).toEqual((await engine.fetch(id))?.subtasks[0]?.waitingFor);
    await world.time.runFor(10_000);
    expect(await seen()).toMatchObject({ waitingFor: { evidence: '3 of 4' } });
    await world.time.runFor(5_000);
    expect(await seen()).toMatchObject({ status: 'RUNNING', waitingFor: undefined });
    expect((await world.ended(id)).status).toBe('SUCCESSFUL');
  });

  it('fails a wait that takes too long with what was last seen', async () => {
    const world = new EngineWorld();
    const sun = async (): Promise<Observation<null>> => ({ done: false, evidence: 'sun' });
    const run = (context: StepContext) =>
      context.waitFor('rain', sun, {
        timeoutMs: 2000,
        intervalMs: 300,
      });
    const { engine } = await world.boot('one', [world.chain(['wait'], { wait: { run } })]);
    const task = await world.ended((await world.submit(engine)).id);
    expect(subtaskNamed(task, 'wait').failure).toBe('Waited 2 s for rain; last seen: sun');
  });

  it('writes log lines within 50 ms while a step runs, and the standard lines around it', async () => {
    const world = new EngineWorld();
    const run = async (context: StepContext) => {
      context.log.warn('half way');
      return untilAborted(context);
    };
    const { engine } = await world.boot('one', [world.chain(['a'], { a: { run, timeoutMs: 1000 } })]);
    const { id, subtasks } = await world.submit(engine);
    const subtaskId = subtasks[0]?.id ?? 0;
    await world.time.runFor(60);
    expect(world.logOf(subtaskId)).toEqual([
      `Run subtask, id=${subtaskId}, name=a, attempt=1, executor=one`,
      'half way',
    ]);
    await world.ended(id);
    expect(world.logOf(subtaskId).at(-1)).toBe(
      `Set state for subtask: ${subtaskId}, current state: RUNNING, new state: FAILED`,
    );
  });

  it('tells listeners only what is durable, in order', async () => {
    const world = new EngineWorld();
    const { engine } = await world.boot('one', [world.chain(['a', 'b'])]);
    const seen: string[] = [];
    engine.events.subscribe((event) => {
      if (event.kind === 'subtask') seen.push(`${event.subtask.name} ${event.subtask.status}`);
      if (event.kind === 'task') seen.push(`task ${event.task.status}`);
    });
    await world.ended((await world.submit(engine)).id);
    await world.time.runFor(10);
    expect(seen).toEqual(['task RUNNING', 'a SUCCESSFUL', 'b RUNNING', 'b SUCCESSFUL', 'task SUCCESSFUL']);
  });

  it('stores of a step no more than any database takes at once', async () => {
    const world = new EngineWorld();
    const long = 'x'.repeat(20_000);
    const shown = `${'x'.repeat(8192)} ... (11808 more characters)`;
    const { engine } = await world.boot('one', [
      world.operation({
        fails: {
          run(context) {
            context.annotate({ reply: long });
            throw new StepFailure(long);
          },
        },
        floods: { run: () => long.repeat(250) },
      }),
    ]);
    const task = await world.ended((await world.submit(engine)).id);
    expect(subtaskNamed(task, 'fails')).toMatchObject({ failure: shown, annotations: { reply: shown } });
    expect(subtaskNamed(task, 'floods').failure).toBe(
      'The step returned a result of 5000002 characters; at most 4194304 are stored',
    );
    expect(Math.max(...world.store.log.map(({ text }) => text.length))).toBe(shown.length);
  });

  it('keeps display entries of a run with its end', async () => {
    const world = new EngineWorld();
    const run = (context: StepContext) => {
      context.annotate({ pid: '42' });
      return null;
    };
    const { engine } = await world.boot('one', [world.chain(['a'], { a: { run } })]);
    const task = await world.ended((await world.submit(engine)).id);
    expect(subtaskNamed(task, 'a').annotations).toEqual({ pid: '42' });
  });
});
