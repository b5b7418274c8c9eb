import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ProcessIdentity } from '@openocp/contract';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { OperationProgress } from '../planning/operation-phase.ts';
import { serverRow } from '../planning/snapshot-fixture.ts';
import { createSecretBox } from '../security/secret-box.ts';
import { shopCluster } from '../store/cluster-fixture.ts';
import { createClusterStore } from '../store/clusters.ts';
import { type MetadataDatabase, openDatabase } from '../store/database.ts';
import { createDriftStore, type DriftStore } from '../store/drift.ts';
import { createServerStore, type Server } from '../store/servers.ts';
import { createDriftWatch, type DriftWatch } from './drift-watch.ts';

let folder: string;
let database: MetadataDatabase;
let drift: DriftStore;
let watch: DriftWatch;
let server: Server;
let progress: OperationProgress | undefined;

const processOf = (pid: number): ProcessIdentity => ({
  bootId: 'boot',
  pid,
  startTicks: String(pid * 10),
  executable: '/home/admin/oceanbase/bin/observer',
  cwd: '/home/admin/oceanbase',
});

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'openocp-store-'));
  database = await openDatabase(`sqlite:${folder}/metadata.db`);
  const clusters = createClusterStore(database, createSecretBox(Buffer.alloc(32, 1)), () => 1);
  const clusterId = await clusters.insert(shopCluster);
  const servers = createServerStore(database, () => 1);
  await servers.saveAll(clusterId, [serverRow(1, 1)]);
  const [first] = await servers.list([clusterId]);
  if (first === undefined) throw new Error('no server was saved');
  server = first;
  progress = undefined;
  drift = createDriftStore(database, () => 1);
  watch = createDriftWatch({
    drift,
    listProgress: async () => new Map(progress === undefined ? [] : [[clusterId, progress]]),
  });
});

afterEach(async () => {
  await database.close();
  rmSync(folder, { recursive: true });
});

const look = (pid: number | null, changes: Partial<Server> = {}) =>
  watch.noticeProcesses(server.clusterId, [
    { server: { ...server, ...changes }, process: pid === null ? null : processOf(pid) },
  ]);
const marks = async () => (await drift.listMarks([server.clusterId])).get(server.id) ?? [];
const operation = (serverIds: readonly number[]): OperationProgress => ({
  definition: 'server-start',
  serverIds,
  zoneNames: [],
  rollingBack: false,
  succeeded: new Set(),
  steps: new Set(),
  queue: [],
  holder: {
    taskId: 1,
    taskName: 'Start OB server',
    username: 'admin',
    status: 'RUNNING',
    since: 0,
    serverIds: [],
    zoneNames: [],
  },
});

test('another process is believed at the second look, and told with both pids', async () => {
  await look(7);
  await look(8);
  expect(await marks()).toEqual([]);
  await look(8);
  const evidence = expect.stringMatching(/was pid 7 and is pid 8/);
  expect(await marks()).toEqual([{ kind: 'PROCESS_RESTARTED', evidence }]);
});

test('a process that comes and goes unseen, or is the same, is no drift', async () => {
  for (const pid of [7, null, 7, 7]) await look(pid);
  expect(await marks()).toEqual([]);
});

test('a restart by an operation of ours is no drift, and settles an older one', async () => {
  for (const pid of [7, 8, 8]) await look(pid);
  expect(await marks()).toHaveLength(1);
  progress = operation([server.id]);
  await look(9);
  progress = undefined;
  for (const pid of [9, 9]) await look(pid);
  expect(await marks()).toEqual([]);
});

test('an operation on another server does not excuse it', async () => {
  progress = operation([server.id + 1]);
  for (const pid of [7, 8, 8]) await look(pid);
  expect(await marks()).toHaveLength(1);
});

test('of a server that was stopped from here the state tells it already', async () => {
  for (const pid of [7, 8, 8]) await look(pid, { intent: 'PROCESS_STOPPED' });
  expect(await marks()).toEqual([]);
});

test('a server that appears is told, unless an operation is under way', async () => {
  progress = operation([]);
  await watch.noticeAdded(server.clusterId, [server]);
  expect(await marks()).toEqual([]);
  progress = undefined;
  await watch.noticeAdded(server.clusterId, [server]);
  await watch.noticeAdded(server.clusterId, [server]);
  expect(await marks()).toMatchObject([{ kind: 'ADDED_ELSEWHERE' }]);
});
