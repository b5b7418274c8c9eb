import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { sql } from 'kysely';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type MetadataDatabase, openDatabase } from './database.ts';
import { DatabaseInUse } from './sqlite-database.ts';

let folder: string;
let path: string;
let database: MetadataDatabase;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'openocp-sqlite-'));
  path = join(folder, 'meta.db');
  database = await openDatabase(`sqlite:${path}`);
});

afterEach(async () => {
  await database.close().catch(() => {});
  await rm(folder, { recursive: true, force: true });
});

const lease = (instance: string) => ({ instance, expire_time: 1 });

async function instances(db = database.db): Promise<string[]> {
  const rows = await db.selectFrom('instance_lease').select('instance').orderBy('instance').execute();
  return rows.map((row) => row.instance);
}

it('commits to disk before it answers: write-ahead log, synchronous FULL', async () => {
  const settings = await database.transaction(async (transaction) => {
    const journal = await sql<{ journal_mode: string }>`pragma journal_mode`.execute(transaction);
    const synchronous = await sql<{ synchronous: number }>`pragma synchronous`.execute(transaction);
    return [journal.rows[0]?.journal_mode, synchronous.rows[0]?.synchronous];
  });
  expect(settings).toEqual(['wal', 2]);
});

it('is empty only once: what was written is there after the next start', async () => {
  await database.db.insertInto('instance_lease').values(lease('kept')).execute();
  await database.close();
  database = await openDatabase(`sqlite:${path}`);
  expect(await instances()).toEqual(['kept']);
});

it('refuses a second server on the same file, and says what to do', async () => {
  const second = openDatabase(`sqlite:${path}`);
  await expect(second).rejects.toThrow(DatabaseInUse);
  await expect(second).rejects.toThrow(/in use by another OpenOCP server.*MySQL-protocol database/);
  const tool = await openDatabase(`sqlite:${path}`, { exclusive: false });
  await tool.close();
});

it('refuses a second server in another process, until that one is killed', async () => {
  const other = join(folder, 'other.db');
  const script = `
    const { openDatabase } = await import(${JSON.stringify(new URL('./database.ts', import.meta.url).href)});
    await openDatabase(${JSON.stringify(`sqlite:${other}`)});
    console.log('open');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  try {
    await new Promise((resolve) => child.stdout.once('data', resolve));
    await expect(openDatabase(`sqlite:${other}`)).rejects.toThrow(DatabaseInUse);
  } finally {
    child.kill('SIGKILL');
    await ended;
  }
  const next = await openDatabase(`sqlite:${other}`);
  await next.close();
});

it('lets other tools read the file while the server runs', async () => {
  await database.db.insertInto('instance_lease').values(lease('seen')).execute();
  const tool = new DatabaseSync(path, { readOnly: true });
  expect(tool.prepare('select instance from instance_lease').all()).toEqual([{ instance: 'seen' }]);
  tool.close();
});

it('shows nobody what is not committed', async () => {
  await database.transaction(async (transaction) => {
    await transaction.insertInto('instance_lease').values(lease('new')).execute();
    expect(await instances()).toEqual([]);
    expect(await instances(transaction)).toEqual(['new']);
  });
  expect(await instances()).toEqual(['new']);
});

it('lets transactions share a commit, yet takes back only the one that fails', async () => {
  const tool = new DatabaseSync(path, { readOnly: true });
  const write = (index: number): Promise<void> =>
    database.transaction(async (transaction) => {
      await transaction
        .insertInto('instance_lease')
        .values(lease(`i${index}`))
        .execute();
      if (index % 3 === 0) throw new Error('changed my mind');
    });
  const seen: number[] = [];
  const count = tool.prepare('select count(*) as n from instance_lease');
  const outcomes = await Promise.allSettled(
    Array.from({ length: 30 }, async (_, index) => {
      await write(index);
      seen.push(Number(count.get()?.n));
    }),
  );
  tool.close();
  expect(outcomes.filter(({ status }) => status === 'rejected')).toHaveLength(10);
  expect(await instances()).toHaveLength(20);
  // Durable when answered: an outside reader sees at least as many rows as answers were given; and they came in groups.
  expect(seen.every((rows, index) => rows >= index + 1)).toBe(true);
  expect(new Set(seen).size).toBeLessThan(10);
});

it('fails what does not fit on a full disk, and goes on when there is room again', async () => {
  const limit = (pages: number) =>
    database.transaction(async (transaction) => {
      await sql`pragma max_page_count = ${sql.lit(pages)}`.execute(transaction);
    });
  const { rows } = await sql<{ page_count: number }>`pragma page_count`.execute(database.db);
  await limit((rows[0]?.page_count ?? 0) + 2);
  const big = (name: string) =>
    database.db
      .insertInto('idempotency_key')
      .values({ key_hash: name, fingerprint: 'x'.repeat(100_000), task_id: 1, create_time: 1 })
      .execute();
  const outcomes = await Promise.allSettled([big('a'), big('b')]);
  expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  await limit(1_000_000);
  await big('c');
  const keys = await database.db.selectFrom('idempotency_key').select('key_hash').execute();
  expect(keys).toEqual([{ key_hash: 'c' }]);
});

it('says what a url of a metadata database looks like', async () => {
  await expect(openDatabase('postgres://x')).rejects.toThrow(/sqlite:PATH or mysql:/);
});
