/** Taking a running cluster over: the check that changes nothing, and the task. Both find out the same things. */
import { OcpError } from '@openocp/contract';
import type { Engine } from '@openocp/engine';
import type { ClusterAccess } from '../domain/cluster-access.ts';
import { ConnectionFailure, KernelError } from '../remote/oceanbase/kernel-error.ts';
import { openSession, type Session } from '../remote/oceanbase/session.ts';
import { fetchVersion, listParameterValues, listServers } from '../remote/oceanbase/views.ts';
import type { App, Caller } from './app.ts';
import { deriveVersion } from './cluster-sync.ts';
import type { InventoryServices } from './inventory.ts';
import { submitTask } from './submit-task.ts';
import { viewTask } from './task-view.ts';

export interface TakeOverServices extends InventoryServices {
  readonly engine: Engine;
}

type Input = Parameters<App['clusterTakeOver']>[1];

/** OCP and its tools log in as this user. */
const sysUser = 'root@sys';
const connectTimeoutMs = 5_000;

/** What the named server tells of its cluster. */
interface Found {
  readonly name: string;
  readonly obClusterId: number;
  readonly obVersion: string;
  readonly serverCount: number;
}

export function createTakeOver(
  services: TakeOverServices,
): Pick<App, 'clusterTakeOver' | 'clusterTakeOverPreCheck'> {
  return {
    clusterTakeOverPreCheck: (_caller, input) => preCheck(services, input),
    clusterTakeOver: (caller, input) => takeOver(services, caller, input),
  };
}

async function preCheck(
  services: TakeOverServices,
  input: Input,
): ReturnType<App['clusterTakeOverPreCheck']> {
  try {
    const found = await explore(input);
    const messages = await listObstacles(services, found);
    return {
      clusterName: found.name,
      obClusterId: found.obClusterId,
      result: { valid: messages.length === 0, messages },
    };
  } catch (error) {
    if (error instanceof KernelError || error instanceof ConnectionFailure) {
      return { result: { valid: false, messages: [error.message] } };
    }
    throw error;
  }
}

async function listObstacles({ clusters }: TakeOverServices, found: Found): Promise<string[]> {
  const messages: string[] = [];
  if (found.serverCount === 0) messages.push('The cluster shows no servers in DBA_OB_SERVERS.');
  const known = await clusters.fetchByKernelName(found.name, found.obClusterId);
  if (known?.phase === 'MANAGED') {
    messages.push(
      `Cluster ${found.name}:${found.obClusterId} is already managed here as cluster ${known.id}.`,
    );
  }
  return messages;
}

async function takeOver(
  services: TakeOverServices,
  caller: Caller,
  input: Input,
): ReturnType<App['clusterTakeOver']> {
  const found = await explore(input).catch((error: unknown) => {
    throw convertError(error, input);
  });
  const known = await services.clusters.fetchByKernelName(found.name, found.obClusterId);
  if (known?.phase === 'MANAGED') {
    throw new OcpError('CLUSTER_EXISTS', {
      name: found.name,
      obClusterId: found.obClusterId,
      clusterId: known.id,
    });
  }
  const [obstacle] = await listObstacles(services, found);
  if (obstacle !== undefined) throw new OcpError('TAKE_OVER_CHECK_FAILED', { reason: obstacle });
  const clusterId = await services.clusters.insert({
    name: found.name,
    obClusterId: found.obClusterId,
    obVersion: found.obVersion,
    sysUser,
    sysPassword: input.rootSysPassword,
    seed: { ip: input.address, sqlPort: input.port },
    creator: { id: caller.userId, name: caller.username },
  });
  const agents = (input.agents ?? []).map(({ host, url, servers }) => ({
    host,
    url,
    servers: servers ?? [],
  }));
  const task = await submitTask(services.engine, caller, {
    operation: 'cluster-take-over',
    parameters: { clusterId, agents },
    cluster: { id: clusterId, name: found.name },
    attributes: attributesOf(clusterId, found),
  });
  // Its first step does the same; here, so that whoever reads the answer finds the cluster.
  await services.clusters.saveTakingOver(clusterId);
  return viewTask(task);
}

function attributesOf(clusterId: number, found: Found) {
  return {
    clusterId,
    clusterName: found.name,
    obClusterId: found.obClusterId,
    stringMap: {
      cluster_id: String(clusterId),
      cluster_name: found.name,
      ob_cluster_id: String(found.obClusterId),
      cluster_version: found.obVersion,
    },
    listMap: {},
  };
}

/** @throws KernelError, ConnectionFailure */
async function explore({ address, port, rootSysPassword }: Input): Promise<Found> {
  const credentials: ClusterAccess['credentials'] = { user: sysUser, password: rootSysPassword };
  const session = await openSession(
    { ip: address, rpcPort: 0, sqlPort: port },
    credentials,
    connectTimeoutMs,
  );
  try {
    return await describeCluster(session);
  } finally {
    session.close();
  }
}

async function describeCluster(session: Session): Promise<Found> {
  const version = await fetchVersion(session);
  if (!/OceanBase/i.test(version)) {
    throw new ConnectionFailure(
      `${session.endpoint.ip}:${session.endpoint.sqlPort} is not OceanBase but ${version}`,
      true,
    );
  }
  const servers = await listServers(session);
  const names = await listParameterValues(session, 'cluster');
  const ids = await listParameterValues(session, 'cluster_id');
  const name = names[0];
  const obClusterId = Number(ids[0]);
  if (name === undefined || !Number.isSafeInteger(obClusterId)) {
    throw new ConnectionFailure(
      'the cluster does not tell its name and id (parameters cluster, cluster_id)',
      true,
    );
  }
  const obVersion = deriveVersion(servers[0]?.buildVersion ?? '');
  return { name, obClusterId, obVersion, serverCount: servers.length };
}

function convertError(error: unknown, { address, port }: Input): unknown {
  if (error instanceof KernelError || error instanceof ConnectionFailure) {
    const target = `${address}:${port}`;
    return new OcpError('TAKE_OVER_CHECK_FAILED', { reason: error.message }, { cause: error, target });
  }
  return error;
}
