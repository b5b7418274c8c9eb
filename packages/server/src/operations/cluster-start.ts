/**
 * Start OB cluster: every process that its stop had stopped, all at once; they wait for each other to become active. What
 * an operator had stopped by itself before, a server or a zone, stays as it was.
 */
import type { Graph, Operation, Step } from '@openocp/engine';
import { z } from 'zod';
import { intendAgain } from '../planning/intents.ts';
import { addPrepareZones, clusterParameters, type PreparedZoneStep, serversOf } from './cluster-graph.ts';
import type { OperationServices } from './services.ts';
import { addStartServer } from './start-steps.ts';
import { addSyncCluster, addUpdateCluster, addUpdateZone, recordRolledBack } from './status-steps.ts';
import { addWaitNode } from './step-place.ts';
import {
  addPrepareServers,
  addStartProcesses,
  addUpdateServers,
  joinPrepares,
  type PreparedStep,
  serversAtOnce,
} from './zone-graph.ts';
import { addStartZone } from './zone-steps.ts';

const parameters = z.strictObject(clusterParameters);
type ClusterStartParameters = z.infer<typeof parameters>;

export function clusterStart(services: OperationServices): Operation<ClusterStartParameters> {
  return {
    name: 'cluster-start',
    title: 'Start OB cluster',
    parameters,
    concurrency: serversAtOnce,
    build: (graph, input) => build(graph, services, input),
  };
}

function build(graph: Graph, services: OperationServices, input: ClusterStartParameters): void {
  const { clusterId } = input;
  const prepare = graph.step({
    name: 'Prepare start cluster',
    after: [],
    timeoutMs: 300_000,
    effects: 'none',
    prohibitSkip: true,
    result: z.null(),
    async run(context) {
      const { summary } = await services.syncCluster(clusterId);
      context.log.info(summary);
      return null;
    },
    undo: (context) => recordRolledBack(context, services, clusterId),
  });
  const zones = addPrepareZones(graph, services, { name: 'Prepare start OB zone', after: [prepare], input });
  const zonesKnown = addWaitNode(
    graph,
    zones.map((zone) => zone.prepare),
  );
  const servers = addPrepareServers(graph, services, {
    name: 'Prepare start observer',
    after: [zonesKnown],
    clusterId,
    serverIds: serversOf(input),
  });
  const serversKnown = joinPrepares(graph, servers, zonesKnown);
  const started = addStartProcesses(graph, services, [serversKnown], servers, {
    as: { kind: 'cluster' },
    waitName: 'Wait observer accessible',
  });
  const zonesServing = addServing(graph, services, clusterId, { started, servers, zones });
  const zonesServed = addWaitNode(graph, zonesServing);
  const updated = addWaitNode(graph, addUpdateServers(graph, services, [zonesServed], servers, intendAgain));
  const zonesUpdated = zones.map((zone, parallelIdx) =>
    addUpdateZone(graph, services, {
      after: [updated],
      parallelIdx,
      clusterId,
      at: (context) => ({ zone: context.result(zone.prepare).zone, avoid: [] }),
    }),
  );
  const synced = addSyncCluster(
    graph,
    services,
    { after: zonesUpdated, clusterId },
    'Sync all tenant information',
  );
  addUpdateCluster(graph, services, { after: [synced], clusterId, stopped: false });
}

/** ∥Start server, joined, ∥Start zone: each only where it was meant to serve before the cluster was stopped. */
function addServing(
  graph: Graph,
  services: OperationServices,
  clusterId: number,
  {
    started,
    servers,
    zones,
  }: {
    readonly started: Step<unknown>;
    readonly servers: readonly PreparedStep[];
    readonly zones: readonly PreparedZoneStep[];
  },
): Step<unknown>[] {
  const serving = servers.map((server, parallelIdx) =>
    addStartServer(graph, services, {
      after: [started],
      parallelIdx,
      prepare: server.prepare,
      keepsOwnMark: true,
    }),
  );
  const served = addWaitNode(graph, serving);
  return zones.map((zone, parallelIdx) =>
    addStartZone(graph, services, {
      after: [served],
      parallelIdx,
      clusterId,
      prepare: zone.prepare,
      keepsOwnMark: true,
    }),
  );
}
