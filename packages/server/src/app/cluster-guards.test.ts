/** Changes that are no task, and the row in the cluster, on a real SQL engine. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, expect, it } from 'vitest';
import { ClusterGuard } from '../operations/cluster-guard.ts';
import { ClusterSessions } from '../remote/oceanbase/cluster-sessions.ts';
import { fetchControlPlaneRow } from '../remote/oceanbase/control-plane-row.ts';
import { createOutboundPolicy } from '../remote/outbound-policy.ts';
import { createSecretBox } from '../security/secret-box.ts';
import { shopCluster } from '../store/cluster-fixture.ts';
import { createClusterGuardStore } from '../store/cluster-guards.ts';
import { createClusterStore } from '../store/clusters.ts';
import { type MetadataDatabase, openDatabase } from '../store/database.ts';
import { startMariadb } from '../store/mariadb-server.ts';
import type { App, Caller } from './app.ts';
import { rejectForeignClusters } from './cluster-guards.ts';

const mariadb = await startMariadb();
const sessions = new ClusterSessions(createOutboundPolicy({ allowLoopback: true, onlyNetworks: [] }));
const caller: Caller = {
  userId: 1,
  username: 'admin',
  permissions: ['**'],
  traceId: 't',
  clientAddress: '',
  language: 'en-US',
};

let folder: string;
const opened: MetadataDatabase[] = [];
let changed: string[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'openocp-guards-'));
  changed = [];
});

afterEach(async () => {
  await Promise.all(opened.splice(0).map((database) => database.close()));
  await rm(folder, { recursive: true, force: true });
});

afterAll(async () => {
  sessions.closeAll();
  await mariadb?.stop();
});

/** A control plane with metadata of its own, and one cluster. */
async function openControlPlane(name: string, port: number) {
  const database = await openDatabase(`sqlite:${join(folder, `${name}.db`)}`);
  opened.push(database);
  const clusters = createClusterStore(database, createSecretBox(Buffer.alloc(32, 1)), Date.now);
  const seed = { ip: '127.0.0.1', sqlPort: port };
  const id = await clusters.insert({ ...shopCluster, sysUser: 'root', sysPassword: '', seed });
  await clusters.saveManaged(id);
  const guards = createClusterGuardStore(database, Date.now);
  const options = { guards, clusters, sessions, host: 'here', now: () => 5 };
  const guard = new ClusterGuard({ ...options, instance: name });
  const clusterParameterUpdate: App['clusterParameterUpdate'] = async () => {
    changed.push(name);
    return undefined;
  };
  const app = rejectForeignClusters({ clusterParameterUpdate }, { clusters, guards, guard });
  return {
    async take(adopts: boolean) {
      await guards.saveWish(id, { enabled: true, adopts });
      await guard.take(id, 1);
    },
    adoptWithNextWrite: () => guards.saveWish(id, { enabled: true, adopts: true }),
    change: () => app.clusterParameterUpdate(caller, { id, parameters: [] }),
    readRow: async () => sessions.with(await clusters.fetchAccess(id), {}, fetchControlPlaneRow),
  };
}

it.skipIf(mariadb === undefined)(
  'a change that is no task writes the row, so that of two control planes one is refused',
  async () => {
    const port = Number(new URL((await mariadb?.createDatabase()) ?? '').port);
    const [first, other] = [await openControlPlane('a', port), await openControlPlane('b', port)];
    await first.take(false);
    await first.change();
    expect(await first.readRow()).toMatchObject({ revision: 2, instance: 'a', taskId: 0 });
    await other.adoptWithNextWrite();
    await other.change();
    await expect(first.change()).rejects.toThrow(/^Another control plane \(instance b /);
    expect(changed).toEqual(['a', 'b']);
  },
);
