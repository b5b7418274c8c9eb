/**
 * Delete OB server: the kernel moves everything off the servers and removes them; only then their processes end, proven
 * to hold nothing. The files in their homes stay: they are the operator's to remove.
 *
 * Until the kernel has removed a server its deletion can be taken back; afterwards it cannot, and the task says so.
 */
import { homePath, processIdentity } from '@openocp/contract';
import { type Graph, type Operation, type Step, type StepContext, StepFailure } from '@openocp/engine';
import { z } from 'zod';
import { formatAddress } from '../domain/server-address.ts';
import {
  leaveCluster,
  type Member,
  mostMembers,
  proveEmpty,
  stayInCluster,
  waitUntilLeft,
} from './membership.ts';
import { inspectOrUnknown, stopProcess, waitForGone } from './observer-process.ts';
import { fetchTarget, type ServerTarget, serverTarget } from './server-target.ts';
import type { OperationServices } from './services.ts';
import { addClusterStatusSteps, addUpdateZone, recordRolledBack } from './status-steps.ts';
import { addWaitNode, type StepPlace, stepPlace } from './step-place.ts';
import { serversAtOnce } from './zone-graph.ts';

const parameters = z.strictObject({
  clusterId: z.int(),
  servers: z
    .array(z.strictObject({ id: z.int(), zone: z.string() }))
    .min(1)
    .max(mostMembers),
  /** The hosts are lost: nothing is asked of them, and their processes are not ended. */
  skipHosts: z.boolean(),
});
type ServerDeleteParameters = z.infer<typeof parameters>;

const leavingServer = serverTarget.omit({ agentUrl: true, home: true }).extend({
  /** Where its process is reached; null when hosts are skipped. */
  host: z.strictObject({ agentUrl: z.string(), home: homePath }).nullable(),
  process: processIdentity.nullable(),
});
export type LeavingServer = z.infer<typeof leavingServer>;

const statementTimeoutMs = 1_800_000;
/** OCP's own limit: moving the data of a large server takes days. */
const leaveTimeoutMs = 604_800_000;
const cleanTimeoutMs = 1_800_000;
const agentTimeoutMs = 3_600_000;
const goneTimeoutMs = 600_000;
const marginMs = 5_000;

export function serverDelete(services: OperationServices): Operation<ServerDeleteParameters> {
  return {
    name: 'server-delete',
    title: 'Delete OB server',
    parameters,
    concurrency: serversAtOnce,
    build: (graph, input) => build(graph, services, input),
  };
}

function build(graph: Graph, services: OperationServices, input: ServerDeleteParameters): void {
  const { clusterId } = input;
  const start = graph.step({
    name: 'Start node',
    after: [],
    timeoutMs: 30_000,
    effects: 'none',
    result: z.null(),
    run: async () => null,
    undo: (context) => recordRolledBack(context, services, clusterId),
  });
  const last = addDeletion(graph, services, { after: [start], ...input });
  addClusterStatusSteps(graph, services, { after: last, clusterId });
}

/** Everything but the beginning and the end; also the second half of a replacement. @returns the steps that end it. */
export function addDeletion(
  graph: Graph,
  services: OperationServices,
  { after, clusterId, servers, skipHosts }: ServerDeleteParameters & StepPlace,
): Step<unknown>[] {
  const serverIds = servers.map(({ id }) => id);
  const prepares = addPrepareDeletes(graph, services, { after, clusterId, serverIds, skipHosts });
  const prepared = addWaitNode(graph, prepares);
  const deletes = addDeletes(graph, services, [prepared], prepares);
  const left = addWaitLeft(graph, services, { after: deletes, clusterId, prepares });
  const released = addWaitNode(graph, addReleases(graph, services, [left], prepares));
  const cleans = addCleans(graph, services, [released], prepares);
  const unreserved = addUnreserve(graph, services, { after: cleans, prepares });
  const forgets = prepares.map((prepare, parallelIdx) =>
    addForget(graph, services, { after: [unreserved], parallelIdx, prepare }),
  );
  const forgotten = addWaitNode(graph, forgets);
  const zones = [...new Set(servers.map(({ zone }) => zone))];
  return zones.map((zone, parallelIdx) =>
    addUpdateZone(graph, services, {
      after: [forgotten],
      ...(zones.length > 1 ? { parallelIdx } : {}),
      clusterId,
      at: () => ({ zone, avoid: [] }),
    }),
  );
}

type After = readonly Step<unknown>[];
type Leaving = readonly Step<LeavingServer>[];

/** ∥Prepare delete observer. */
export function addPrepareDeletes(
  graph: Graph,
  services: OperationServices,
  {
    after,
    clusterId,
    serverIds,
    skipHosts,
  }: StepPlace & {
    readonly clusterId: number;
    readonly serverIds: readonly number[];
    readonly skipHosts: boolean;
  },
): Step<LeavingServer>[] {
  return serverIds.map((serverId, parallelIdx) =>
    addPrepare(graph, services, { after, parallelIdx, clusterId, serverId, skipHosts }),
  );
}

/** ∥Delete observer. */
export function addDeletes(graph: Graph, services: OperationServices, after: After, leaving: Leaving) {
  return leaving.map((prepare, parallelIdx) => addDelete(graph, services, { after, parallelIdx, prepare }));
}

/** ∥Stop ocp agent service. */
export function addReleases(graph: Graph, services: OperationServices, after: After, leaving: Leaving) {
  return leaving.map((prepare, parallelIdx) =>
    addReleaseAgent(graph, services, { after, parallelIdx, prepare }),
  );
}

/** ∥Clean observer host. */
export function addCleans(graph: Graph, services: OperationServices, after: After, leaving: Leaving) {
  return leaving.map((prepare, parallelIdx) => addClean(graph, services, { after, parallelIdx, prepare }));
}

interface LeavingStep extends StepPlace {
  readonly prepare: Step<LeavingServer>;
}

interface AllLeavingStep extends StepPlace {
  readonly prepares: readonly Step<LeavingServer>[];
}

function addPrepare(
  graph: Graph,
  services: OperationServices,
  step: StepPlace & { readonly clusterId: number; readonly serverId: number; readonly skipHosts: boolean },
) {
  return graph.step({
    ...stepPlace(step),
    name: 'Prepare delete observer',
    timeoutMs: 300_000,
    effects: 'none',
    prohibitSkip: true,
    result: leavingServer,
    run: (context) => runPrepare(context, services, step),
    undo: { nothingToUndo: 'It only looks.' },
  });
}

async function runPrepare(
  context: StepContext,
  services: OperationServices,
  { clusterId, serverId, skipHosts }: { clusterId: number; serverId: number; skipHosts: boolean },
): Promise<LeavingServer> {
  if (skipHosts) {
    const server = await services.servers.fetch(clusterId, serverId);
    if (server === undefined)
      throw new StepFailure(`Server ${serverId} is not in cluster ${clusterId} any more.`);
    const { ip, rpcPort, sqlPort, zoneName: zone } = server;
    context.log.warn(`Nothing will be asked of host ${ip}: it is taken for lost.`);
    return { clusterId, serverId, ip, rpcPort, sqlPort, zone, host: null, process: null };
  }
  const { agentUrl, home, ...address } = await fetchTarget(services, { clusterId, serverId });
  const { process } = await inspectOrUnknown(services, { agentUrl, home, ...address });
  context.log.info(
    process === null ? `No process runs in ${home}.` : `Recorded process: pid ${process.pid}.`,
  );
  return { ...address, host: { agentUrl, home }, process };
}

function addDelete(graph: Graph, services: OperationServices, step: LeavingStep) {
  return graph.step({
    ...stepPlace(step),
    name: 'Delete observer',
    timeoutMs: statementTimeoutMs,
    effects: 'some',
    result: z.null(),
    async run(context) {
      await leaveCluster(context, services, context.result(step.prepare), statementTimeoutMs - marginMs);
      return null;
    },
    async undo(context) {
      const server = context.resultIfAny(step.prepare);
      if (server !== undefined) await stayInCluster(context, services, server, statementTimeoutMs - marginMs);
    },
  });
}

export function addWaitLeft(
  graph: Graph,
  services: OperationServices,
  step: AllLeavingStep & { readonly clusterId: number },
) {
  return graph.step({
    ...stepPlace(step),
    name: 'Wait observer delete',
    timeoutMs: leaveTimeoutMs,
    effects: 'none',
    // What the kernel has removed can only be added anew.
    prohibitRollback: true,
    prohibitSkip: true,
    result: z.null(),
    async run(context) {
      const members: Member[] = step.prepares.map((prepare) => context.result(prepare));
      await waitUntilLeft(context, services, members, leaveTimeoutMs - marginMs);
      if (members.length === 0) context.log.info('There was no server to wait for.');
      else context.log.info(`${members.map(formatAddress).join(', ')} left the cluster.`);
      await services.syncCluster(step.clusterId);
      return null;
    },
    undo: { nothingToUndo: 'It only waits.' },
  });
}

function hostOf({ host, process: _process, ...address }: LeavingServer): ServerTarget | undefined {
  return host === null ? undefined : { ...address, ...host };
}

/** The agent stays, for it may look after other servers; it must only answer before it is given its last command. */
function addReleaseAgent(graph: Graph, services: OperationServices, step: LeavingStep) {
  return graph.step({
    ...stepPlace(step),
    name: 'Stop ocp agent service',
    timeoutMs: agentTimeoutMs,
    effects: 'none',
    result: z.null(),
    async run(context) {
      const target = hostOf(context.result(step.prepare));
      if (target === undefined) context.log.warn('The host is taken for lost; its agent is not asked.');
      else {
        const { process } = await inspectOrUnknown(services, target);
        context.log.info(
          `The agent of ${target.ip} answers; process ${process?.pid ?? 'none'} is left to end.`,
        );
      }
      return null;
    },
    undo: { nothingToUndo: 'The agent is only asked.' },
  });
}

function addClean(graph: Graph, services: OperationServices, step: LeavingStep) {
  return graph.step({
    ...stepPlace(step),
    name: 'Clean observer host',
    timeoutMs: cleanTimeoutMs,
    effects: 'some',
    result: z.null(),
    async run(context) {
      const server = context.result(step.prepare);
      const target = hostOf(server);
      if (target === undefined)
        context.log.warn(`Should host ${server.ip} come back, end the observer on it by hand.`);
      else if (server.process === null) context.log.info('There was no process to end.');
      else {
        const prove = () => proveEmpty(context, services, target);
        await stopProcess(context, services, target, { recorded: server.process, force: false, prove });
        await waitForGone(context, services, target, server.process, goneTimeoutMs);
        context.log.info(`The files in ${target.home} stay; remove them when they are not needed.`);
      }
      return null;
    },
    undo: { nothingToUndo: 'The server is no part of the cluster any more.' },
  });
}

/** @param step.forget whether the records go here, where no subtask of their own follows. */
export function addUnreserve(
  graph: Graph,
  services: OperationServices,
  step: AllLeavingStep & { readonly forget?: boolean },
) {
  return graph.step({
    ...stepPlace(step),
    name: 'Unreserve host',
    timeoutMs: cleanTimeoutMs,
    effects: 'none',
    result: z.null(),
    async run(context) {
      for (const prepare of step.prepares) {
        const { serverId, ip } = context.result(prepare);
        await services.servers.releaseHome(serverId, context);
        if (step.forget === true) await services.servers.forget(serverId, context);
        context.log.info(`Host ${ip} is free for another server.`);
      }
      return null;
    },
    undo: { nothingToUndo: 'The server is no part of the cluster any more.' },
  });
}

function addForget(graph: Graph, services: OperationServices, step: LeavingStep) {
  return graph.step({
    ...stepPlace(step),
    name: 'Delete observer meta info',
    timeoutMs: cleanTimeoutMs,
    effects: 'none',
    result: z.null(),
    async run(context) {
      await services.servers.forget(context.result(step.prepare).serverId, context);
      return null;
    },
    undo: { nothingToUndo: 'The server is no part of the cluster any more.' },
  });
}
