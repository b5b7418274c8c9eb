/** Walks the table of docs/guides/locks.md: every state that it names is reached, and every way out of it is gone. */
import { readFileSync } from 'node:fs';
import {
  createEngine,
  type Engine,
  MemoryTaskStore,
  type Operation,
  StepFailure,
  type Task,
} from '@openocp/engine';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { Caller } from './app.ts';
import { createTaskCommands } from './task-commands.ts';
import { viewTask } from './task-view.ts';

const guide = readFileSync(new URL('../../../../docs/guides/locks.md', import.meta.url), 'utf8');

interface Row {
  readonly state: string;
  readonly holds: boolean;
  readonly waysOut: readonly string[];
}

const rows: readonly Row[] = guide
  .split('\n')
  .map((line) => /^\| ([A-Z].*) \| (yes|no) \| (.*) \|$/.exec(line))
  .filter((match) => match !== null)
  .map(([, state = '', holds, ways = '']) => ({ state, holds: holds === 'yes', waysOut: ways.split('; ') }));

const caller: Caller = {
  userId: 100,
  username: 'dba',
  permissions: ['**'],
  traceId: '00112233aabbccdd',
  clientAddress: '127.0.0.1',
  language: 'en-US',
};

const parameters = z.object({
  first: z.enum(['plain', 'looks', 'final']).default('plain'),
  second: z.enum(['succeeds', 'fails', 'hangs', 'clings']).default('fails'),
  undo: z.enum(['succeeds', 'fails']).default('succeeds'),
  prohibitSkip: z.boolean().default(false),
});

/** What hangs in `second` until the test lets it go. */
class Work {
  readonly #held: (() => void)[] = [];
  isOver = false;

  letGo(): void {
    this.isOver = true;
    for (const go of this.#held) go();
  }

  operation(name = 'work'): Operation {
    const work: Operation<z.output<typeof parameters>> = {
      name,
      title: 'Work',
      parameters,
      build: (graph, input) => {
        const common = { timeoutMs: 60_000, result: z.null() } as const;
        const first = graph.step({
          ...common,
          name: 'first',
          after: [],
          effects: input.first === 'looks' ? 'none' : 'some',
          prohibitRollback: input.first === 'final',
          run: async () => null,
          undo: async () => {
            if (input.undo === 'fails' && !this.isOver) throw new StepFailure('it cannot be undone');
          },
        });
        graph.step({
          ...common,
          name: 'second',
          after: [first],
          effects: input.first === 'looks' ? 'none' : 'some',
          prohibitSkip: input.prohibitSkip,
          run: ({ signal }) => this.#second(input.second, signal),
          undo: { nothingToUndo: 'It does nothing.' },
        });
      },
    };
    return work as Operation;
  }

  #second(kind: z.output<typeof parameters>['second'], signal: AbortSignal): Promise<null> {
    if (this.isOver || kind === 'succeeds') return Promise.resolve(null);
    if (kind === 'fails') return Promise.reject(new StepFailure('no'));
    return new Promise((resolve, reject) => {
      this.#held.push(() => (signal.aborted ? reject(signal.reason as Error) : resolve(null)));
      // One that clings looks at its signal only when it is done.
      if (kind === 'hangs') signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
  }
}

interface Bench {
  readonly store: MemoryTaskStore;
  readonly work: Work;
  engine: Engine;
}

const engines: Engine[] = [];
afterEach(() => Promise.all(engines.splice(0).map((engine) => engine.stop())));

async function startEngine(store: MemoryTaskStore, operation: Operation, instance = 'a'): Promise<Engine> {
  const engine = createEngine({ store, operations: [operation], instance, leaseMs: 400 });
  engines.push(engine);
  await engine.start();
  return engine;
}

async function open(): Promise<Bench> {
  const store = new MemoryTaskStore();
  const work = new Work();
  return { store, work, engine: await startEngine(store, work.operation()) };
}

async function reached({ store }: Bench, id: number, isThere: (task: Task) => boolean): Promise<Task> {
  return vi.waitFor(
    async () => {
      const task = await store.fetch(id);
      if (task === undefined || !isThere(task))
        throw new Error(`task ${id} is not there yet: ${task?.status}`);
      return task;
    },
    { timeout: 10_000, interval: 5 },
  );
}

const hasFailed = ({ status }: Task) => status === 'FAILED';
const isAtSecond = ({ subtasks }: Task) => subtasks[1]?.status === 'RUNNING';

async function submit(bench: Bench, input: z.input<typeof parameters>): Promise<Task> {
  const submitter = { id: 100, name: 'dba' };
  const request = {
    operation: 'work',
    parameters: parameters.parse(input),
    submitter,
    claims: ['cluster:1'],
  };
  return bench.engine.submit({ ...request, onConflict: 'queue' });
}

async function fail(bench: Bench, input: z.input<typeof parameters> = {}): Promise<Task> {
  return reached(bench, (await submit(bench, input)).id, hasFailed);
}

async function queue(bench: Bench): Promise<Task> {
  const holder = await submit(bench, { second: 'hangs' });
  const queued = await submit(bench, { second: 'succeeds' });
  expect(holder.isQueued).toBe(false);
  return queued;
}

/** How to get into each state of the table. */
const states: Readonly<Record<string, (bench: Bench) => Promise<Task>>> = {
  RUNNING: async (bench) => reached(bench, (await submit(bench, { second: 'hangs' })).id, isAtSecond),
  'RUNNING, queued': queue,
  async 'RUNNING, a subtask CANCELING'(bench) {
    const task = await reached(bench, (await submit(bench, { second: 'clings' })).id, isAtSecond);
    return bench.engine.cancelSubtask(task.id, task.subtasks[1]?.id ?? 0);
  },
  async 'RUNNING, its instance has died'(bench) {
    const { store, work, engine } = bench;
    const task = await reached(bench, (await submit(bench, { second: 'hangs' })).id, isAtSecond);
    await engine.stop();
    bench.engine = await startEngine(store, work.operation(), 'b');
    return task;
  },
  'FAILED before anything was changed': (bench) => fail(bench, { first: 'looks' }),
  async 'FAILED in the queue'(bench) {
    const queued = await queue(bench);
    await bench.engine.cancelSubtask(queued.id, queued.subtasks[0]?.id ?? 0);
    bench.work.letGo();
    await reached(bench, queued.id - 1, ({ status }) => status === 'SUCCESSFUL');
    return reached(bench, queued.id, hasFailed);
  },
  'FAILED half way': (bench) => fail(bench),
  'FAILED half way, the subtask must not be skipped': (bench) => fail(bench, { prohibitSkip: true }),
  'FAILED half way, behind a step that cannot be undone': (bench) => fail(bench, { first: 'final' }),
  async 'FAILED in its rollback'(bench) {
    const { id } = await fail(bench, { undo: 'fails' });
    await bench.engine.rollbackTask(id);
    return reached(bench, id, ({ status, operation }) => status === 'FAILED' && operation === 'ROLLBACK');
  },
  async 'FAILED, of an operation that this version does not know'(bench) {
    const task = await fail(bench);
    await bench.engine.stop();
    bench.engine = await startEngine(bench.store, bench.work.operation('another'));
    return task;
  },
  async 'FAILED, released'(bench) {
    const { id } = await fail(bench);
    return bench.engine.releaseTask(id);
  },
  SUCCESSFUL: async (bench) =>
    reached(bench, (await submit(bench, { second: 'succeeds' })).id, ({ status }) => status === 'SUCCESSFUL'),
};

async function holder({ store }: Bench): Promise<number | undefined> {
  return store.heldClaims.get('cluster:1')?.taskId;
}

/** What the table says, done to a task: the cluster is free then, or the task is in a state with other ways out. */
async function walk(bench: Bench, task: Task, way: string): Promise<void> {
  const commands = createTaskCommands({
    engine: bench.engine,
    pauses: { fetch: async () => undefined },
    offsetMinutes: 0,
  });
  const ids = { taskInstanceId: task.id, subtaskInstanceId: 0 };
  const failed = task.subtasks.find(
    ({ status }) => status === 'FAILED' || status === 'READY' || status === 'RUNNING',
  );
  const onSubtask = { ...ids, subtaskInstanceId: failed?.id ?? 0 };
  const ways: Readonly<Record<string, () => Promise<unknown>>> = {
    'ends by itself': async () => undefined,
    'subtask CANCEL': () => commands.subtaskCancel(caller, onSubtask),
    'task RETRY': () => commands.taskRetry(caller, ids),
    'task ROLLBACK': () => commands.taskRollback(caller, ids),
    'task RELEASE': () => commands.taskRelease(caller, ids),
    'subtask RETRY': () => commands.subtaskRetry(caller, onSubtask),
    'subtask SKIP': () => commands.subtaskSkip(caller, onSubtask),
  };
  const go = ways[way];
  if (go === undefined) throw new Error(`the table names an unknown way out: ${way}`);
  // What was in the way of success is over, so that success can be seen; a skip, a release and a cancel need no such luck.
  if (!/SKIP|RELEASE|CANCEL$/.test(way)) bench.work.letGo();
  await go();
  const endsFailed = task.subtasks.some(({ status }) => status === 'CANCELING') || way === 'subtask CANCEL';
  if (endsFailed) await reached(bench, task.id, hasFailed);
  else await vi.waitFor(async () => expect(await holder(bench)).not.toBe(task.id), { timeout: 10_000 });
}

it('names every state once, and no other', () => {
  expect(rows.map(({ state }) => state)).toEqual(Object.keys(states));
});

describe.each(rows)('a task that is $state', ({ state, holds, waysOut }) => {
  const reach = states[state];
  if (reach === undefined) throw new Error(`no way is known into ${state}`);

  it(`holds its cluster: ${holds}; and offers the ways of the table`, async () => {
    const bench = await open();
    const task = await reach(bench);
    expect((await holder(bench)) === task.id).toBe(holds);
    const view = viewTask(task);
    const offered = [
      ...view.availableOperations.map((action) => `task ${action}`),
      ...view.subtasks.flatMap((subtask) => subtask.availableOperations.map((action) => `subtask ${action}`)),
    ];
    for (const way of waysOut.filter((each) => /^(sub)?task /.test(each))) expect(offered).toContain(way);
  });

  it.each(waysOut.filter((way) => way !== 'none needed'))('is left by: %s', async (way) => {
    const bench = await open();
    await walk(bench, await reach(bench), way);
  });
});
