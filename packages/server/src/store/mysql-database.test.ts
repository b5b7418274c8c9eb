import type { NewTask, Task } from '@openocp/engine';
import { type Kysely, sql } from 'kysely';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type CuttingProxy, startCuttingProxy } from './cutting-proxy.ts';
import { type MetadataDatabase, openDatabase } from './database.ts';
import { type MariadbServer, startMariadb } from './mariadb-server.ts';
import { migrationList } from './migrations/migration-list.ts';
import type { Database } from './schema.ts';
import { createTaskStore } from './task-store.ts';
import { changeOf, first, line, newTask } from './task-store-contract/store-bench.ts';

const mariadb = await startMariadb();

afterAll(() => mariadb?.stop());

function requireServer(): MariadbServer {
  if (mariadb === undefined) throw new Error('these tests are skipped without MariaDB');
  return mariadb;
}

describe.skipIf(mariadb === undefined)('a shared metadata database', () => {
  let url: string;
  let database: MetadataDatabase;

  beforeEach(async () => {
    url = await requireServer().createDatabase();
    database = await openDatabase(url);
  });

  afterEach(() => database.close());

  it('has sessions in UTC, READ COMMITTED, one statement at a time', async () => {
    const { rows } = await sql<{ zone: string; isolation: string }>`
      select @@session.time_zone as zone, @@session.tx_isolation as isolation`.execute(database.db);
    expect(rows[0]).toEqual({ zone: '+00:00', isolation: 'READ-COMMITTED' });
    await expect(sql`select 1; select 2`.execute(database.db)).rejects.toThrow(/syntax/);
  });

  it('is set up once when several instances start at the same moment', async () => {
    const fresh = await requireServer().createDatabase();
    const instances = await Promise.all(Array.from({ length: 4 }, () => openDatabase(fresh)));
    const versions = await sql<{ n: number }>`select count(*) as n from schema_version`.execute(
      instances[0]?.db ?? database.db,
    );
    expect(Number(versions.rows[0]?.n)).toBe(migrationList.length);
    await Promise.all(instances.map((instance) => instance.close()));
  });

  it('repeats a transaction that lost a deadlock', async () => {
    for (const instance of ['a', 'b']) {
      await database.db.insertInto('instance_lease').values({ instance, expire_time: 0 }).execute();
    }
    let arrived = 0;
    let bothArrived = (): void => {};
    const meeting = new Promise<void>((resolve) => {
      bothArrived = resolve;
    });
    let attempts = 0;
    const cross = (from: string, to: string) =>
      database.transaction(async (transaction, attempt) => {
        attempts += 1;
        const add = (instance: string) =>
          sql`update instance_lease set expire_time = expire_time + 1 where instance = ${instance}`.execute(
            transaction,
          );
        await add(from);
        arrived += 1;
        if (arrived === 2) bothArrived();
        if (attempt === 1) await meeting;
        await add(to);
      });
    await Promise.all([cross('a', 'b'), cross('b', 'a')]);
    const rows = await database.db.selectFrom('instance_lease').select('expire_time').execute();
    expect(rows).toEqual([{ expire_time: 2 }, { expire_time: 2 }]);
    expect(attempts).toBeGreaterThan(2);
  });

  it('does not let an instance that is stopped in a transaction hold up the others', async () => {
    const lease = { instance: 'a', expire_time: 0 };
    await database.db.insertInto('instance_lease').values(lease).execute();
    const set = (expire_time: number) => (db: Kysely<Database>) =>
      db.updateTable('instance_lease').set({ expire_time }).where('instance', '=', 'a').execute();
    const paused = Promise.withResolvers<void>();
    const holds = Promise.withResolvers<void>();
    const attempts: number[] = [];
    const stopped = database.transaction(async (transaction, attempt) => {
      attempts.push(attempt);
      await set(1)(transaction);
      holds.resolve();
      // As a process that is frozen here does: nothing, until it is thawed.
      if (attempt === 1) await paused.promise;
    });
    await holds.promise;
    const other = await openDatabase(url);
    await other.transaction((transaction) => set(2)(transaction));
    paused.resolve();
    await stopped;
    expect(attempts).toEqual([1, 2]);
    const rows = await other.db.selectFrom('instance_lease').selectAll().execute();
    expect(rows).toEqual([{ ...lease, expire_time: 1 }]);
    await other.close();
  });

  it('whose clock has gone back does not keep the lease of a dead instance alive until it has caught up', async () => {
    const store = createTaskStore(database);
    const created = await store.create(newTask({ owner: 'dead' }));
    const task = created.kind === 'created' ? created.task : undefined;
    const inAnHour = Date.now() + 3_600_000;
    await database.db
      .insertInto('instance_lease')
      .values({ instance: 'dead', expire_time: inAnHour })
      .execute();
    await store.renewLease('other', 100);
    const orphan = { taskId: task?.id, fence: task?.fence };
    await vi.waitFor(async () => expect(await store.listOrphans(10)).toEqual([orphan]), { timeout: 5_000 });
  });

  it('is not healthy when its server does not answer', async () => {
    const proxy = await startCuttingProxy(requireServer().port);
    const through = await openDatabase(url.replace(/:\d+\//, `:${proxy.port}/`));
    expect(await through.isHealthy()).toBe(true);
    await proxy.stop();
    expect(await through.isHealthy()).toBe(false);
    await through.close();
  });
});

describe.skipIf(mariadb === undefined).each(['before', 'after'] as const)(
  'a connection cut %s COMMIT',
  (when) => {
    let proxy: CuttingProxy;
    let database: MetadataDatabase;

    beforeEach(async () => {
      const url = await requireServer().createDatabase();
      proxy = await startCuttingProxy(requireServer().port);
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
  },
);
