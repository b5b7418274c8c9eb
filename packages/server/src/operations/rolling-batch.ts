/**
 * One batch of a rolling restart, from a healthy cluster to one in which the batch serves again.
 *
 * Servers that shall go down together are judged together when their turn has come. If the cluster cannot spare them all
 * at that moment they go down one at a time, each between boundaries of its own. Both ways are in the graph, one is passed.
 */
import type { Graph, Step, StepContext } from '@openocp/engine';
import { z } from 'zod';
import { describeChecks, isBlocking } from '../planning/check.ts';
import { intendOwn } from '../planning/intents.ts';
import { mayGoTogether } from '../planning/rolling-restart-plan.ts';
import { boundaryTimeoutMs, passBoundary } from './boundary.ts';
import { addFreeze } from './minor-freeze.ts';
import { optionalPart } from './optional-part.ts';
import type { OverrideInput } from './override.ts';
import { preparedServer, recordServer } from './prepared-server.ts';
import { fetchStopSubject, fetchTargets } from './server-target.ts';
import type { OperationServices } from './services.ts';
import { addStartServer } from './start-steps.ts';
import { addWaitNode } from './step-place.ts';
import { addStopProcess } from './stop-process-step.ts';
import { addStopServer } from './stop-server-step.ts';
import { judgeVerdict, logChecks, planOnceSettled } from './stop-verdict.ts';
import { addStartProcesses, addUpdateServers, type PreparedStep } from './zone-graph.ts';

export interface RollingInput extends OverrideInput {
  readonly clusterId: number;
  readonly freezeServer: boolean;
  readonly healthyReadings: number;
}

export interface Batch {
  readonly zoneName: string;
  readonly serverIds: readonly number[];
  /** `batch 2 of 6 (zone1)` */
  readonly title: string;
}

export function addBatch(
  graph: Graph,
  services: OperationServices,
  input: RollingInput,
  before: Step<unknown>,
  batch: Batch,
): Step<unknown> {
  const boundary = addBoundary(graph, services, input, before, batch);
  if (batch.serverIds.length === 1) return addRestart(graph, services, input, boundary, batch);
  const together = addCheckBatch(graph, services, input, boundary, batch);
  const allAtOnce = optionalPart(graph, {
    isNeeded: (context) => context.result(together),
    otherwise: 'Passed: the servers of this batch go down one at a time.',
  });
  const oneByOne = optionalPart(graph, {
    isNeeded: (context) => !context.result(together),
    otherwise: 'Passed: the servers of this batch went down together.',
  });
  let last = addRestart(allAtOnce, services, input, together, batch);
  for (const [index, serverId] of batch.serverIds.entries()) {
    const title = `server ${index + 1} of ${batch.serverIds.length} in ${batch.title}`;
    const single = { ...batch, serverIds: [serverId], title };
    const own = addBoundary(oneByOne, services, input, last, single);
    last = addRestart(oneByOne, services, input, own, single);
  }
  return last;
}

function addBoundary(
  graph: Graph,
  services: OperationServices,
  input: RollingInput,
  before: Step<unknown>,
  { zoneName, title }: Batch,
): Step<unknown> {
  const { clusterId, healthyReadings } = input;
  return graph.step({
    name: 'Set zone context',
    after: [before],
    timeoutMs: boundaryTimeoutMs,
    effects: 'none',
    prohibitSkip: true,
    result: z.null(),
    async run(context) {
      await passBoundary(context, services, { clusterId, before: title, healthyReadings, input });
      context.annotate({ zone_name: zoneName });
      return null;
    },
    undo: { nothingToUndo: 'It only waits.' },
  });
}

/** Its result: whether all servers of the batch go down together. No override makes them. */
function addCheckBatch(
  graph: Graph,
  services: OperationServices,
  { clusterId }: RollingInput,
  boundary: Step<unknown>,
  { serverIds, title }: Batch,
): Step<boolean> {
  return graph.step({
    name: 'Check batch',
    after: [boundary],
    timeoutMs: 300_000,
    effects: 'none',
    prohibitSkip: true,
    result: z.boolean(),
    async run(context) {
      const { plan } = await planTogether(context, services, clusterId, serverIds);
      logChecks(context, plan);
      if (mayGoTogether(plan)) return true;
      const reasons = describeChecks(plan.checks.filter(isBlocking));
      context.log.warn(`${title} goes down one server at a time, because not all can be spared: ${reasons}`);
      return false;
    },
    undo: { nothingToUndo: 'It only looks.' },
  });
}

/** Of servers that go down together and come back together. */
function addRestart(
  graph: Graph,
  services: OperationServices,
  input: RollingInput,
  before: Step<unknown>,
  { serverIds }: Batch,
): Step<unknown> {
  const servers = addPrepares(graph, services, input, before, serverIds);
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
  input: RollingInput,
  before: Step<unknown>,
  serverIds: readonly number[],
): PreparedStep[] {
  const { clusterId } = input;
  return serverIds.map((serverId, index) => {
    const place = serverIds.length === 1 ? {} : { parallelIdx: index };
    const prepare = graph.step({
      name: 'Prepare restart observer',
      after: [before],
      ...place,
      timeoutMs: 300_000,
      effects: 'none',
      prohibitSkip: true,
      result: preparedServer,
      async run(context) {
        const { snapshot, plan } = await planTogether(context, services, clusterId, serverIds);
        const overridden = judgeVerdict(context, 'Stopping these servers', plan, input);
        return recordServer(context, services, { clusterId, serverId }, snapshot, overridden);
      },
      undo: { nothingToUndo: 'It only looks.' },
    });
    return { serverId, prepare, ...place };
  });
}

async function planTogether(
  context: StepContext,
  services: OperationServices,
  clusterId: number,
  serverIds: readonly number[],
) {
  const targets = await fetchTargets(services, clusterId, serverIds);
  const subject = await fetchStopSubject(services, clusterId, targets, 'STOP SERVER');
  return planOnceSettled(context, services, clusterId, subject);
}
