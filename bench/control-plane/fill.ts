/** Puts tasks and servers into the metadata of a control plane that does not run. */
import { createEngine } from '@openocp/engine';
import { loadConfig } from '@openocp/server/config';
import { openSecrets } from '@openocp/server/control-plane';
import { waitFor } from '@openocp/testkit';
import { type ClusterStore, createClusterStore } from '../../packages/server/src/store/clusters.ts';
import { openDatabase } from '../../packages/server/src/store/database.ts';
import { createServerStore, type ServerStore } from '../../packages/server/src/store/servers.ts';
import { createTaskStore } from '../../packages/server/src/store/task-store.ts';
import { createZoneStore, type ZoneStore } from '../../packages/server/src/store/zones.ts';
import {
  buildVersion,
  clusterNetwork,
  obVersion,
  rpcPort,
  serversPerCluster,
  startServiceTime,
  sysPassword,
  zoneNames,
  zonePlace,
} from '../fleet/fleet-cluster.ts';
import type { Home } from './control-plane-process.ts';
import { waitingName, waitingOperation } from './waiting-operation.ts';

const submitter = { id: 100, name: 'admin' };

/** Tasks of this instance: RUNNING, each in its step that waits; or SUCCESSFUL when nothing holds them. */
export async function fillTasks({ url, instance }: Home, count: number, holds = true): Promise<void> {
  const database = await openDatabase(url);
  const operations = [waitingOperation({ holds, began() {} })];
  const engine = createEngine({ store: createTaskStore(database), operations, instance });
  await engine.start();
  const request = { operation: waitingName, parameters: {}, submitter, claims: [] };
  await Promise.all(Array.from({ length: count }, () => engine.submit(request)));
  const left = database.db.selectFrom('task').select('id').where('status', '=', 'RUNNING').limit(1);
  const look = async () => ((await left.executeTakeFirst()) === undefined ? true : undefined);
  if (!holds) await waitFor('all tasks to end', look, { timeoutMs: 60_000 });
  await engine.stop();
  await database.close();
}

/** Nobody listens there, so every look at a cluster ends soon. */
const closedPort = 1;

/** Managed clusters of 3 zones with 9 servers. None of them answers, unless somebody listens at `sqlPort` of each address. */
export async function fillInventory(
  { url, configFile }: Home,
  clusterCount: number,
  sqlPort = closedPort,
): Promise<void> {
  const box = openSecrets(loadConfig(configFile, {}));
  const database = await openDatabase(url);
  const stores = {
    clusters: createClusterStore(database, box, Date.now),
    zones: createZoneStore(database, Date.now),
    servers: createServerStore(database, Date.now),
  };
  const numbers = Array.from({ length: clusterCount }, (_, number) => number);
  await Promise.all(numbers.map((number) => fillCluster(stores, number, sqlPort)));
  await database.close();
}

interface Stores {
  readonly clusters: ClusterStore;
  readonly zones: ZoneStore;
  readonly servers: ServerStore;
}

async function fillCluster(
  { clusters, zones, servers }: Stores,
  number: number,
  sqlPort: number,
): Promise<void> {
  const network = clusterNetwork(number);
  const id = await clusters.insert({
    name: `cluster-${number}`,
    obClusterId: number + 1,
    obVersion,
    sysUser: 'root@sys',
    sysPassword,
    seed: { ip: `${network}.1`, sqlPort },
    creator: submitter,
  });
  await zones.saveAll(
    id,
    zoneNames.map((name) => ({ name, status: 'ACTIVE', ...zonePlace })),
  );
  const rows = Array.from({ length: serversPerCluster }, (_, index) =>
    serverRow(`${network}.${index + 1}`, index, sqlPort),
  );
  await servers.saveAll(id, rows);
  await clusters.saveManaged(id);
}

function serverRow(ip: string, index: number, sqlPort: number) {
  return {
    ip,
    rpcPort,
    kernelId: index + 1,
    zone: zoneNames[index % zoneNames.length] ?? '',
    sqlPort,
    withRootServer: index === 0,
    status: 'ACTIVE',
    startServiceTime,
    stopTime: null,
    lastOfflineTime: null,
    buildVersion,
  };
}
