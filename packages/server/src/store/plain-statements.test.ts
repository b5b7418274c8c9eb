import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type MetadataDatabase, openDatabase } from './database.ts';
import { deleteRows, insertRows, updateRows } from './plain-statements.ts';

/** More than SQLite nests in one expression, and an odd number of every part. */
const many = 2345;

let folder: string;
let database: MetadataDatabase;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'openocp-statements-'));
  database = await openDatabase(`sqlite:${join(folder, 'meta.db')}`);
});

afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

function leases() {
  return database.db.selectFrom('instance_lease').selectAll().orderBy('expire_time').execute();
}

it('insert, update and delete each row once, however many there are', async () => {
  const rows = range(0, many).map((time) => ({ instance: `i${time}`, expire_time: time }));
  await database.transaction((transaction) => insertRows(transaction, 'instance_lease', rows));
  expect(await leases()).toEqual(rows);

  const seen = range(0, many).map((time) => [`i${time}`, time - (time % 2)]);
  const count = await database.transaction((transaction) =>
    updateRows(transaction, 'instance_lease', { expire_time: -1 }, 'instance = ? and expire_time = ?', seen),
  );
  expect(count).toBe(Math.ceil(many / 2));
  expect((await leases()).filter((row) => row.expire_time >= 0)).toEqual(
    rows.filter((row) => row.expire_time % 2 === 1),
  );

  const gone = range(1, many).map((time) => [`i${time}`]);
  await database.transaction((transaction) =>
    deleteRows(transaction, 'instance_lease', 'instance = ?', gone),
  );
  expect(await leases()).toEqual([{ instance: 'i0', expire_time: -1 }]);
});

it('leave everything alone when there is no row', async () => {
  const before = await leases();
  await database.transaction(async (transaction) => {
    await insertRows(transaction, 'instance_lease', []);
    expect(await updateRows(transaction, 'instance_lease', { expire_time: 5 }, 'instance = ?', [])).toBe(0);
    await deleteRows(transaction, 'instance_lease', 'instance = ?', []);
  });
  expect(await leases()).toEqual(before);
});

it('give a task that changes another revision', async () => {
  const task = { definition: 'd', name: 'n', status: 'RUNNING', operation: 'EXECUTE' } as const;
  const empty = { parameters_json: '{}', attributes_json: '{}', claims_json: '[]', prohibit_rollback: 0 };
  const row = { ...task, ...empty, submitter_id: 1, submitter_name: 's', owner: 'a', fence: 1, revision: 1 };
  const times = { create_time: 1, start_time: 1, finish_time: null, last_change: 'c', submission: 's' };
  await database.transaction(async (transaction) => {
    await insertRows(transaction, 'task', [{ ...row, ...times }]);
    await updateRows(transaction, 'task', { fence: 2 }, 'owner = ?', [['a'], ['b']]);
  });
  const read = await database.db.selectFrom('task').select(['fence', 'revision']).executeTakeFirst();
  expect(read).toEqual({ fence: 2, revision: 2 });
});
