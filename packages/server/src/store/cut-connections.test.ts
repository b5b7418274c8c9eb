/** The network fails around a COMMIT: what each writing method of the store has done then, and says of it. */
import type { NewTask, Task } from '@openocp/engine';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CuttingProxy, startCuttingProxy } from './cutting-proxy.ts';
import { type MetadataDatabase, openDatabase } from './database.ts';
import { startMariadb } from './mariadb-server.ts';
import { createTaskPauseStore } from './task-pauses.ts';
import { createTaskStore } from './task-store.ts';
import { changeOf, first, line, newTask } from './task-store-contract/store-bench.ts';

const mariadb = await startMariadb();

afterAll(() => mariadb?.stop());

describe.skipIf(mariadb === undefined).each(['before', 'after'] as const)(
  'a connection cut %s COMMIT, or a statement without one,',
  (when) => {
    let proxy: CuttingProxy;
    let database: MetadataDatabase;

    beforeEach(async () => {
      if (mariadb === undefined) throw new Error('these tests are skipped without MariaDB');
      const url = await mariadb.createDatabase();
      proxy = await startCuttingProxy(mariadb.port);
      database = await openDatabase(url.replace(/:\d+\//, `:${proxy.port}/`));
    });

    afterEach(async () => {
      expect(proxy.cuts).toBe(1);
      await database.close();
      await proxy.stop();
    });

    async function create(changes: Partial<NewTask> = {}): Promise<Task> {
      const outcome = await createTaskStore(database).create(newTask(changes));
      if (outcome.kind !== 'created') throw new Error(outcome.kind);
      return outcome.task;
    }

    const rowsOf = async (table: 'task' | 'subtask_log' | 'task_ownership') => {
      const row = await database.db
        .selectFrom(table)
        .select((eb) => eb.fn.countAll<number>().as('n'))
        .executeTakeFirstOrThrow();
      return Number(row.n);
    };

    it('creates one task all the same', async () => {
      proxy.cutAt('commit', when);
      const task = await create({ claims: ['a'] });
      expect(await createTaskStore(database).fetch(task.id)).toEqual(task);
      expect(await rowsOf('task')).toBe(1);
    });

    it('creates one task for an idempotency key all the same', async () => {
      proxy.cutAt('commit', when);
      await create({ claims: ['a'], idempotencyKey: { key: 'k', fingerprint: 'f' } });
      expect(await rowsOf('task')).toBe(1);
    });

    it('applies a change once all the same', async () => {
      const store = createTaskStore(database);
      const task = await create({ claims: ['a'] });
      proxy.cutAt('commit', when);
      const change = changeOf(task, {
        task: { status: 'SUCCESSFUL' },
        subtasks: [{ subtaskId: first(task), status: 'SUCCESSFUL' }],
        releaseClaims: true,
        log: [line(task, 'once')],
      });
      expect(await store.apply([change])).toEqual(['applied']);
      expect(await rowsOf('subtask_log')).toBe(1);
      expect((await store.fetch(task.id))?.status).toBe('SUCCESSFUL');
      expect(await store.listTasksByClaims(['a'])).toEqual([]);
    });

    it('applies a change once though its caller gave up in between', async () => {
      const store = createTaskStore(database);
      const task = await create();
      proxy.cutAt('commit', when);
      proxy.refuse(true);
      const change = changeOf(task, { task: { status: 'FAILED' }, log: [line(task, 'once')] });
      await expect(store.apply([change], { name: 'one', isRepeated: false })).rejects.toThrow();
      proxy.refuse(false);
      expect(await store.apply([change], { name: 'one', isRepeated: true })).toEqual(['applied']);
      expect(await rowsOf('subtask_log')).toBe(1);
    });

    it('changes the owner once all the same', async () => {
      const store = createTaskStore(database);
      const task = await create();
      proxy.cutAt('commit', when);
      const request = {
        taskId: task.id,
        seenFence: task.fence,
        seenStatus: 'RUNNING',
        owner: 'two',
        now: 1,
        claims: [],
      } as const;
      const outcome = await store.takeOwnership(request);
      expect(outcome).toMatchObject({ kind: 'owned', task: { owner: 'two' } });
      expect(await rowsOf('task_ownership')).toBe(2);
    });

    it('takes many tasks over once all the same', async () => {
      const store = createTaskStore(database);
      const [one, two] = [await create(), await create()];
      proxy.cutAt('commit', when);
      const tasks = [one, two].map(({ id, fence }) => ({ taskId: id, fence }));
      const taken = await store.takeOver({ owner: 'two', now: 1, tasks });
      expect(taken.map(({ id, owner }) => ({ id, owner }))).toEqual(
        [one, two].map(({ id }) => ({ id, owner: 'two' })),
      );
      expect(await rowsOf('task_ownership')).toBe(4);
      for (const task of taken) expect(await store.fetch(task.id)).toEqual(task);
    });

    it('gives a queued task its claims once all the same', async () => {
      const store = createTaskStore(database);
      const holder = await create({ claims: ['a'] });
      const { id: taskId, fence } = await create({ claims: ['a', 'b'], onConflict: 'queue' });
      await store.apply([changeOf(holder, { task: { status: 'SUCCESSFUL' }, releaseClaims: true })]);
      proxy.cutAt('commit', when);
      const request = { taskId, fence, owner: 'one', now: 1, claims: ['a', 'b'] };
      expect(await store.acquireClaims(request)).toEqual({ kind: 'acquired' });
      expect((await store.fetch(taskId))?.isQueued).toBe(false);
      expect((await store.listTasksByClaims(['b'])).map(({ task }) => task.id)).toEqual([taskId]);
    });

    it('removes an old task once all the same', async () => {
      const store = createTaskStore(database);
      const task = await create();
      const end = { status: 'SUCCESSFUL', finishTime: 1 } as const;
      await store.apply([changeOf(task, { task: end, log: [line(task, 'old')] })]);
      const newer = await create();
      await store.apply([changeOf(newer, { log: [line(newer, 'newer')] })]);
      proxy.cutAt('commit', when);
      await store.deleteFinishedTasks(2, 10);
      expect(await store.fetch(task.id)).toBeUndefined();
      expect(await rowsOf('subtask_log')).toBe(1);
    });

    it('keeps one word of a human about a rolling task all the same', async () => {
      const pauses = createTaskPauseStore(database, () => 7);
      await pauses.save(1, 'PAUSED', 'admin');
      proxy.cutAt('commit', when);
      await pauses.save(1, 'ABORTED', 'admin');
      expect(await pauses.fetch(1)).toMatchObject({ state: 'ABORTED', since: 7 });
    });

    // A statement that is a transaction of its own.

    const request = { id: 'r', taskId: 1, command: { kind: 'retry-task' } } as const;

    /** Whoever hears that it failed does it again, and finds it done or does it. */
    async function failThenDo(statement: string, work: () => Promise<void>): Promise<void> {
      proxy.cutAt(statement, when);
      await expect(work()).rejects.toThrow();
      await work();
    }

    it('leaves a command that is given to be given again', async () => {
      const store = createTaskStore(database);
      await failThenDo('insert into `task_command`', () => store.requestCommand(request, 60_000));
      expect(await store.fetchCommand('r')).toMatchObject({ kind: 'pending' });
    });

    it('leaves a command that is withdrawn to be withdrawn again', async () => {
      const store = createTaskStore(database);
      await store.requestCommand(request, 60_000);
      await failThenDo('update `task_command`', () => store.withdrawCommand('r'));
      expect(await store.fetchCommand('r')).toEqual({ kind: 'withdrawn' });
    });

    it('leaves a lease to be taken again', async () => {
      const store = createTaskStore(database);
      await store.create(newTask());
      await failThenDo('insert into `instance_lease`', () => store.renewLease('one', 60_000));
      expect(await store.listOrphans(10)).toEqual([]);
    });

    it('leaves a lease to be given up again', async () => {
      const store = createTaskStore(database);
      await store.create(newTask());
      await store.renewLease('one', 60_000);
      await failThenDo('delete from `instance_lease`', () => store.dropLease('one'));
      expect(await store.listOrphans(10)).toHaveLength(1);
    });
  },
);
