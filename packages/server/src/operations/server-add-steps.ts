/**
 * The subtasks that make a new server. Until it is added nothing depends on it; from then on the undo deletes it again,
 * and its process ends only when it is proven to hold nothing.
 */
import { homePath } from '@openocp/contract';
import { type Graph, type Step, type StepContext, StepFailure } from '@openocp/engine';
import { z } from 'zod';
import { findServer } from '../domain/cluster-snapshot.ts';
import { formatAddress } from '../domain/server-address.ts';
import { joinCluster, leaveCluster, mostMembers, proveEmpty, waitUntilLeft } from './membership.ts';
import {
  inspectOrUnknown,
  inspectPortsOrUnknown,
  prepareHome,
  startProcess,
  stopProcess,
  waitForGone,
  wasStartedByStep,
} from './observer-process.ts';
import { type PreparedServer, preparedServer } from './prepared-server.ts';
import { lookAround, port, type ServerTarget } from './server-target.ts';
import type { OperationServices } from './services.ts';
import { type StepPlace, stepPlace } from './step-place.ts';
import { waitForActive } from './wait-for-active.ts';

/** A server that is to be added. */
export const addedServer = z.strictObject({
  ip: z.string(),
  rpcPort: port,
  sqlPort: port,
  agentUrl: z.string(),
  home: homePath,
});
export type AddedServer = z.infer<typeof addedServer>;
export const addedServers = z.array(addedServer).min(1).max(mostMembers);

/** What a new server is told about its cluster. */
export const joinedCluster = z.strictObject({
  name: z.string(),
  obClusterId: z.int(),
  /** `ip:rpcPort:sqlPort;...` of servers in service. */
  rsList: z.string(),
});
export type JoinedCluster = z.infer<typeof joinedCluster>;

const installTimeoutMs = 1_800_000;
const processTimeoutMs = 1_200_000;
const goneTimeoutMs = 600_000;
const joinTimeoutMs = 300_000;
const activeTimeoutMs = 1_800_000;
const marginMs = 5_000;

export interface AddedServers {
  readonly clusterId: number;
  readonly zoneName: string;
  readonly servers: readonly AddedServer[];
}

/** Their records, so that everybody sees them coming. @returns a step with their ids, in the order given. */
export function addReserve(
  graph: Graph,
  services: OperationServices,
  { after, clusterId, zoneName, servers }: AddedServers & StepPlace,
) {
  return graph.step({
    name: 'Reserve host',
    after,
    timeoutMs: installTimeoutMs,
    effects: 'none',
    prohibitSkip: true,
    result: z.array(z.int()),
    async run(context) {
      const ids: number[] = [];
      for (const server of servers)
        ids.push(await services.servers.reserve({ clusterId, zoneName, ...server }, context));
      context.annotate({ new_server_ids: ids.join(' ') });
      return ids;
    },
    async undo(context) {
      for (const server of await services.servers.list([clusterId]))
        if (servers.some((each) => each.ip === server.ip && each.rpcPort === server.rpcPort))
          await services.servers.forget(server.id, context);
    },
  });
}

export interface NewServerStep extends StepPlace {
  readonly prepare: Step<PreparedServer>;
}

/** The home must be empty, with the software in it, and its ports free. */
export function addPreCheck(
  graph: Graph,
  services: OperationServices,
  step: StepPlace & { reserve: Step<number[]>; server: AddedServer; index: number; of: AddedServers },
) {
  const { reserve, server, index, of } = step;
  return graph.step({
    ...stepPlace(step),
    name: 'Pre check for install OB',
    timeoutMs: installTimeoutMs,
    effects: 'none',
    prohibitSkip: true,
    result: preparedServer,
    async run(context) {
      const serverId = context.result(reserve)[index] ?? 0;
      const target = { clusterId: of.clusterId, serverId, zone: of.zoneName, ...server };
      await rejectUsedHome(context, services, target);
      return { target, former: nothingBefore, kernelReachable: true, overridden: [] };
    },
    undo: { nothingToUndo: 'It only looks.' },
  });
}

const nothingBefore = {
  process: null,
  stopTime: null,
  startServiceTime: null,
  intent: 'RUNNING',
  zoneStopped: false,
  ownIntent: 'RUNNING',
} as const;

async function rejectUsedHome(
  context: StepContext,
  services: OperationServices,
  target: ServerTarget,
): Promise<void> {
  const seen = await inspectPortsOrUnknown(services, target);
  const { home, ip } = target;
  if (seen.process !== null || seen.otherPids.length > 0)
    throw new StepFailure(`A process runs in ${home} on ${ip}; a new server needs a home of its own.`);
  if (seen.listeningPorts.length > 0)
    throw new StepFailure(`Port ${seen.listeningPorts.join(', ')} of ${ip} is in use.`);
  if (seen.hasData !== false)
    throw new StepFailure(
      `${home} on ${ip} holds the data of an earlier server, or its agent is too old to tell. Empty the home, or choose another.`,
    );
  context.log.info(`${home} on ${ip} is empty, and its ports are free.`);
}

export function addVerifySoftware(graph: Graph, services: OperationServices, step: NewServerStep) {
  return graph.step({
    ...stepPlace(step),
    name: 'Install rpm',
    timeoutMs: installTimeoutMs,
    effects: 'none',
    result: z.null(),
    async run(context) {
      const { target } = context.result(step.prepare);
      const { kind } = await inspectOrUnknown(services, target);
      if (kind !== 'observer')
        throw new StepFailure(
          `${target.home} on ${target.ip} holds ${kind}, not the software of an OBServer.`,
        );
      context.log.info(`The software is in ${target.home} already; packages are not installed from here.`);
      return null;
    },
    undo: { nothingToUndo: 'The software was there before.' },
  });
}

export function addMakeFolders(graph: Graph, services: OperationServices, step: NewServerStep) {
  return graph.step({
    ...stepPlace(step),
    name: 'Make dir for ob',
    timeoutMs: installTimeoutMs,
    effects: 'some',
    result: z.null(),
    async run(context) {
      const { target } = context.result(step.prepare);
      const { created } = await prepareHome(context, services, target);
      context.log.info(created.length === 0 ? 'All folders are there.' : `Made ${created.join(', ')}.`);
      return null;
    },
    undo: { nothingToUndo: 'Empty folders may stay.' },
  });
}

export function addStartWithParameters(
  graph: Graph,
  services: OperationServices,
  step: NewServerStep & { readonly cluster: Step<JoinedCluster> },
) {
  return graph.step({
    ...stepPlace(step),
    name: 'Start observer process with param',
    timeoutMs: processTimeoutMs,
    effects: 'some',
    result: z.null(),
    async run(context) {
      const { target } = context.result(step.prepare);
      await startProcess(context, services, target, firstParameters(target, context.result(step.cluster)));
      return null;
    },
    undo: (context) => endNewProcess(context, services, context.resultIfAny(step.prepare)),
  });
}

/** The home keeps them: later starts need none. */
function firstParameters(target: ServerTarget, { name, obClusterId, rsList }: JoinedCluster): string[] {
  const { zone, sqlPort, rpcPort, ip, home } = target;
  return [
    ...['-z', zone, '-p', String(sqlPort), '-P', String(rpcPort), '-n', name, '-c', String(obClusterId)],
    ...['-d', `${home}/store`, '-I', ip, '-r', rsList],
  ];
}

/** Of a server that is not, or not any more, part of the cluster. */
async function endNewProcess(
  context: StepContext,
  services: OperationServices,
  before: PreparedServer | undefined,
): Promise<void> {
  if (before === undefined) return;
  const { target } = before;
  const seen = await inspectOrUnknown(services, target);
  if (seen.process === null) {
    context.log.info('No process is running; nothing to undo.');
    return;
  }
  const prove = () => proveEmpty(context, services, target);
  await stopProcess(context, services, target, { recorded: seen.process, force: false, prove });
  await waitForGone(context, services, target, seen.process, goneTimeoutMs);
}

export interface AllNewServersStep extends StepPlace {
  readonly clusterId: number;
  readonly prepares: readonly Step<PreparedServer>[];
}

export function addJoin(graph: Graph, services: OperationServices, step: AllNewServersStep) {
  return graph.step({
    ...stepPlace(step),
    name: 'Add observer',
    timeoutMs: joinTimeoutMs,
    effects: 'some',
    result: z.null(),
    async run(context) {
      for (const { target } of step.prepares.map((prepare) => context.result(prepare)))
        await joinCluster(context, services, target, joinTimeoutMs - marginMs);
      await services.syncCluster(step.clusterId);
      return null;
    },
    async undo(context) {
      const targets = step.prepares.flatMap((prepare) => context.resultIfAny(prepare)?.target ?? []);
      for (const target of targets) await leaveCluster(context, services, target, joinTimeoutMs / 2);
      await waitUntilLeft(context, services, targets, joinTimeoutMs / 2 - marginMs);
      await services.syncCluster(step.clusterId);
    },
  });
}

/**
 * A start without its first parameters proves that the home has kept them.
 * @returns a step with the servers as they were before it, for the wait that follows.
 */
export function addRestartProcess(graph: Graph, services: OperationServices, step: AllNewServersStep) {
  return graph.step({
    ...stepPlace(step),
    name: 'Restart observer process',
    timeoutMs: processTimeoutMs,
    effects: 'some',
    result: z.array(preparedServer),
    async run(context) {
      const before: PreparedServer[] = [];
      for (const prepare of step.prepares)
        before.push(await restartProcess(context, services, context.result(prepare)));
      return before;
    },
    undo: { nothingToUndo: 'What it started is ended with what the first start left.' },
  });
}

/** Once only: a process that this step has started is the goal itself. */
async function restartProcess(
  context: StepContext,
  services: OperationServices,
  added: PreparedServer,
): Promise<PreparedServer> {
  const { target } = added;
  const { snapshot } = await lookAround(services, target.clusterId, [target]);
  const { process } = await inspectOrUnknown(services, target);
  if (process !== null && (await wasStartedByStep(context, services, target, process))) return added;
  if (process !== null) {
    const prove = () => proveEmpty(context, services, target);
    await stopProcess(context, services, target, { recorded: process, force: false, prove });
    await waitForGone(context, services, target, process, goneTimeoutMs);
  }
  await startProcess(context, services, target);
  context.log.info(`${formatAddress(target)} runs from what its home has kept.`);
  const startServiceTime = findServer(snapshot, target)?.startServiceTime ?? null;
  return { ...added, former: { ...added.former, process, startServiceTime } };
}

/** For what the kernel says of the process that runs now, not of the one before. */
export function addWaitActiveAgain(
  graph: Graph,
  services: OperationServices,
  step: StepPlace & { readonly restarted: Step<PreparedServer[]> },
) {
  return graph.step({
    ...stepPlace(step),
    name: 'Wait observer active',
    timeoutMs: activeTimeoutMs,
    effects: 'none',
    result: z.null(),
    async run(context) {
      await waitForActive(context, services, context.result(step.restarted), activeTimeoutMs - marginMs);
      return null;
    },
    undo: { nothingToUndo: 'It only waits.' },
  });
}
