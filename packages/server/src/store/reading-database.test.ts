import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { ReadingDatabase } from './reading-database.ts';

let folder: string;
let writer: DatabaseSync;
let reader: ReadingDatabase;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'openocp-reading-'));
  const path = join(folder, 'meta.db');
  writer = new DatabaseSync(path);
  writer.exec('pragma journal_mode = wal; create table thing (id integer primary key, name text, size real)');
  writer.exec("insert into thing values (1, 'one', 1.5), (2, null, null)");
  reader = new ReadingDatabase(path, { readOnly: true });
});

afterEach(async () => {
  reader.close();
  writer.close();
  await rm(folder, { recursive: true, force: true });
});

it('rows have their columns by name, in their order, whatever their values are', () => {
  const rows = reader.prepare('select id, name, size, id + ? as sum from thing order by id').all(10);
  expect(rows).toEqual([
    { id: 1, name: 'one', size: 1.5, sum: 11 },
    { id: 2, name: null, size: null, sum: 12 },
  ]);
  expect(Object.keys(rows[0] ?? {})).toEqual(['id', 'name', 'size', 'sum']);
});

it('of two columns of one name the last counts, as without it', () => {
  const sql = 'select id, size as id from thing order by thing.id';
  expect(reader.prepare(sql).all()).toEqual(
    writer
      .prepare(sql)
      .all()
      .map((row) => ({ ...row })),
  );
});

it('a statement that was prepared before a column came shows that column', () => {
  const statement = reader.prepare('select * from thing where id = ?');
  expect(statement.all(1)).toEqual([{ id: 1, name: 'one', size: 1.5 }]);
  writer.exec("alter table thing add column place text default 'here'");
  expect(statement.all(1)).toEqual([{ id: 1, name: 'one', size: 1.5, place: 'here' }]);
});
