import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NewTask, Task } from '@openocp/engine';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type MetadataDatabase, openDatabase } from './database.ts';
import { startMariadb } from './mariadb-server.ts';
import type { TaskFilter } from './task-list.ts';
import { createTaskStore, type SqlTaskStore } from './task-store.ts';
import { changeOf, first, line, newTask } from './task-store-contract/store-bench.ts';

const folder = await mkdtemp(join(tmpdir(), 'openocp-list-'));
const mariadb = await startMariadb();
let files = 0;

afterAll(async () => {
  await mariadb?.stop();
  await rm(folder, { recursive: true, force: true });
});

const places: [string, () => Promise<string>][] = [
  [
    'SQLite',
    async () => {
      files += 1;
      return `sqlite:${join(folder, `${files}.db`)}`;
    },
  ],
];
if (mariadb !== undefined) places.push(['MariaDB', () => mariadb.createDatabase()]);

describe.each(places)('tasks in %s', (_, place) => {
  let database: MetadataDatabase;
  let store: SqlTaskStore;

  beforeEach(async () => {
    database = await openDatabase(await place());
    store = createTaskStore(database);
  });

  afterEach(() => database.close());

  async function create(changes: Partial<NewTask> = {}): Promise<Task> {
    const outcome = await store.create(newTask(changes));
    if (outcome.kind !== 'created') throw new Error(outcome.kind);
    return outcome.task;
  }

  async function end(task: Task, status: 'FAILED' | 'SUCCESSFUL', finishTime: number): Promise<void> {
    await store.apply([
      changeOf(task, { task: { status, finishTime }, releaseClaims: status === 'SUCCESSFUL' }),
    ]);
  }

  async function listIds(filter: TaskFilter): Promise<number[]> {
    const sort = { field: 'id', direction: 'asc' } as const;
    const { tasks, total } = await store.list({ filter, sort, offset: 0, limit: 100 });
    expect(total).toBe(tasks.length);
    return tasks.map(({ id }) => id);
  }

  it('are found by every filter, alone and together', async () => {
    const stop = await create({
      name: 'Stop 100% of_it',
      attributes: { clusterId: 1, clusterName: 'Alpha', hostId: 5 },
    });
    const start = await create({
      name: 'start OB server',
      definition: 'server-start',
      attributes: { clusterId: 2, tenantId: 9 },
    });
    await end(start, 'FAILED', 10);
    expect(await listIds({})).toEqual([stop.id, start.id]);
    expect(await listIds({ name: 'STOP' })).toEqual([stop.id]);
    expect(await listIds({ name: '100% of_' })).toEqual([stop.id]);
    expect(await listIds({ name: '100%%' })).toEqual([]);
    expect(await listIds({ definition: 'server-start' })).toEqual([start.id]);
    expect(await listIds({ statuses: ['FAILED', 'SUCCESSFUL'] })).toEqual([start.id]);
    expect(await listIds({ clusterId: 1 })).toEqual([stop.id]);
    expect(await listIds({ clusterName: 'alph' })).toEqual([stop.id]);
    expect(await listIds({ tenantId: 9 })).toEqual([start.id]);
    expect(await listIds({ hostId: 5, statuses: ['RUNNING'], name: 'of' })).toEqual([stop.id]);
    expect(await listIds({ hostId: 5, statuses: ['FAILED'] })).toEqual([]);
  });

  it('come in pages, in the order asked for, with the number of all', async () => {
    const tasks = [];
    for (let index = 0; index < 7; index += 1) tasks.push(await create({ name: `task ${index % 2}` }));
    const ids = tasks.map(({ id }) => id);
    const page = async (field: 'id' | 'name', direction: 'asc' | 'desc', offset: number) => {
      const found = await store.list({ filter: {}, sort: { field, direction }, offset, limit: 3 });
      expect(found.total).toBe(7);
      return found.tasks.map(({ id }) => ids.indexOf(id));
    };
    expect(await page('id', 'desc', 0)).toEqual([6, 5, 4]);
    expect(await page('id', 'asc', 6)).toEqual([6]);
    expect(await page('name', 'asc', 0)).toEqual([0, 2, 4]);
    expect(await page('name', 'asc', 3)).toEqual([6, 1, 3]);
  });

  it('are found by the claims they hold, and only while they hold them', async () => {
    const task = await create({ claims: ['cluster:1', 'host:1'] });
    await create({ claims: ['cluster:2'] });
    const holders = async (...claims: string[]) =>
      (await store.listTasksByClaims(claims)).map(({ task }) => task.id);
    expect(await holders('cluster:1', 'host:1')).toEqual([task.id]);
    expect(await holders('Cluster:1')).toEqual([]);
    await end(task, 'SUCCESSFUL', 1);
    expect(await holders('cluster:1')).toEqual([]);
    expect(await holders()).toEqual([]);
  });

  it('have logs that are read on from the last line seen', async () => {
    const task = await create();
    for (let index = 0; index < 5; index += 1) {
      const lines = Array.from({ length: 100 }, (_unused, offset) =>
        line(task, `line ${index * 100 + offset}`),
      );
      await store.apply([changeOf(task, { log: lines })]);
    }
    const seen: string[] = [];
    let after = 0;
    for (let pages = 0; pages < 10; pages += 1) {
      const page = await store.listLog(first(task), { after, limit: 120 });
      seen.push(...page.map(({ text }) => text));
      after = page.at(-1)?.id ?? after;
    }
    expect(seen).toEqual(Array.from({ length: 500 }, (_unused, index) => `line ${index}`));
    expect((await store.listLog(first(task)))[0]).toMatchObject({ ...line(task, 'line 0') });
  });

  it('are removed in batches once they have ended long ago and hold nothing, and nothing else is', async () => {
    const old = [
      await create(),
      await create(),
      await create({ idempotencyKey: { key: 'k', fingerprint: 'f' } }),
    ];
    const free = await create();
    for (const task of old) await store.apply([changeOf(task, { log: [line(task, 'text')] })]);
    for (const task of old) await end(task, 'SUCCESSFUL', 100);
    await end(free, 'FAILED', 100);
    const kept = [await create({ claims: ['a'] }), await create(), await create()];
    const [failed, recent, newer] = kept;
    if (failed === undefined || recent === undefined || newer === undefined) throw new Error('three tasks');
    await end(failed, 'FAILED', 100);
    await end(recent, 'SUCCESSFUL', 300);
    await store.apply([changeOf(newer, { log: [line(newer, 'newer')] })]);
    expect(await store.deleteFinishedTasks(200, 2)).toBe(2);
    expect(await store.deleteFinishedTasks(200, 2)).toBe(2);
    expect(await store.deleteFinishedTasks(200, 2)).toBe(0);
    expect(await listIds({})).toEqual(kept.map(({ id }) => id));
    expect(await database.db.selectFrom('idempotency_key').selectAll().execute()).toEqual([]);
    const lines = await database.db.selectFrom('subtask_log').select('text').execute();
    expect(lines).toEqual([{ text: 'newer' }]);
  });

  it('are given the commands that this program knows, also beside one of a newer program', async () => {
    const { id: taskId } = await create();
    const newer = { request: 'newer', task_id: taskId, command_json: '{"kind":"pause-task"}' };
    const pending = { state: 'pending' as const, expire_time: Date.now() + 60_000 };
    await database.db
      .insertInto('task_command')
      .values({ ...newer, ...pending })
      .execute();
    const request = { id: 'known', taskId, command: { kind: 'retry-task' } } as const;
    await store.requestCommand(request, 60_000);
    expect(await store.listRequestedCommands('one')).toEqual([request]);
  });

  it('are removed with a long log, of which few lines go in one transaction', async () => {
    const [task, newer] = [await create(), await create()];
    const lines = Array.from({ length: 4500 }, (_unused, index) => line(task, `line ${index}`));
    await store.apply([changeOf(task, { log: lines })]);
    await end(task, 'SUCCESSFUL', 100);
    await store.apply([changeOf(newer, { log: [line(newer, 'newer')] })]);
    const deleted: number[] = [];
    const counting = database.db.withPlugin({
      transformQuery: ({ node }) => node,
      async transformResult({ result }) {
        if (result.numAffectedRows !== undefined) deleted.push(Number(result.numAffectedRows));
        return result;
      },
    });
    const counted: MetadataDatabase = {
      ...database,
      db: counting,
      transaction: (work) => counting.transaction().execute((transaction) => work(transaction, 1)),
    };
    expect(await createTaskStore(counted).deleteFinishedTasks(200, 10)).toBe(1);
    expect(Math.max(...deleted)).toBeLessThanOrEqual(2001);
    const left = await database.db.selectFrom('subtask_log').select('text').execute();
    expect(left).toEqual([{ text: 'newer' }]);
  });

  it('that somebody takes in hand while old ones are removed stay', async () => {
    const [task, newer] = [await create(), await create()];
    await end(task, 'FAILED', 100);
    await store.apply([changeOf(newer, { log: [line(newer, 'newer')] })]);
    const taken = await store.takeOwnership({
      taskId: task.id,
      seenFence: task.fence,
      seenStatus: 'FAILED',
      owner: 'two',
      now: 1,
      claims: [],
    });
    expect(taken.kind).toBe('owned');
    expect(await store.deleteFinishedTasks(200, 10)).toBe(0);
    expect((await store.fetch(task.id))?.owner).toBe('two');
  });

  it('keep the newest line of all logs, so that ids of lines only grow', async () => {
    const task = await create();
    await store.apply([changeOf(task, { log: [line(task, 'newest')] })]);
    await end(task, 'SUCCESSFUL', 100);
    expect(await store.deleteFinishedTasks(200, 10)).toBe(0);
    const next = await create();
    await store.apply([changeOf(next, { log: [line(next, 'newer')] })]);
    expect(await store.deleteFinishedTasks(200, 10)).toBe(1);
  });
});
