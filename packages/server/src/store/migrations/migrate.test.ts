import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openDatabase } from '../database.ts';
import { SchemaTooNew } from './migrate.ts';
import type { Migration } from './migration.ts';
import { migrationList } from './migration-list.ts';

let folder: string;
let url: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'openocp-migrate-'));
  url = `sqlite:${join(folder, 'meta.db')}`;
});

afterEach(() => rm(folder, { recursive: true, force: true }));

function creating(name: string, table: string, fails = false): Migration {
  return {
    name,
    async up(db) {
      await db.schema.createTable(table).ifNotExists().addColumn('id', 'integer').execute();
      if (fails) throw new Error('the power went out');
    },
  };
}

async function open(migrations: readonly Migration[]): Promise<string[]> {
  const database = await openDatabase(url, { migrations });
  const { rows } = await sql<{ name: string }>`select name from schema_version order by name`.execute(
    database.db,
  );
  await database.close();
  return rows.map((row) => row.name);
}

it('applies what is missing, in order, and nothing twice', async () => {
  const first = creating('0001-a', 'a');
  expect(await open([first])).toEqual(['0001-a']);
  expect(await open([first])).toEqual(['0001-a']);
  expect(await open([first, creating('0002-b', 'b')])).toEqual(['0001-a', '0002-b']);
});

it('goes on where a migration was cut in two', async () => {
  await expect(open([creating('0001-a', 'a', true)])).rejects.toThrow('the power went out');
  expect(await open([creating('0001-a', 'a')])).toEqual(['0001-a']);
});

it('refuses a schema that a newer program has made, and says what to do', async () => {
  await open([creating('0001-a', 'a'), creating('0002-later', 'b')]);
  const older = open([creating('0001-a', 'a')]);
  await expect(older).rejects.toThrow(SchemaTooNew);
  await expect(older).rejects.toThrow(/newer OpenOCP.*0002-later.*Start that version, or restore a backup/);
  expect(await open([creating('0001-a', 'a'), creating('0002-later', 'b')])).toHaveLength(2);
});

it('has names that order them', () => {
  const names = migrationList.map(({ name }) => name);
  expect(names).toEqual([...names].sort());
  expect(new Set(names.map((name) => name.slice(0, 4))).size).toBe(names.length);
});
