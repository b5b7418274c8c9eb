/**
 * Take over OB cluster: read a running cluster through the server that was named, record its zones and servers, connect
 * the agents of its hosts. Nothing in the cluster is changed. Undo forgets the cluster again.
 */
import { type Graph, type Operation, type StepContext, StepFailure } from '@openocp/engine';
import { z } from 'zod';
import { lookAtCluster } from '../remote/oceanbase/look.ts';
import { connectAgents, namedAgent } from './agent-connection.ts';
import type { OperationServices } from './services.ts';

const parameters = z.strictObject({ clusterId: z.int(), agents: z.array(namedAgent) });
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
      await services.clusters.saveTakingOver(input.clusterId, context);
      const access = await services.clusters.fetchAccess(input.clusterId);
      const { snapshot, why } = await lookAtCluster(services.sessions, access, { now: services.now });
      if (snapshot === undefined) throw new StepFailure(`The cluster does not answer: ${why}`);
      if (!snapshot.servers.ok)
        throw new StepFailure(`DBA_OB_SERVERS cannot be read: ${snapshot.servers.reason}`);
      context.log.info(`The cluster answers and shows ${snapshot.servers.rows.length} servers.`);
      return { serverCount: snapshot.servers.rows.length };
    },
    async undo(context) {
      await services.clusters.forget(input.clusterId, context);
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
      await services.clusters.saveManaged(input.clusterId, context);
      const { summary } = await services.syncCluster(input.clusterId);
      context.log.info(summary);
      return null;
    },
    undo: { nothingToUndo: 'The first step forgets the whole cluster.' },
  });
}

/** A server without a reachable agent is managed by SQL alone; that is said, and is no failure. */
async function runConnect(
  context: StepContext,
  services: OperationServices,
  input: ClusterTakeOverParameters,
): Promise<null> {
  const servers = await services.servers.list([input.clusterId]);
  for (const { address, isConnected, words } of await connectAgents(services, servers, input.agents)) {
    const line = `${address}: ${words}`;
    if (isConnected) context.log.info(line);
    else context.log.warn(line);
  }
  return null;
}
