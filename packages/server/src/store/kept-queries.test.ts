import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type MetadataDatabase, openDatabase } from './database.ts';
import { fetchKept, listKept } from './kept-queries.ts';

/** More than one query with values of its own is built for. */
const many = 100;

let folder: string;
let database: MetadataDatabase;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'openocp-kept-'));
  database = await openDatabase(`sqlite:${join(folder, 'meta.db')}`);
  const rows = Array.from({ length: many }, (_, time) => ({ instance: `i${time}`, expire_time: time }));
  await database.db.insertInto('instance_lease').values(rows).execute();
});

afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

let built = 0;

async function leasesAt(times: readonly number[]): Promise<string[]> {
  const rows = await listKept(database.db, 'leases at times', times, (...places) => {
    built += 1;
    return database.db
      .selectFrom('instance_lease')
      .select('instance')
      .where('expire_time', 'in', places)
      .where('instance', '<>', 'i3')
      .orderBy('expire_time');
  });
  return rows.map(({ instance }) => instance);
}

it('a query is built once for a number of values, and finds what belongs to those of each call', async () => {
  expect(await leasesAt([1, 2, 3])).toEqual(['i1', 'i2']);
  expect(await leasesAt([5, 4, 7])).toEqual(['i4', 'i5', 'i7']);
  expect(built).toBe(1);
  expect(await leasesAt([8])).toEqual(['i8']);
  expect(await leasesAt([9])).toEqual(['i9']);
  expect(built).toBe(2);
});

it('a query with very many values finds them too', async () => {
  const times = Array.from({ length: many }, (_, time) => time);
  expect(await leasesAt(times)).toHaveLength(many - 1);
});

it('values of several kinds stand where they belong, and a row that is not there is undefined', async () => {
  const fetch = (instance: string, after: number) =>
    fetchKept(database.db, 'one lease', [after, instance], (time, name) =>
      database.db
        .selectFrom('instance_lease')
        .selectAll()
        .where('instance', '=', name)
        .where('expire_time', '>', time),
    );
  expect(await fetch('i7', 6)).toEqual({ instance: 'i7', expire_time: 7 });
  expect(await fetch('i7', 7)).toBeUndefined();
});

it('a query that leaves out one of its values is refused: it would answer every call alike', async () => {
  const query = listKept(database.db, 'forgetful', [1], (_place) =>
    database.db.selectFrom('instance_lease').selectAll().where('expire_time', '=', 1),
  );
  await expect(query).rejects.toThrow('"1 forgetful" has no place for one of its values');
});
