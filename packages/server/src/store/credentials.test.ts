import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSecretBox } from '../security/secret-box.ts';
import { type CredentialStore, createCredentialStore, type NewCredential } from './credentials.ts';
import { type MetadataDatabase, openDatabase } from './database.ts';
import { createHostTypeStore } from './host-types.ts';

let folder: string;
let database: MetadataDatabase;
let credentials: CredentialStore;
const own: NewCredential = {
  userId: 100,
  targetType: 'HOST',
  name: 'shop hosts',
  description: null,
  username: 'admin',
  properties: { type: 'PASSWORD' },
  secret: 'S3cret-phrase',
};

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'openocp-store-'));
  database = await openDatabase(`sqlite:${folder}/metadata.db`);
  credentials = createCredentialStore(database, createSecretBox(Buffer.alloc(32, 1)), () => 5);
});

afterEach(async () => {
  await database.close();
  rmSync(folder, { recursive: true });
});

test('a credential is stored sealed, and what is read of it is not the secret', async () => {
  const stored = await credentials.insert(own);
  expect(stored).toMatchObject({ id: 1, name: 'shop hosts', createTime: 5 });
  expect(JSON.stringify([stored, await credentials.list(100)])).not.toContain('S3cret');
  const files = ['metadata.db', 'metadata.db-wal'].map((name) => readFileSync(join(folder, name), 'latin1'));
  expect(files.join('')).not.toContain('S3cret');
});

test('a user sees, and deletes, credentials of his own only', async () => {
  await credentials.insert(own);
  expect(await credentials.insert({ ...own, userId: 101 })).toMatchObject({ id: 2 });
  expect((await credentials.list(101)).map(({ id }) => id)).toEqual([2]);
  expect(await credentials.fetch(101, 1)).toBeUndefined();
  expect([await credentials.delete(101, 1), await credentials.delete(100, 1)]).toEqual([false, true]);
});

test('a name is taken once for each user and kind; saving replaces', async () => {
  await credentials.insert(own);
  expect(await credentials.insert({ ...own, username: 'other' })).toBeUndefined();
  await credentials.save({ ...own, username: 'other' });
  expect(await credentials.list(100)).toMatchObject([{ username: 'other' }]);
});

test('a host type is found by the clusters that use it', async () => {
  const hostTypes = createHostTypeStore(database, () => 5);
  const created = await hostTypes.insert('large', '64 cores');
  expect(await hostTypes.insert('large', null)).toBeUndefined();
  await hostTypes.saveHostInfo(7, { hostTypeId: created?.id });
  await hostTypes.saveHostInfo(7, { hostTypeId: created?.id, sshPort: 22 });
  expect(await hostTypes.listClusters(created?.id ?? 0)).toEqual([7]);
  expect([...(await hostTypes.listNames([7, 8]))]).toEqual([[7, 'large']]);
});
