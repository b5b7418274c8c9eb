import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MemoryTaskStore } from '@openocp/engine';
import { afterAll } from 'vitest';
import { openDatabase } from './database.ts';
import { startMariadb } from './mariadb-server.ts';
import { startSeekdb } from './seekdb-server.ts';
import { createTaskStore } from './task-store.ts';
import { describeTaskStore, type OpenedStore } from './task-store-contract/describe-task-store.ts';

const folder = await mkdtemp(join(tmpdir(), 'openocp-store-'));
const mariadb = await startMariadb();
const seekdb = await startSeekdb();
let files = 0;

afterAll(async () => {
  await mariadb?.stop();
  await seekdb?.stop();
  await rm(folder, { recursive: true, force: true });
});

async function openSql(url: string): Promise<OpenedStore> {
  const database = await openDatabase(url);
  return { store: createTaskStore(database), close: () => database.close() };
}

describeTaskStore('memory', async () => ({ store: new MemoryTaskStore(), close: async () => {} }));

describeTaskStore('SQLite', () => {
  files += 1;
  return openSql(`sqlite:${join(folder, `${files}.db`)}`);
});

if (mariadb !== undefined) {
  describeTaskStore('MariaDB', async () => openSql(await mariadb.createDatabase()));
}

if (seekdb !== undefined) {
  describeTaskStore('seekdb', async () => openSql(await seekdb.createDatabase()));
}
