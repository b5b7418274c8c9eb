import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { intendOwn } from '../planning/intents.ts';
import { serverRow } from '../planning/snapshot-fixture.ts';
import { createSecretBox } from '../security/secret-box.ts';
import { fetchOrCreateAuthority } from './authority.ts';
import { shopCluster } from './cluster-fixture.ts';
import { createClusterStore } from './clusters.ts';
import { type MetadataDatabase, openDatabase } from './database.ts';
import { createMovedOutStore } from './moved-out-clusters.ts';
import { createServerStore } from './servers.ts';
import { StepFenced } from './step-fence.ts';
import { createTaskStore } from './task-store.ts';
import { benchOf, newTask } from './task-store-contract/store-bench.ts';
import { createZoneStore } from './zones.ts';

let folder: string;
let database: MetadataDatabase;
const box = createSecretBox(Buffer.alloc(32, 1));

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'openocp-store-'));
  database = await openDatabase(`sqlite:${folder}/metadata.db`);
});

afterEach(async () => {
  await database.close();
  rmSync(folder, { recursive: true });
});

test('a password is stored sealed, and comes back only to log in', async () => {
  const clusters = createClusterStore(database, box, () => 1);
  const id = await clusters.insert(shopCluster);
  expect((await clusters.fetchAccess(id)).credentials).toEqual({ user: 'root@sys', password: 'S3cret-word' });
  await clusters.saveTakingOver(id);
  expect(JSON.stringify(await clusters.fetch(id))).not.toContain('S3cret-word');
  const files = ['metadata.db', 'metadata.db-wal'].map((name) => readFileSync(join(folder, name), 'latin1'));
  expect(files.join('')).not.toContain('S3cret-word');
});

test('a cluster is not shown before its take-over begins', async () => {
  const clusters = createClusterStore(database, box, () => 1);
  const id = await clusters.insert(shopCluster);
  expect([await clusters.fetch(id), await clusters.list()]).toEqual([undefined, []]);
  await clusters.saveTakingOver(id);
  expect((await clusters.fetch(id))?.phase).toBe('TAKINGOVER');
});

test('taking over again after a failure renews the same cluster', async () => {
  const clusters = createClusterStore(database, box, () => 1);
  const id = await clusters.insert(shopCluster);
  expect(await clusters.insert({ ...shopCluster, sysPassword: 'other-Word1' })).toBe(id);
  expect((await clusters.fetchAccess(id)).credentials.password).toBe('other-Word1');
  expect((await clusters.fetchByKernelName('shop', 7))?.phase).toBe('TAKINGOVER');
});

test('saving what the kernel shows keeps ids, agents and intents; a server that vanished has no kernel status', async () => {
  const clusters = createClusterStore(database, box, () => 1);
  const servers = createServerStore(database, () => 2);
  const id = await clusters.insert(shopCluster);
  await servers.saveAll(id, [serverRow(1, 1), serverRow(1, 2)]);
  const [first] = await servers.list([id]);
  if (first === undefined) throw new Error('no server was saved');
  await servers.saveAgent(first.id, { url: 'https://10.0.1.1:62888', home: '/home/admin/oceanbase' });
  await servers.updateIntents(first.id, intendOwn('PROCESS_STOPPED'));
  await servers.saveAll(id, [serverRow(1, 1, { status: 'INACTIVE', stopTime: 9 })]);
  const [again, vanished] = await servers.list([id]);
  expect(again).toMatchObject({
    id: first.id,
    innerStatus: 'INACTIVE',
    stopTime: 9,
    home: '/home/admin/oceanbase',
    intent: 'PROCESS_STOPPED',
  });
  expect(vanished?.innerStatus).toBeNull();
  expect((await servers.listStoppedByUs(id)).map((server) => server.id)).toEqual([first.id]);
});

test('what a step writes under an ownership that it has lost changes nothing', async () => {
  const clusters = createClusterStore(database, box, () => 1);
  const servers = createServerStore(database, () => 2);
  const zones = createZoneStore(database, () => 2);
  const movedOut = createMovedOutStore(database, () => 3);
  const id = await clusters.insert(shopCluster);
  await clusters.saveTakingOver(id);
  await clusters.saveManaged(id);
  await servers.saveAll(id, [serverRow(1, 1)]);
  const serverId = (await servers.list([id]))[0]?.id ?? 0;
  const tasks = createTaskStore(database);
  const created = await tasks.create(newTask());
  if (created.kind !== 'created') throw new Error(created.kind);
  const late = { taskId: created.task.id, fence: created.task.fence };
  const [taken] = await tasks.takeOver({ owner: 'two', now: 1, tasks: [late] });
  const owner = { taskId: late.taskId, fence: taken?.fence ?? 0 };
  const before = JSON.stringify([await clusters.list(), await servers.list([id]), await countIntents()]);
  for (const write of [
    () => servers.updateIntents(serverId, intendOwn('PROCESS_STOPPED'), late),
    () => zones.updateIntent(id, 'zone1', 'STOPPED', late),
    () => clusters.saveManaged(id, late),
    () => clusters.saveTakingOver(id, late),
    () => clusters.forget(id, late),
    () => movedOut.hide(id, late),
    () => movedOut.show(id, late),
  ])
    await expect(write()).rejects.toThrow(StepFenced);
  expect(JSON.stringify([await clusters.list(), await servers.list([id]), await countIntents()])).toBe(
    before,
  );
  await servers.updateIntents(serverId, intendOwn('PROCESS_STOPPED'), owner);
  expect((await servers.listStoppedByUs(id)).map((server) => server.id)).toEqual([serverId]);
  await movedOut.hide(id, owner);
  expect(await movedOut.list()).toEqual([id]);
});

const countIntents = async () => {
  const servers = await database.db.selectFrom('server_own_intent').selectAll().execute();
  const zones = await database.db.selectFrom('zone_intent').selectAll().execute();
  return [servers.length, zones.length];
};

test('a take-over that is rolled back leaves nothing of what servers and zones were meant to be, and no other cluster less', async () => {
  const clusters = createClusterStore(database, box, () => 1);
  const servers = createServerStore(database, () => 2);
  const zones = createZoneStore(database, () => 2);
  const ids = [
    await clusters.insert(shopCluster),
    await clusters.insert({ ...shopCluster, name: 'pay', obClusterId: 8 }),
  ];
  for (const id of ids) {
    await servers.saveAll(id, [serverRow(id, 1)]);
    const [server] = await servers.list([id]);
    await servers.updateIntents(server?.id ?? 0, intendOwn('PROCESS_STOPPED'));
    await zones.updateIntent(id, 'zone1', 'STOPPED');
  }
  expect(await countIntents()).toEqual([2, 2]);
  const [rolledBack = 0, other = 0] = ids;
  await clusters.forget(rolledBack);
  expect(await countIntents()).toEqual([1, 1]);
  expect((await servers.listStoppedByUs(other)).length).toBe(1);
  expect(await servers.list([rolledBack])).toEqual([]);
});

test('a server is forgotten with what it was meant to be, but not while the kernel shows it', async () => {
  const clusters = createClusterStore(database, box, () => 1);
  const servers = createServerStore(database, () => 2);
  const id = await clusters.insert(shopCluster);
  await servers.saveAll(id, [serverRow(1, 1)]);
  const [server] = await servers.list([id]);
  await servers.updateIntents(server?.id ?? 0, intendOwn('PROCESS_STOPPED'));
  await servers.forget(server?.id ?? 0);
  expect(await countIntents()).toEqual([1, 0]);
  await servers.saveAll(id, []);
  await servers.forget(server?.id ?? 0);
  expect([await servers.list([id]), await countIntents()]).toEqual([[], [0, 0]]);
});

test('a former owner neither reserves nor forgets: by now the records may be those of another task', async () => {
  const clusters = createClusterStore(database, box, () => 1);
  const servers = createServerStore(database, () => 2);
  const zones = createZoneStore(database, () => 2);
  const clusterId = await clusters.insert(shopCluster);
  const { id: taskId, fence } = await benchOf(createTaskStore(database)).create();
  const owner = { taskId, fence };
  const formerOwner = { taskId, fence: fence - 1 };
  const place = { clusterId, zoneName: 'zone1', agentUrl: 'https://10.0.0.1:2886', home: '/home/admin/ob1' };
  const newServer = { ...place, ip: '10.0.0.1', rpcPort: 2882, sqlPort: 2881 };
  await zones.save(clusterId, {
    name: 'zone1',
    status: 'ACTIVE',
    region: 'default',
    idc: '',
    type: 'ReadWrite',
  });

  await expect(servers.reserve(newServer, formerOwner)).rejects.toThrow(StepFenced);
  expect(await servers.list([clusterId])).toEqual([]);
  const serverId = await servers.reserve(newServer, owner);
  await expect(servers.releaseHome(serverId, formerOwner)).rejects.toThrow(StepFenced);
  await expect(servers.forget(serverId, formerOwner)).rejects.toThrow(StepFenced);
  await expect(zones.forget(clusterId, 'zone1', formerOwner)).rejects.toThrow(StepFenced);
  expect(await servers.list([clusterId])).toMatchObject([{ id: serverId, home: '/home/admin/ob1' }]);
  expect(await zones.list([clusterId])).toHaveLength(1);

  await servers.releaseHome(serverId, owner);
  expect((await servers.list([clusterId]))[0]?.home).toBeNull();
  await servers.forget(serverId, owner);
  await zones.forget(clusterId, 'zone1', owner);
  expect([await servers.list([clusterId]), await zones.list([clusterId])]).toEqual([[], []]);
});

test('a server is found only in its own cluster', async () => {
  const clusters = createClusterStore(database, box, () => 1);
  const servers = createServerStore(database, () => 2);
  const id = await clusters.insert(shopCluster);
  await servers.saveAll(id, [serverRow(1, 1)]);
  const [server] = await servers.list([id]);
  expect(await servers.fetch(id + 1, server?.id ?? 0)).toBeUndefined();
});

test('servers in service are asked first; before the first look it is the one that was named', async () => {
  const clusters = createClusterStore(database, box, () => 1);
  const servers = createServerStore(database, () => 2);
  const id = await clusters.insert(shopCluster);
  expect((await clusters.fetchAccess(id)).endpoints).toEqual([{ ip: '10.0.1.1', rpcPort: 0, sqlPort: 2881 }]);
  await servers.saveAll(id, [serverRow(1, 1, { stopTime: 3 }), serverRow(2, 1)]);
  expect((await clusters.fetchAccess(id)).endpoints.map((endpoint) => endpoint.ip)).toEqual([
    '10.0.2.1',
    '10.0.1.1',
  ]);
});

test('there is one authority, whoever asks first, and its key is stored sealed', async () => {
  const now = new Date(0);
  const [first, second] = await Promise.all([
    fetchOrCreateAuthority(database.db, box, now),
    fetchOrCreateAuthority(database.db, box, now),
  ]);
  const stored = await fetchOrCreateAuthority(database.db, box, now);
  expect([first.certificate, second.certificate]).toContain(stored.certificate);
  expect(readFileSync(join(folder, 'metadata.db-wal'), 'latin1')).not.toContain('PRIVATE KEY');
});
