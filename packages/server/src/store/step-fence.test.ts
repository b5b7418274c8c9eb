/** On every database: a server that counts only rows that it has changed would refuse every step. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { openDatabase } from './database.ts';
import { startMariadb } from './mariadb-server.ts';
import { startSeekdb } from './seekdb-server.ts';
import { StepFenced, writeFenced } from './step-fence.ts';
import { createTaskStore } from './task-store.ts';
import { benchOf } from './task-store-contract/store-bench.ts';

const folder = await mkdtemp(join(tmpdir(), 'openocp-fence-'));
const servers = { MariaDB: await startMariadb(), seekdb: await startSeekdb() };
const urls: Record<string, () => Promise<string>> = { SQLite: async () => `sqlite:${join(folder, 'a.db')}` };
for (const [name, server] of Object.entries(servers)) {
  if (server !== undefined) urls[name] = () => server.createDatabase();
}

afterAll(async () => {
  for (const server of Object.values(servers)) await server?.stop();
  await rm(folder, { recursive: true, force: true });
});

it.each(Object.entries(urls))(
  'what a step writes is kept under its fence alone, in %s',
  async (_, createUrl) => {
    const database = await openDatabase(await createUrl());
    const { create } = benchOf(createTaskStore(database));
    const { id: taskId, fence } = await create();
    const write = (writer: { taskId: number; fence: number } | undefined, instance: string) =>
      writeFenced(database, writer, (transaction) =>
        transaction.insertInto('instance_lease').values({ instance, expire_time: 1 }).execute(),
      );
    await write({ taskId, fence }, 'owner');
    await write(undefined, 'no step');
    await expect(write({ taskId, fence: fence - 1 }, 'former owner')).rejects.toThrow(StepFenced);
    const rows = await database.db
      .selectFrom('instance_lease')
      .select('instance')
      .orderBy('instance')
      .execute();
    expect(rows.map(({ instance }) => instance)).toEqual(['no step', 'owner']);
    await database.close();
  },
);
