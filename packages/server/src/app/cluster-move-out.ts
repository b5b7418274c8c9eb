/** Moving a cluster out of this control plane, and connecting agents to the servers of one that stays. */
import { OcpError } from '@openocp/contract';
import type { Engine } from '@openocp/engine';
import { connectAgents } from '../operations/agent-connection.ts';
import type { AgentClient } from '../remote/agent-client.ts';
import type { HostStore } from '../store/hosts.ts';
import type { App, Caller } from './app.ts';
import { requireCluster } from './ask-cluster.ts';
import type { SyncCluster } from './cluster-sync.ts';
import type { InventoryServices } from './inventory.ts';
import { submitTask } from './submit-task.ts';
import { viewTask } from './task-view.ts';

export interface MoveOutServices extends InventoryServices {
  readonly engine: Engine;
  readonly agents: AgentClient;
  readonly hosts: HostStore;
  readonly syncCluster: SyncCluster;
}

export function createMoveOut(
  services: MoveOutServices,
): Pick<App, 'clusterMoveOut' | 'clusterAgentsConnect'> {
  return {
    clusterMoveOut: (caller, { id }) => moveOut(services, caller, id),
    clusterAgentsConnect: (_caller, input) => connect(services, input),
  };
}

async function moveOut(
  { clusters, engine }: MoveOutServices,
  caller: Caller,
  clusterId: number,
): ReturnType<App['clusterMoveOut']> {
  const cluster = await requireCluster(clusters, clusterId);
  const { name, obClusterId, phase } = cluster;
  if (phase !== 'MANAGED') {
    throw new OcpError('CLUSTER_STATE_NOT_ALLOWED', { cluster: name, state: phase });
  }
  const task = await submitTask(engine, caller, {
    operation: 'cluster-move-out',
    parameters: { clusterId },
    cluster,
    attributes: {
      clusterId,
      clusterName: name,
      obClusterId,
      stringMap: {
        cluster_id: String(clusterId),
        cluster_name: name,
        ob_cluster_id: String(obClusterId),
      },
      listMap: {},
    },
  });
  return viewTask(task);
}

/** An agent that is connected already stays as it is unless another one is named for its host. */
async function connect(
  services: MoveOutServices,
  { id, agents }: Parameters<App['clusterAgentsConnect']>[1],
): ReturnType<App['clusterAgentsConnect']> {
  await requireCluster(services.clusters, id);
  const all = await services.servers.list([id]);
  const foreign = agents.filter(({ host }) => !all.some(({ ip }) => ip === host));
  const [first] = foreign;
  if (first !== undefined) {
    const subErrors = foreign.map(({ host }) => ({ field: 'host', message: `${host} is no host of it` }));
    throw new OcpError(
      'SERVER_ADDRESS_NOT_FOUND',
      { clusterId: id, address: first.host },
      { target: 'agents', subErrors },
    );
  }
  const named = agents.map(({ host, url, servers }) => ({ host, url, servers: servers ?? [] }));
  const concerned = all.filter(({ ip }) => named.some(({ host }) => host === ip));
  const connections = await connectAgents(services, concerned, named);
  await services.syncCluster(id);
  return connections.map(({ serverId, address, isConnected, words }) => {
    return { serverId, address, connected: isConnected, message: words };
  });
}
