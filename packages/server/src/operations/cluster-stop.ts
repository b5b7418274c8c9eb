/**
 * Stop OB cluster: every process of the cluster, all at once. The interruption of service is what is asked for, so no
 * majority is proven and nothing is isolated; each signal still goes to exactly the recorded process.
 */
import type { Graph, Operation, StepContext } from '@openocp/engine';
import { z } from 'zod';
import { intendStoppedWithOthers, intendZoneStoppedWithOthers } from '../planning/intents.ts';
import { addPrepareZones, type ClusterKey, clusterParameters, serversOf } from './cluster-graph.ts';
import type { OperationServices } from './services.ts';
import { addUpdateCluster, addUpdateZone, recordRolledBack } from './status-steps.ts';
import { addWaitNode } from './step-place.ts';
import { waitForActive } from './wait-for-active.ts';
import {
  addPrepareServers,
  addStopProcesses,
  addUpdateServers,
  joinPrepares,
  serversAtOnce,
} from './zone-graph.ts';

const parameters = z.strictObject({ ...clusterParameters, by: z.string(), reason: z.string() });
type ClusterStopParameters = z.infer<typeof parameters>;

/** A cluster that was started again needs this long at most until all servers serve. Milliseconds. */
const undoTimeoutMs = 1_800_000;
const marginMs = 5_000;

export function clusterStop(services: OperationServices): Operation<ClusterStopParameters> {
  return {
    name: 'cluster-stop',
    title: 'Stop OB cluster',
    parameters,
    concurrency: serversAtOnce,
    build: (graph, input) => build(graph, services, input),
  };
}

function build(graph: Graph, services: OperationServices, input: ClusterStopParameters): void {
  const { clusterId } = input;
  const prepare = graph.step({
    name: 'Prepare stop cluster',
    after: [],
    timeoutMs: 300_000,
    effects: 'none',
    prohibitSkip: true,
    result: z.null(),
    run: (context) => runPrepare(context, services, input),
    undo: (context) => recordRolledBack(context, services, clusterId),
  });
  const zones = addPrepareZones(graph, services, { name: 'Prepare stop OB zone', after: [prepare], input });
  const zonesKnown = addWaitNode(
    graph,
    zones.map((zone) => zone.prepare),
  );
  const servers = addPrepareServers(graph, services, {
    name: 'Prepare stop observer',
    after: [zonesKnown],
    clusterId,
    serverIds: serversOf(input),
  });
  // Undone when all processes have been started again: only together do they become active.
  const serversKnown = joinPrepares(graph, servers, zonesKnown, {
    timeoutMs: undoTimeoutMs,
    async undo(context) {
      const before = servers.flatMap((server) => context.resultIfAny(server.prepare) ?? []);
      const ran = before.filter(({ former, kernelReachable }) => former.process !== null && kernelReachable);
      await waitForActive(context, services, ran, undoTimeoutMs - marginMs);
    },
  });
  const stopped = addStopProcesses(graph, services, [serversKnown], servers, { kind: 'whole-cluster' });
  const updated = addWaitNode(
    graph,
    addUpdateServers(graph, services, [stopped], servers, intendStoppedWithOthers),
  );
  const zonesUpdated = zones.map(({ prepare: zone }, parallelIdx) =>
    addUpdateZone(graph, services, {
      after: [updated],
      parallelIdx,
      clusterId,
      at: (context) => ({ zone: context.result(zone).zone, avoid: [] }),
      intent: {
        now: (context) => intendZoneStoppedWithOthers(context.result(zone)),
        former: (context) => context.resultIfAny(zone)?.formerIntent,
      },
    }),
  );
  addUpdateCluster(graph, services, { after: zonesUpdated, clusterId, stopped: true });
}

async function runPrepare(
  context: StepContext,
  services: OperationServices,
  { clusterId, by, reason }: ClusterStopParameters & ClusterKey,
): Promise<null> {
  const { summary } = await services.syncCluster(clusterId);
  context.log.info(summary);
  context.log.warn(`All tenants of the cluster lose service, as ${by} asked.`);
  if (reason !== '') context.log.info(`The reason given: ${reason}`);
  return null;
}
