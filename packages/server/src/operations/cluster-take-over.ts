/**
 * Take over OB cluster: read a running cluster through the server that was named, record its zones and servers, connect
 * the agents of its hosts. Nothing in the cluster is changed. Undo forgets the cluster again.
 */
import { homePath } from '@openocp/contract';
import { type Graph, type Operation, type StepContext, StepFailure } from '@openocp/engine';
import { z } from 'zod';
import { lookAtCluster } from '../remote/oceanbase/look.ts';
import type { Server } from '../store/servers.ts';
import type { OperationServices } from './services.ts';

const agent = z.strictObject({
  host: z.string(),
  url: z.string(),
  servers: z.array(z.strictObject({ port: z.int(), home: homePath })),
});
type Agent = z.infer<typeof agent>;

const parameters = z.strictObject({ clusterId: z.int(), agents: z.array(agent) });
type ClusterTakeOverParameters = z.infer<typeof parameters>;

export function clusterTakeOver(services: OperationServices): Operation<ClusterTakeOverParameters> {
  return {
    name: 'cluster-take-over',
    title: 'Take over OB cluster',
    parameters,
    build: (graph, input) => build(graph, services, input),
  };
}

function build(graph: Graph, services: OperationServices, input: ClusterTakeOverParameters): void {
  const prepare = graph.step({
    name: 'Prepare take over cluster',
    after: [],
    timeoutMs: 300_000,
    effects: 'none',
    result: z.strictObject({ serverCount: z.int() }),
    async run(context) {
      await services.clusters.saveTakingOver(input.clusterId);
      const access = await services.clusters.fetchAccess(input.clusterId);
      const { snapshot, why } = await lookAtCluster(services.sessions, access, { now: services.now });
      if (snapshot === undefined) throw new StepFailure(`The cluster does not answer: ${why}`);
      if (!snapshot.servers.ok)
        throw new StepFailure(`DBA_OB_SERVERS cannot be read: ${snapshot.servers.reason}`);
      context.log.info(`The cluster answers and shows ${snapshot.servers.rows.length} servers.`);
      return { serverCount: snapshot.servers.rows.length };
    },
    async undo() {
      await services.clusters.forget(input.clusterId);
    },
  });
  const sync = graph.step({
    name: 'Sync cluster info',
    after: [prepare],
    timeoutMs: 30_000,
    effects: 'none',
    result: z.null(),
    async run(context) {
      const { reachable, summary } = await services.syncCluster(input.clusterId);
      if (!reachable) throw new StepFailure(summary);
      context.log.info(summary);
      return null;
    },
    undo: { nothingToUndo: 'The first step forgets the whole cluster.' },
  });
  const connect = graph.step({
    name: 'Connect OCP agents',
    after: [sync],
    timeoutMs: 300_000,
    effects: 'none',
    result: z.null(),
    run: (context) => runConnect(context, services, input),
    undo: { nothingToUndo: 'The first step forgets the whole cluster.' },
  });
  graph.step({
    name: 'Update OB cluster status',
    after: [connect],
    timeoutMs: 30_000,
    effects: 'none',
    result: z.null(),
    async run(context) {
      await services.clusters.saveManaged(input.clusterId);
      const { summary } = await services.syncCluster(input.clusterId);
      context.log.info(summary);
      return null;
    },
    undo: { nothingToUndo: 'The first step forgets the whole cluster.' },
  });
}

async function runConnect(
  context: StepContext,
  services: OperationServices,
  input: ClusterTakeOverParameters,
): Promise<null> {
  const servers = await services.servers.list([input.clusterId]);
  for (const server of servers) await connectAgent(context, services, server, input.agents);
  return null;
}

/** A server without a reachable agent is managed by SQL alone; that is said, and is no failure. */
async function connectAgent(
  context: StepContext,
  services: OperationServices,
  server: Server,
  agents: readonly Agent[],
): Promise<void> {
  const address = `${server.ip}:${server.rpcPort}`;
  const found = agents.find((candidate) => candidate.host === server.ip);
  if (found === undefined) {
    context.log.warn(`${address}: no agent was named; its process cannot be started or stopped from here.`);
    return;
  }
  try {
    const info = await services.agents.info(found.url);
    await services.hosts.saveAgent(server.hostId, found.url, info);
    const { homes } = info;
    const named = found.servers.find((entry) => entry.port === server.rpcPort)?.home;
    const home = named ?? (homes.length === 1 ? homes[0] : undefined);
    if (home === undefined) {
      context.log.warn(
        `${address}: agent ${found.url} serves ${homes.length} homes and none was named for this port.`,
      );
      return;
    }
    const seen = await services.agents.inspect(found.url, {
      home,
      address: server.ip,
      ports: [server.rpcPort],
    });
    await services.servers.saveAgent(server.id, { url: found.url, home });
    context.log.info(`${address}: agent ${found.url}, home ${home}, pid ${seen.process?.pid ?? 'none'}.`);
  } catch (error) {
    context.log.warn(`${address}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
