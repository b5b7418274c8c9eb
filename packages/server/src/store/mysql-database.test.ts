import { type Kysely, sql } from 'kysely';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startCuttingProxy } from './cutting-proxy.ts';
import { type MetadataDatabase, openDatabase } from './database.ts';
import { type MariadbServer, startMariadb } from './mariadb-server.ts';
import { migrate } from './migrations/migrate.ts';
import type { Migration } from './migrations/migration.ts';
import { migrationList } from './migrations/migration-list.ts';
import { openMysql } from './mysql-database.ts';
import type { Database } from './schema.ts';
import { createTaskStore } from './task-store.ts';
import { newTask } from './task-store-contract/store-bench.ts';
import { inTransaction } from './transaction.ts';

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

  it('says so when another instance does not end changing its schema', async () => {
    const db = database.db as unknown as Kysely<unknown>;
    await db.connection().execute(async (other) => {
      await sql`select get_lock(concat('openocp-schema-', database()), 0)`.execute(other);
      await expect(migrate(db, 'mysql', migrationList, 0)).rejects.toThrow(
        'Another instance has been changing the metadata schema for 0 s; start again later',
      );
      await sql`select release_lock(concat('openocp-schema-', database()))`.execute(other);
    });
    expect(await migrate(db, 'mysql', migrationList, 0)).toEqual([]);
  });

  it('tells why a migration failed, not that its lock was lost with the connection', async () => {
    const fails: Migration = {
      name: '9999-fails',
      async up(connection) {
        await sql`kill connection_id()`.execute(connection);
      },
    };
    const db = database.db as unknown as Kysely<unknown>;
    await expect(migrate(db, 'mysql', [...migrationList, fails])).rejects.toThrow(/interrupted|killed|lost/i);
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

  type Transact = (work: (transaction: Kysely<Database>, attempt: number) => Promise<void>) => Promise<void>;

  /** One instance changes a row in a transaction and is frozen there; another changes the same row. */
  async function expectNotHeldUp(transact: Transact): Promise<void> {
    const lease = { instance: 'a', expire_time: 0 };
    await database.db.insertInto('instance_lease').values(lease).execute();
    const set = (expire_time: number) => (db: Kysely<Database>) =>
      db.updateTable('instance_lease').set({ expire_time }).where('instance', '=', 'a').execute();
    const paused = Promise.withResolvers<void>();
    const holds = Promise.withResolvers<void>();
    const attempts: number[] = [];
    const stopped = transact(async (transaction, attempt) => {
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
  }

  it('does not let an instance that is stopped in a transaction hold up the others', () =>
    expectNotHeldUp((work) => database.transaction(work)));

  it('does not so either when its server knows no limit for idle transactions', async () => {
    const { db } = openMysql(url, { idleTransactionSettings: ['set session no_such_limit = 5'] });
    await expectNotHeldUp((work) => inTransaction(db, work));
    await db.destroy();
  });

  it('keeps no connection that nobody needs, and ends it in good order', async () => {
    const { db } = openMysql(url);
    const ids = async (on: Kysely<Database>) =>
      (await sql<{ id: number }>`select connection_id() as id`.execute(on)).rows[0]?.id;
    await Promise.all(Array.from({ length: 5 }, () => sql`select sleep(0.05)`.execute(db)));
    const here = await ids(db);
    const others = async () => {
      const { rows } = await sql<{ n: number }>`
        select count(*) as n from information_schema.processlist
        where db = database() and id <> ${here} and id <> connection_id()`.execute(database.db);
      return Number(rows[0]?.n);
    };
    const before = await others();
    const aborted = async () =>
      Number(
        (await sql<{ Value: string }>`show global status like 'Aborted_clients'`.execute(database.db)).rows[0]
          ?.Value,
      );
    const abortedBefore = await aborted();
    await vi.waitFor(
      async () => {
        await sql`select 1`.execute(db);
        expect(await others()).toBeLessThan(before - 2);
      },
      { timeout: 15_000, interval: 200 },
    );
    expect(await aborted()).toBe(abortedBefore);
    await db.destroy();
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
