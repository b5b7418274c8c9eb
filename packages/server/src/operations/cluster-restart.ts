/**
 * Restart OB cluster: rolling, zone by zone, one server at a time or by batches of a zone that every majority can spare.
 * Before each the whole cluster must be healthy again, and there a human can pause, resume or abort. What does not pass
 * waits, then fails; it never becomes a restart of everything at once.
 */
import type { Graph, Operation, Step } from '@openocp/engine';
import { z } from 'zod';
import { intendOwn } from '../planning/intents.ts';
import { boundaryTimeoutMs, passBoundary } from './boundary.ts';
import { addFreeze } from './minor-freeze.ts';
import { overrideShape } from './override.ts';
import { preparedServer, recordServer } from './prepared-server.ts';
import { fetchStopSubject, fetchTargets } from './server-target.ts';
import type { OperationServices } from './services.ts';
import { addStartServer } from './start-steps.ts';
import { addSyncCluster, addUpdateCluster, addUpdateZone, recordRolledBack } from './status-steps.ts';
import { addWaitNode } from './step-place.ts';
import { addStopProcess } from './stop-process-step.ts';
import { addStopServer } from './stop-server-step.ts';
import { judgeVerdict, planOnceSettled } from './stop-verdict.ts';
import { addStartProcesses, addUpdateServers, type PreparedStep } from './zone-graph.ts';

const parameters = z.strictObject({
  clusterId: z.int(),
  /** In the order in which they go down; each of one zone. */
  batches: z.array(z.strictObject({ zoneName: z.string(), serverIds: z.array(z.int()) })),
  freezeServer: z.boolean(),
  healthyReadings: z.int(),
  ...overrideShape,
});
type ClusterRestartParameters = z.infer<typeof parameters>;

interface Batch {
  readonly zoneName: string;
  readonly serverIds: readonly number[];
  /** `batch 2 of 6 (zone1)` */
  readonly title: string;
}

export function clusterRestart(services: OperationServices): Operation<ClusterRestartParameters> {
  return {
    name: 'cluster-restart',
    title: 'Restart OB cluster',
    parameters,
    build: (graph, input) => build(graph, services, input),
  };
}

function build(graph: Graph, services: OperationServices, input: ClusterRestartParameters): void {
  const { clusterId, batches } = input;
  let last: Step<unknown> = graph.step({
    name: 'Prepare restart cluster',
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
  for (const [index, batch] of batches.entries()) {
    const title = `batch ${index + 1} of ${batches.length} (${batch.zoneName})`;
    last = addBatch(graph, services, input, last, { ...batch, title });
    if (batches[index + 1]?.zoneName !== batch.zoneName) {
      last = addUpdateZone(graph, services, {
        after: [last],
        clusterId,
        at: () => ({ zone: batch.zoneName, avoid: [] }),
      });
    }
  }
  const synced = addSyncCluster(graph, services, { after: [last], clusterId });
  const tenants = addSyncCluster(
    graph,
    services,
    { after: [synced], clusterId },
    'Sync all tenant information',
  );
  addUpdateCluster(graph, services, { after: [tenants], clusterId, stopped: false });
}

/** One batch from a healthy cluster to one in which the batch serves again. */
function addBatch(
  graph: Graph,
  services: OperationServices,
  input: ClusterRestartParameters,
  before: Step<unknown>,
  batch: Batch,
): Step<unknown> {
  const { clusterId, healthyReadings } = input;
  const { serverIds, title } = batch;
  const boundary = graph.step({
    name: 'Set zone context',
    after: [before],
    timeoutMs: boundaryTimeoutMs,
    effects: 'none',
    prohibitSkip: true,
    result: z.null(),
    async run(context) {
      await passBoundary(context, services, { clusterId, before: title, healthyReadings, input });
      context.annotate({ zone_name: batch.zoneName });
      return null;
    },
    undo: { nothingToUndo: 'It only waits.' },
  });
  const servers = addPrepares(graph, services, input, boundary, serverIds);
  const join = (steps: readonly Step<unknown>[]) =>
    serverIds.length === 1 ? steps : [addWaitNode(graph, steps)];
  const known = join(servers.map(({ prepare }) => prepare));
  const isolated = servers.map(({ prepare, ...place }) => {
    const frozen = input.freezeServer
      ? [addFreeze(graph, services, { ...place, after: known, prepare })]
      : known;
    return addStopServer(graph, services, { ...place, after: frozen, prepare, input });
  });
  const allIsolated = join(isolated);
  const kills = servers.map(({ prepare, ...place }, index) => {
    const isolate = isolated[index];
    if (isolate === undefined) throw new Error('each server has its isolation');
    const proof = { kind: 'isolated', by: 'STOP SERVER', isolate, together: serverIds, input } as const;
    return addStopProcess(graph, services, { ...place, after: allIsolated, prepare, proof, waits: true });
  });
  const started = addStartProcesses(graph, services, join(kills), servers, {
    as: { kind: 'server' },
    waitName: 'Wait observer accessible',
  });
  const serving = servers.map(({ prepare, ...place }) =>
    addStartServer(graph, services, { ...place, after: [started], prepare }),
  );
  return joinOne(
    graph,
    addUpdateServers(graph, services, join(serving), servers, () => intendOwn('RUNNING')),
  );
}

function joinOne(graph: Graph, steps: readonly Step<unknown>[]): Step<unknown> {
  const [only, ...others] = steps;
  return only !== undefined && others.length === 0 ? only : addWaitNode(graph, steps);
}

function addPrepares(
  graph: Graph,
  services: OperationServices,
  input: ClusterRestartParameters,
  boundary: Step<unknown>,
  serverIds: readonly number[],
): PreparedStep[] {
  const { clusterId } = input;
  return serverIds.map((serverId, index) => {
    const place = serverIds.length === 1 ? {} : { parallelIdx: index };
    const prepare = graph.step({
      name: 'Prepare restart observer',
      after: [boundary],
      ...place,
      timeoutMs: 300_000,
      effects: 'none',
      prohibitSkip: true,
      result: preparedServer,
      async run(context) {
        const targets = await fetchTargets(services, clusterId, serverIds);
        const subject = await fetchStopSubject(services, clusterId, targets, 'STOP SERVER');
        const { snapshot, plan } = await planOnceSettled(context, services, clusterId, subject);
        const overridden = judgeVerdict(context, 'Stopping these servers', plan, input);
        return recordServer(context, services, { clusterId, serverId }, snapshot, overridden);
      },
      undo: { nothingToUndo: 'It only looks.' },
    });
    return { serverId, prepare, ...place };
  });
}
