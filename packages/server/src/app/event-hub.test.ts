/** The hub over real metadata databases: one that this process has for itself, and one that two instances share. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { EventsAnswer, StreamItem } from '@openocp/contract';
import {
  createEngine,
  type Engine,
  type JsonValue,
  type Observation,
  type Operation,
  StepFailure,
} from '@openocp/engine';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { serverRow } from '../planning/snapshot-fixture.ts';
import { createSecretBox } from '../security/secret-box.ts';
import { createClusterStore } from '../store/clusters.ts';
import { type MetadataDatabase, openDatabase } from '../store/database.ts';
import { createEventFeed } from '../store/event-feed.ts';
import { startMariadb } from '../store/mariadb-server.ts';
import { createServerStore } from '../store/servers.ts';
import { createTaskStore, type SqlTaskStore } from '../store/task-store.ts';
import { createZoneStore } from '../store/zones.ts';
import { EventHub, type EventLimits } from './event-hub.ts';
import { createListProgress } from './operation-progress.ts';
import { ServerStates } from './server-states.ts';
import type { Listener } from './told.ts';

const everything: Listener = { permissions: ['**'], clusterId: undefined, taskId: undefined };

const parameters = z.object({
  steps: z.int(),
  failLast: z.boolean().default(false),
  looks: z.int().default(0),
});

/** A chain of steps that each say something. */
const chain: Operation<z.output<typeof parameters>> = {
  name: 'chain',
  title: 'Chain',
  parameters,
  build(graph, { steps, failLast, looks }) {
    let previous: ReturnType<typeof graph.step>[] = [];
    for (let index = 0; index < steps; index += 1) {
      const step = graph.step({
        name: `step ${index}`,
        after: previous,
        timeoutMs: 10_000,
        effects: 'some',
        result: z.null(),
        async run(context) {
          context.log.info(`work of step ${index}`);
          let left = looks;
          const look = async (): Promise<Observation<null>> => {
            left -= 1;
            return left > 0
              ? { done: false, evidence: `${left} looks are left` }
              : { done: true, value: null };
          };
          const intervals = { timeoutMs: 10_000, intervalMs: 700 };
          if (looks > 0) await context.waitFor('the last look', look, intervals);
          if (failLast && index === steps - 1) throw new StepFailure('it cannot be');
          return null;
        },
        undo: { nothingToUndo: 'It only talks.' },
      });
      previous = [step];
    }
  },
};

interface Instance {
  readonly database: MetadataDatabase;
  readonly engine: Engine;
  readonly hub: EventHub;
}

const clock = () => Date.now();
const ends: (() => Promise<void> | void)[] = [];

async function startInstance(
  url: string,
  name: string,
  exclusive: boolean,
  limits: Partial<EventLimits> = {},
  held?: HeldEnd,
): Promise<Instance> {
  const database = await openDatabase(url, { exclusive });
  const stored = createTaskStore(database);
  const store = held?.over(stored) ?? stored;
  const engine = createEngine({ store, operations: [chain as Operation], instance: name });
  const clusters = createClusterStore(database, createSecretBox(Buffer.alloc(32, 1)), clock);
  const listProgress = createListProgress(store, (id) => `cluster:${id}`);
  const hub = new EventHub({
    feed: createEventFeed(database.db),
    engine: held?.askedOf(engine) ?? engine,
    servers: new ServerStates({
      clusters,
      zones: createZoneStore(database, clock),
      servers: createServerStore(database, clock),
      listProgress,
    }),
    hasOneWriter: database.dialect === 'sqlite',
    offsetMinutes: 0,
    now: () => performance.now(),
    onError: (error) => {
      throw error;
    },
    limits: { pollMs: 50, ...limits },
  });
  ends.push(
    () => database.close(),
    () => engine.stop(),
    () => hub.stop(),
  );
  await engine.start();
  return { database, engine, hub };
}

/** The answer to the commit that ends a task is held back until the hub has asked for the task. */
class HeldEnd {
  readonly #released = Promise.withResolvers<void>();
  #isCommitted = false;
  #waiting = 0;
  committed: () => Promise<void> = async () => {};

  over(store: SqlTaskStore): SqlTaskStore {
    return {
      ...store,
      apply: async (changes, delivery) => {
        const outcomes = await store.apply(changes, delivery);
        if (changes.some(({ task }) => task?.status === 'SUCCESSFUL')) {
          await this.committed();
          this.#isCommitted = true;
          // Who asked before the commit waits for this very answer, and asks no second time.
          if (this.#waiting > 0) this.#released.resolve();
          await this.#released.promise;
        }
        return outcomes;
      },
    };
  }

  askedOf(engine: Engine): Pick<Engine, 'events' | 'fetchSettled'> {
    return {
      events: engine.events,
      fetchSettled: (taskId) => {
        this.#waiting += 1;
        const task = engine.fetchSettled(taskId).finally(() => {
          this.#waiting -= 1;
        });
        if (this.#isCommitted) this.#released.resolve();
        return task;
      },
    };
  }
}

function submit(engine: Engine, input: Record<string, JsonValue>, clusterId = 1) {
  return engine.submit({
    operation: 'chain',
    parameters: input,
    attributes: { clusterId },
    submitter: { id: 1, name: 'a' },
    claims: [],
  });
}

interface Heard {
  readonly id: number | undefined;
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

const json = z.record(z.string(), z.unknown());

function toHeard(items: readonly StreamItem[]): Heard[] {
  return items.flatMap(({ id, event, json: text }) =>
    event === undefined ? [] : [{ id, event, data: json.parse(JSON.parse(text ?? '{}')) }],
  );
}

/** Everything up to the first event that is wanted, which must come. */
async function hearUntil(answer: EventsAnswer, isLast: (event: Heard) => boolean): Promise<Heard[]> {
  const heard: Heard[] = [];
  for await (const items of answer.items) {
    for (const event of toHeard(items)) {
      heard.push(event);
      if (isLast(event)) return heard;
    }
  }
  throw new Error(`the stream ended before that, after ${JSON.stringify(heard)}`);
}

const isEnd = ({ event, data }: Heard) => event === 'task' && data.status !== 'RUNNING';
const logIds = (heard: readonly Heard[]) => heard.flatMap(({ event, id }) => (event === 'log' ? [id] : []));

let folder: string;
const mariadb = await startMariadb();

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'openocp-events-'));
});
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
  rmSync(folder, { recursive: true, force: true });
});
afterAll(() => mariadb?.stop());

const stores: Record<string, () => Promise<string>> = {
  SQLite: async () => `sqlite:${join(folder, 'a.db')}`,
};
if (mariadb !== undefined) stores.MariaDB = () => mariadb.createDatabase();

describe.each(Object.entries(stores))('events in %s', (_name, createUrl) => {
  it('tell a task from its beginning to its end, every line once, each state behind the line it comes with', async () => {
    const { engine, hub } = await startInstance(await createUrl(), 'a', true);
    const answer = await hub.listen(everything, undefined);
    const { id } = await submit(engine, { steps: 3 });
    const heard = await hearUntil(answer, isEnd);
    expect(heard.filter(({ event }) => event === 'task').map(({ data }) => [data.id, data.status])).toEqual([
      [id, 'RUNNING'],
      [id, 'SUCCESSFUL'],
    ]);
    const lines = heard.filter(({ event }) => event === 'log').map(({ data }) => String(data.text));
    expect(lines.filter((line) => line.startsWith('work'))).toEqual(
      [0, 1, 2].map((n) => `work of step ${n}`),
    );
    expect(logIds(heard)).toEqual([...new Set(logIds(heard))].toSorted((a, b) => Number(a) - Number(b)));
    const done = heard.findIndex(
      ({ event, data }) => event === 'subtask' && data.name === 'step 2' && data.status === 'SUCCESSFUL',
    );
    expect(heard.slice(done).map(({ event }) => event)).toEqual(['subtask', 'task']);
  });

  it('tell what another instance does', async () => {
    const url = await createUrl();
    const { engine } = await startInstance(url, 'a', true);
    const { hub } = await startInstance(url, 'b', false);
    const answer = await hub.listen(everything, undefined);
    const { id } = await submit(engine, { steps: 2, failLast: true });
    const heard = await hearUntil(answer, isEnd);
    expect(heard.at(-1)?.data).toMatchObject({ id, status: 'FAILED' });
    const failed = heard.findLast(({ event, data }) => event === 'subtask' && data.name === 'step 1');
    expect(failed?.data).toMatchObject({ taskId: id, status: 'FAILED', failure: 'it cannot be' });
    expect(heard.filter(({ data }) => String(data.text).startsWith('work of'))).toHaveLength(2);
  });

  it('tell what a subtask of another instance waits for', async () => {
    const url = await createUrl();
    const { engine } = await startInstance(url, 'a', true);
    const { hub } = await startInstance(url, 'b', false);
    const answer = await hub.listen(everything, undefined);
    await submit(engine, { steps: 1, looks: 3 });
    const heard = await hearUntil(answer, isEnd);
    const waits = heard.flatMap(({ event, data }) => (event === 'subtask' ? [data.waitingFor] : []));
    expect(waits).toContainEqual(
      expect.objectContaining({ what: 'the last look', evidence: '2 looks are left' }),
    );
    expect(waits.at(-1)).toBeUndefined();
  });

  it('resumed behind any line, at any instance, miss no line, repeat none, and tell the last state of every task', async () => {
    const url = await createUrl();
    const { engine, hub } = await startInstance(url, 'a', true);
    const other = await startInstance(url, 'b', false);
    const first = await hub.listen(everything, undefined);
    const tasks = await Promise.all([submit(engine, { steps: 3 }), submit(engine, { steps: 2 })]);
    let left: number = tasks.length;
    const all = await hearUntil(first, (event) => {
      if (isEnd(event)) left -= 1;
      return left === 0;
    });
    const ids = logIds(all);
    for (const [index, id] of ids.entries()) {
      const resumed = await other.hub.listen(everything, id);
      // Of the last line's task nothing but its state is left to tell.
      const lastTask = all.findLast(({ event }) => event === 'log')?.data.taskId;
      const heard = await hearUntil(resumed, (event) => isEnd(event) && event.data.id === lastTask);
      expect(logIds(heard)).toEqual(ids.slice(index + 1));
      const open = new Set(all.slice(all.findIndex((each) => each.id === id)).map(({ data }) => data.taskId));
      const told = new Set(heard.filter(isEnd).map(({ data }) => data.id));
      for (const taskId of open) if (taskId !== undefined) expect(told).toContain(taskId);
    }
  });

  it('tell the end of a task before the next line of another, however late its engine hears of its commit', async () => {
    const held = new HeldEnd();
    const { engine, hub, database } = await startInstance(await createUrl(), 'a', true, {}, held);
    const other = await submit(engine, { steps: 1, looks: 100 });
    const { id } = await submit(engine, { steps: 1 });
    held.committed = async () => {
      const about = { task_id: other.id, subtask_id: other.subtasks[0]?.id ?? 0, attempt: 1 };
      const row = { ...about, operation: 'EXECUTE', level: 'INFO', time: 1, text: 'beside' } as const;
      await database.db.insertInto('subtask_log').values(row).execute();
    };
    const answer = await hub.listen(everything, 0);
    const heard = await hearUntil(answer, ({ data }) => data.text === 'beside');
    expect(heard.filter(isEnd).map(({ data }) => data.id)).toEqual([id]);
  });

  it('are filtered by task and by cluster, also when resumed', async () => {
    const { engine, hub } = await startInstance(await createUrl(), 'a', true);
    const byCluster = await hub.listen({ ...everything, clusterId: 2 }, undefined);
    await submit(engine, { steps: 1 }, 1);
    const second = await submit(engine, { steps: 1 }, 2);
    const byTask = await hub.listen({ ...everything, taskId: second.id }, 0);
    const resumed = await hub.listen({ ...everything, clusterId: 2 }, 0);
    for (const answer of [byCluster, byTask, resumed]) {
      const heard = await hearUntil(answer, isEnd);
      expect(heard.every(({ data }) => data.id === second.id || data.taskId === second.id)).toBe(true);
      expect(logIds(heard).length).toBeGreaterThan(2);
    }
  });
});

describe.skipIf(mariadb === undefined)(
  'a line that becomes visible late, behind later ones of other tasks',
  () => {
    it('is told all the same, with the state of its task, and the stream does not go back', async () => {
      const url = (await mariadb?.createDatabase()) ?? '';
      const { engine, database } = await startInstance(url, 'a', true);
      const { hub } = await startInstance(url, 'b', false);
      const slow = await submit(engine, { steps: 1 });
      await hearUntil(await hub.listen({ ...everything, taskId: slow.id }, 0), isEnd);
      const heard = hearUntil(
        await hub.listen(everything, undefined),
        (event) => event.data.operation === 'SKIP',
      );
      const others = await hub.listen(everything, undefined);
      const otherId = await database.db.transaction().execute(async (transaction) => {
        const about = { task_id: slow.id, subtask_id: slow.subtasks[0]?.id ?? 0, attempt: 1 };
        const row = { ...about, operation: 'EXECUTE', level: 'INFO', time: 1, text: 'held up' } as const;
        await transaction.insertInto('subtask_log').values(row).execute();
        await transaction.updateTable('task').set({ operation: 'SKIP' }).where('id', '=', slow.id).execute();
        const { id } = await submit(engine, { steps: 2 });
        await hearUntil(others, (event) => isEnd(event) && event.data.id === id);
        return id;
      });
      const all = await heard;
      const late = all.findIndex(({ data }) => data.text === 'held up');
      expect(late).toBeGreaterThan(all.findIndex((event) => isEnd(event) && event.data.id === otherId));
      expect(all.at(-1)?.data).toMatchObject({ id: slow.id, operation: 'SKIP' });
      const places = all.flatMap(({ id }) => (id === undefined ? [] : [id]));
      expect(places).toEqual([...places].sort((first, second) => first - second));
    });
  },
);

describe('the hub', () => {
  it('tells a state of a server when it changes, to those who may read its cluster', async () => {
    const { database, hub } = await startInstance(`sqlite:${join(folder, 'a.db')}`, 'a', true);
    const clusters = createClusterStore(database, createSecretBox(Buffer.alloc(32, 1)), clock);
    const servers = createServerStore(database, clock);
    const seed = { ip: '10.0.1.1', sqlPort: 2881 };
    const cluster = {
      name: 'shop',
      obClusterId: 7,
      obVersion: '4.2.5.1',
      sysUser: 'root@sys',
      sysPassword: 'x',
      seed,
    };
    const clusterId = await clusters.insert({ ...cluster, creator: { id: 100, name: 'admin' } });
    await clusters.saveManaged(clusterId);
    await servers.saveAll(clusterId, [serverRow(1, 1), serverRow(1, 2)]);
    const [server, second] = await servers.list([clusterId]);
    const reader = await hub.listen({ ...everything, permissions: [`CLUSTER:${clusterId}:READ`] }, undefined);
    const stranger = await hub.listen({ ...everything, permissions: ['TASK:*:*'] }, undefined);
    await servers.saveProcess(server?.id ?? 0, 'absent');
    const heard = await hearUntil(reader, ({ event }) => event === 'server');
    expect(heard).toMatchObject([{ data: { id: server?.id, clusterId, status: 'UNAVAILABLE' } }]);
    await hub.stop();
    await expect(hearUntil(stranger, () => true)).rejects.toThrow('after []');
    expect(second?.id).not.toBe(server?.id);
  });

  it('tells one who was away too long, or names an unknown place, to begin afresh', async () => {
    const url = `sqlite:${join(folder, 'a.db')}`;
    const { engine, hub } = await startInstance(url, 'a', true, { missedLines: 5 });
    const live = await hub.listen(everything, undefined);
    await submit(engine, { steps: 3 });
    await hearUntil(live, isEnd);
    for (const place of [1, 9_999_999]) {
      const answer = await hub.listen(everything, place);
      const heard = await hearUntil(answer, () => true);
      expect(heard).toMatchObject([{ event: 'reset' }]);
    }
  });

  it('tells one whose last line is not kept any more to begin afresh; one who wants all that is kept gets it', async () => {
    const { engine, hub, database } = await startInstance(`sqlite:${join(folder, 'a.db')}`, 'a', true);
    const live = await hub.listen(everything, undefined);
    const old = await submit(engine, { steps: 2 });
    const heard = await hearUntil(live, isEnd);
    const { id } = await submit(engine, { steps: 1 });
    await hearUntil(await hub.listen({ ...everything, taskId: id }, 0), isEnd);
    expect(await createTaskStore(database).deleteFinishedTasks(Date.now() + 1_000, 10)).toBe(1);
    const place = logIds(heard).at(-1);
    const resumed = await hearUntil(await hub.listen(everything, place), () => true);
    expect(resumed).toMatchObject([{ event: 'reset' }]);
    const all = await hearUntil(await hub.listen(everything, 0), isEnd);
    expect(all.every(({ data }) => data.taskId !== old.id)).toBe(true);
  });

  it('shows that it lives, and where it is, while nothing happens; and ends a stream after its time', async () => {
    const limits = { heartbeatMs: 10, lifetimeMs: 100 };
    const { hub } = await startInstance(`sqlite:${join(folder, 'a.db')}`, 'a', true, limits);
    const answer = await hub.listen(everything, undefined);
    const items: StreamItem[] = [];
    for await (const each of answer.items) items.push(...each);
    expect(items.length).toBeGreaterThan(2);
    expect(items.every(({ id, event }) => id === 0 && event === undefined)).toBe(true);
    expect(answer.signal.aborted).toBe(false);
  });

  it('cuts off a listener that does not read, and the others do not notice', async () => {
    const limits = { queueCharacters: 5_000 };
    const { engine, hub } = await startInstance(`sqlite:${join(folder, 'a.db')}`, 'a', true, limits);
    const deaf = await hub.listen(everything, undefined);
    const awake = await hub.listen(everything, undefined);
    const ending = hearUntil(awake, isEnd);
    await submit(engine, { steps: 20 });
    expect((await ending).at(-1)?.data.status).toBe('SUCCESSFUL');
    expect(deaf.signal.aborted).toBe(true);
  });

  it('takes no more listeners than it can serve, and none after its end', async () => {
    const { hub } = await startInstance(`sqlite:${join(folder, 'a.db')}`, 'a', true, { listeners: 1 });
    const only = await hub.listen(everything, undefined);
    await expect(hub.listen(everything, undefined)).rejects.toMatchObject({ code: { httpStatus: 429 } });
    await only.items[Symbol.asyncIterator]().return?.();
    await hub.listen(everything, undefined);
    await hub.stop();
    await expect(hub.listen(everything, undefined)).rejects.toMatchObject({ code: { httpStatus: 503 } });
  });
});
