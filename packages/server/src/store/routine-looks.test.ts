/** What looks at a cluster write: a fleet is looked at a hundred times a second, and each commit is an fsync. */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { serverRow, zoneRow } from '../planning/snapshot-fixture.ts';
import { createSecretBox } from '../security/secret-box.ts';
import { shopCluster } from './cluster-fixture.ts';
import { type ClusterStore, createClusterStore } from './clusters.ts';
import { type MetadataDatabase, openDatabase } from './database.ts';
import { createServerStore, type ServerStore } from './servers.ts';
import { createZoneStore, type ZoneStore } from './zones.ts';

let folder: string;
let database: MetadataDatabase;
let clusters: ClusterStore;
let servers: ServerStore;
let zones: ZoneStore;
let now: number;
/** Of one cluster. */
let id: number;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'openocp-store-'));
  database = await openDatabase(`sqlite:${folder}/metadata.db`);
  now = 1_000;
  clusters = createClusterStore(database, createSecretBox(Buffer.alloc(32, 1)), () => now);
  servers = createServerStore(database, () => now);
  zones = createZoneStore(database, () => now);
  id = await insertCluster(1);
});

afterEach(async () => {
  await database.close();
  rmSync(folder, { recursive: true });
});

const seen = { obVersion: '4.2.5.1', tenantCount: 2 };

async function insertCluster(number: number): Promise<number> {
  const inserted = await clusters.insert({ ...shopCluster, name: `shop${number}` });
  await clusters.saveManaged(inserted);
  await clusters.saveReachable(inserted, seen);
  return inserted;
}

const timesOf = async (clusterId: number) => (await clusters.fetch(clusterId))?.syncTime;

/** Every commit that changes something is appended. */
const writtenBytes = () => statSync(join(folder, 'metadata.db-wal')).size;

test('a look that finds servers and zones as they are stored writes nothing', async () => {
  const rows = [serverRow(1, 1), serverRow(2, 1)];
  await servers.saveAll(id, rows);
  await zones.saveAll(id, [zoneRow(1), zoneRow(2)]);
  const before = writtenBytes();
  now = 2_000;
  const saved = await servers.saveAll(id, rows);
  await zones.saveAll(id, [zoneRow(2), zoneRow(1)]);
  expect(writtenBytes()).toBe(before);
  expect(saved.after).toEqual(saved.before);
  expect(saved.after).toHaveLength(2);
});

test('what is new is written, and nothing else gets a new time', async () => {
  await servers.saveAll(id, [serverRow(1, 1), serverRow(2, 1)]);
  await zones.saveAll(id, [zoneRow(1), zoneRow(2), zoneRow(3)]);
  now = 2_000;
  const stopped = serverRow(2, 1, { stopTime: 5 });
  const { before, after } = await servers.saveAll(id, [serverRow(1, 1), stopped, serverRow(3, 1)]);
  await zones.saveAll(id, [zoneRow(1), { ...zoneRow(2), status: 'INACTIVE' }]);
  expect([before.length, after.map(({ stopTime, updateTime }) => [stopTime, updateTime])]).toEqual([
    2,
    [
      [null, 1_000],
      [5, 2_000],
      [null, 2_000],
    ],
  ]);
  const stored = await zones.list([id]);
  expect(stored.map(({ name, status, updateTime }) => [name, status, updateTime])).toEqual([
    ['zone1', 'ACTIVE', 1_000],
    ['zone2', 'INACTIVE', 2_000],
  ]);
});

test('a server that vanished is noticed once', async () => {
  await servers.saveAll(id, [serverRow(1, 1), serverRow(2, 1)]);
  const { after } = await servers.saveAll(id, [serverRow(1, 1)]);
  expect(after.map(({ innerStatus }) => innerStatus)).toEqual(['ACTIVE', null]);
  const before = writtenBytes();
  await servers.saveAll(id, [serverRow(1, 1)]);
  expect(writtenBytes()).toBe(before);
});

test('looks that find nothing new share a commit, and none gets a time that is fresher than it is', async () => {
  const other = await insertCluster(2);
  now = 2_000;
  const first = clusters.saveReachable(id, seen, 'soon');
  await expect.poll(() => timesOf(id)).toBe(1_000);
  now = 2_100;
  const second = clusters.saveReachable(other, { ...seen, tenantCount: undefined }, 'soon');
  await Promise.all([first, second]);
  expect([await timesOf(id), await timesOf(other)]).toEqual([2_000, 2_000]);
});

test('the time of a look that ended later stays', async () => {
  now = 2_000;
  const soon = clusters.saveReachable(id, seen, 'soon');
  // It has seen that there is nothing new, and waits.
  await expect.poll(() => timesOf(id)).toBe(1_000);
  now = 3_000;
  await clusters.saveReachable(id, seen);
  await soon;
  expect(await timesOf(id)).toBe(3_000);
});

test('a cluster that answers again, or shows another version, is recorded as such', async () => {
  await clusters.saveUnreachable(id, 'no answer');
  now = 2_000;
  await clusters.saveReachable(id, seen, 'soon');
  expect(await clusters.fetch(id)).toMatchObject({ unreachableReason: null, syncTime: 2_000 });
  await clusters.saveReachable(id, { obVersion: '4.3.5.1', tenantCount: 3 }, 'soon');
  expect(await clusters.fetch(id)).toMatchObject({ obVersion: '4.3.5.1', tenantCount: 3 });
});

test('the same failure again is no change', async () => {
  await clusters.saveUnreachable(id, 'no answer');
  const before = writtenBytes();
  now = 2_000;
  await clusters.saveUnreachable(id, 'no answer');
  expect([writtenBytes(), (await clusters.fetch(id))?.updateTime]).toEqual([before, 1_000]);
  expect(await timesOf(id)).toBe(1_000);
  await clusters.saveUnreachable(id, 'connection refused');
  expect(await clusters.fetch(id)).toMatchObject({
    unreachableReason: 'connection refused',
    updateTime: 2_000,
  });
});
