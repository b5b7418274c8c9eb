import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createSecretBox } from '../security/secret-box.ts';
import { shopCluster } from './cluster-fixture.ts';
import { type ClusterStore, createClusterStore } from './clusters.ts';
import { type MetadataDatabase, openDatabase } from './database.ts';
import { createPasswordChangeStore, type PasswordChangeStore } from './password-changes.ts';

let folder: string;
let database: MetadataDatabase;
let clusters: ClusterStore;
let changes: PasswordChangeStore;
const box = createSecretBox(Buffer.alloc(32, 1));
const cluster = { ...shopCluster, id: 1 };

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'openocp-store-'));
  database = await openDatabase(`sqlite:${folder}/metadata.db`);
  clusters = createClusterStore(database, box, () => 1);
  changes = createPasswordChangeStore(database, box, () => 5);
  await clusters.insert({ ...shopCluster, sysPassword: 'Old-word1' });
});

afterEach(async () => {
  await database.close();
  rmSync(folder, { recursive: true });
});

const passwords = async () => {
  const { credentials, next } = await clusters.fetchAccess(cluster.id);
  return [credentials.password, next?.password];
};

test('while a change is under way both passwords are known, and after it the new one alone', async () => {
  expect(await changes.insert(cluster, 'New-word1')).toBe(true);
  expect(await changes.fetch(cluster)).toEqual({ newPassword: 'New-word1', createTime: 5 });
  expect(await passwords()).toEqual(['Old-word1', 'New-word1']);
  await changes.complete(cluster);
  expect(await passwords()).toEqual(['New-word1', undefined]);
});

test('a second change has to wait for the first', async () => {
  await changes.insert(cluster, 'New-word1');
  expect(await changes.insert(cluster, 'Other-word1')).toBe(false);
  await changes.delete(cluster);
  expect(await passwords()).toEqual(['Old-word1', undefined]);
  expect(await changes.insert(cluster, 'Other-word1')).toBe(true);
});

test('the new password is stored sealed, and a forgotten cluster takes it along', async () => {
  await changes.insert(cluster, 'New-word1');
  const files = ['metadata.db', 'metadata.db-wal'].map((name) => readFileSync(join(folder, name), 'latin1'));
  expect(files.join('')).not.toContain('New-word1');
  await clusters.forget(cluster.id);
  expect(await changes.fetch(cluster)).toBeUndefined();
});
