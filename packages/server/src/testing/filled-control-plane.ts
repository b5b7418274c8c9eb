/**
 * The whole control plane in this process, over metadata that were filled before: two clusters, each with a zone and a
 * server, and two tasks of a subtask each. It connects to nothing: every address is refused.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, configSchema } from '../config.ts';
import { openSecrets, startControlPlane } from '../control-plane.ts';
import { createLog } from '../log.ts';
import { shopCluster } from '../store/cluster-fixture.ts';
import { type ClusterStore, createClusterStore } from '../store/clusters.ts';
import { openDatabase } from '../store/database.ts';
import { createServerStore, type ServerStore } from '../store/servers.ts';
import { createTaskStore, type SqlTaskStore } from '../store/task-store.ts';
import { createZoneStore, type ZoneStore } from '../store/zones.ts';

/** Ids that belong together, by the names of path parameters. */
export type Family = Readonly<Record<string, string>>;

export interface FilledControlPlane {
  readonly url: string;
  readonly user: string;
  readonly password: string;
  /** Header of a call as the administrator. */
  readonly authorization: string;
  readonly first: Family;
  readonly second: Family;
  stop(): Promise<void>;
}

const hourMs = 3_600_000;
const password = 'aaAA11__';

function makeConfig(folder: string): Config {
  const settings = {
    dataDir: folder,
    db: `sqlite:${join(folder, 'a.db')}`,
    http: { port: 0 },
    adminPassword: password,
    // Loopback is refused, and so is everything else.
    outbound: { onlyNetworks: ['127.0.0.0/8'] },
    login: { maxAttempts: 1_000_000, clientMaxAttempts: 1_000_000 },
    rateLimit: { enabled: false },
    syncIntervalMs: hourMs,
    leaseMs: hourMs,
  };
  return { ...configSchema.parse(settings), instance: 'this' };
}

interface Stores {
  readonly clusters: ClusterStore;
  readonly zones: ZoneStore;
  readonly servers: ServerStore;
  readonly tasks: SqlTaskStore;
}

async function fillFamily({ clusters, zones, servers, tasks }: Stores, number: number): Promise<Family> {
  const name = `shop${number}`;
  const ip = `127.0.0.${number}`;
  const zoneName = `zone_of_${name}`;
  const seed = { ip, sqlPort: 2881 };
  const id = await clusters.insert({ ...shopCluster, name, obClusterId: number, seed });
  await zones.save(id, { name: zoneName, status: 'ACTIVE', region: 'r', idc: '', type: 'ReadWrite' });
  const state = {
    status: 'ACTIVE',
    startServiceTime: 1_700_000_000_000,
    stopTime: null,
    lastOfflineTime: null,
  };
  const server = { ip, rpcPort: 2882, sqlPort: 2881, kernelId: 1, zone: zoneName, withRootServer: true };
  await servers.saveAll(id, [{ ...server, ...state, buildVersion: '4.2.1.2' }]);
  await clusters.saveManaged(id);
  const [stored] = await servers.list([id]);
  const { taskId, subtaskId } = await fillTask(tasks);
  return {
    id: String(id),
    zoneName,
    serverId: String(stored?.id),
    taskInstanceId: String(taskId),
    subtaskInstanceId: String(subtaskId),
  };
}

/** A task that another instance runs. */
async function fillTask(tasks: SqlTaskStore): Promise<{ taskId: number; subtaskId: number }> {
  const traits = { parallelIdx: 0, timeoutMs: 1000, prohibitRollback: false, prohibitSkip: false };
  const outcome = await tasks.create({
    definition: 'any',
    name: 'Any',
    parameters: {},
    attributes: {},
    submitter: { id: 100, name: 'admin' },
    claims: [],
    owner: 'another instance',
    now: Date.now(),
    subtasks: [{ step: 0, name: 'only', ...traits, upstreamSteps: [], status: 'PENDING' }],
  });
  if (outcome.kind !== 'created') throw new Error('the task was not created');
  return { taskId: outcome.task.id, subtaskId: outcome.task.subtasks[0]?.id ?? 0 };
}

async function fill(config: Config): Promise<[Family, Family]> {
  const box = openSecrets(config);
  const database = await openDatabase(config.db);
  const stores = {
    clusters: createClusterStore(database, box, Date.now),
    zones: createZoneStore(database, Date.now),
    servers: createServerStore(database, Date.now),
    tasks: createTaskStore(database),
  };
  const families: [Family, Family] = [await fillFamily(stores, 1), await fillFamily(stores, 2)];
  await database.close();
  return families;
}

export async function startFilledControlPlane(log = createLog('silent')): Promise<FilledControlPlane> {
  const folder = mkdtempSync(join(tmpdir(), 'openocp-filled-'));
  const config = makeConfig(folder);
  const [first, second] = await fill(config);
  const controlPlane = await startControlPlane(config, log);
  const user = 'admin';
  return {
    url: controlPlane.url,
    user,
    password,
    authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
    first,
    second,
    stop: async () => {
      await controlPlane.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
