/** What people see of a task: waits, logs, events, the context. */
import { describe, expect, it } from 'vitest';
import { pause } from './clock.ts';
import type { EngineEvent } from './engine-events.ts';
import { EngineWorld, subtaskNamed, untilAborted } from './schedules/engine-world.ts';
import { type Observation, type StepContext, StepFailure } from './step-context.ts';

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
