/** Requests, and the graphs that they become. */
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  ClaimConflict,
  EngineUnavailable,
  IdempotencyConflict,
  OperationUnknown,
  ParametersInvalid,
} from './engine-errors.ts';
import type { Operation, Step } from './operation.ts';
import { EngineWorld, statuses, untilAborted } from './schedules/engine-world.ts';

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
