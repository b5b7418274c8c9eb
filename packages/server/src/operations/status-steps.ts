/**
 * The subtasks that end every operation: "Update observer status", "Update zone status", "Sync cluster info" and "Update
 * OB cluster status". What is stored about servers, zones and the cluster follows reality; what they are meant to be is
 * recorded, so that a later start knows what it may start.
 */
import { type Graph, type Step, type StepContext, StepFailure } from '@openocp/engine';
import { z } from 'zod';
import { hasAgent } from '../domain/agent-host.ts';
import type { ServerAddress } from '../domain/server-address.ts';
import type { ServerIntents, ZoneIntent } from '../planning/intents.ts';
import { lookAtZones } from '../remote/oceanbase/look.ts';
import type { PreparedServer } from './prepared-server.ts';
import { inspectTarget, type ServerTarget } from './server-target.ts';
import type { OperationServices } from './services.ts';
import { type StepPlace, stepPlace } from './step-place.ts';

const nothing = z.null();

export interface UpdateServerStep extends StepPlace {
  readonly prepare: Step<PreparedServer>;
  /** What the server is meant to be from now on. */
  intents(former: PreparedServer['former']): ServerIntents;
}

export function addUpdateServer(graph: Graph, services: OperationServices, step: UpdateServerStep) {
  return graph.step({
    ...stepPlace(step),
    name: 'Update observer status',
    timeoutMs: 300_000,
    effects: 'none',
    result: nothing,
    async run(context) {
      const { target, former } = context.result(step.prepare);
      const intents = step.intents(former);
      await services.servers.updateIntents(target.serverId, intents, context);
      await recordProcess(context, services, target);
      context.log.info(`The server is meant to be ${intents.intent} from now on.`);
      return null;
    },
    async undo(context) {
      const before = context.resultIfAny(step.prepare);
      if (before === undefined) return;
      const { intent, ownIntent } = before.former;
      await services.servers.updateIntents(before.target.serverId, { intent, ownIntent }, context);
    },
  });
}

export interface UpdateZoneStep extends StepPlace {
  readonly clusterId: number;
  /** The zone, and servers that are asked last. */
  at(context: StepContext): { readonly zone: string; readonly avoid: readonly ServerAddress[] };
  /** What the zone is meant to be from now on, and what it was; absent when the operation leaves that alone. */
  readonly intent?: {
    now(context: StepContext): ZoneIntent;
    former(context: StepContext): ZoneIntent | undefined;
  };
  /** Called with the kernel's word for the zone, or undefined when it cannot be read; throws when that belies success. */
  readonly confirm?: (context: StepContext, status: string | undefined) => void;
}

export function addUpdateZone(graph: Graph, services: OperationServices, step: UpdateZoneStep) {
  const { clusterId, intent, confirm } = step;
  return graph.step({
    ...stepPlace(step),
    name: 'Update zone status',
    timeoutMs: 1_800_000,
    effects: 'none',
    result: nothing,
    async run(context) {
      const { zone, avoid } = step.at(context);
      const status = await recordZone(context, services, clusterId, zone, avoid);
      confirm?.(context, status);
      if (intent !== undefined)
        await services.zones.updateIntent(clusterId, zone, intent.now(context), context);
      return null;
    },
    undo:
      intent === undefined
        ? { nothingToUndo: 'It records what the cluster shows.' }
        : async (context) => {
            const former = intent.former(context);
            if (former !== undefined)
              await services.zones.updateIntent(clusterId, step.at(context).zone, former, context);
          },
  });
}

/** The last three subtasks of an operation on one server. */
export function addServerStatusSteps(
  graph: Graph,
  services: OperationServices,
  { after, clusterId, prepare }: StepPlace & { clusterId: number; prepare: Step<PreparedServer> },
): void {
  const zone = addUpdateZone(graph, services, {
    after,
    clusterId,
    at(context) {
      const { target } = context.result(prepare);
      return { zone: target.zone, avoid: [target] };
    },
  });
  addClusterStatusSteps(graph, services, { after: [zone], clusterId });
}

/** @param stopped whether the whole cluster is meant to be down. */
export function addClusterStatusSteps(
  graph: Graph,
  services: OperationServices,
  {
    after,
    clusterId,
    stopped = false,
  }: StepPlace & { readonly clusterId: number; readonly stopped?: boolean },
): void {
  addUpdateCluster(graph, services, {
    after: [addSyncCluster(graph, services, { after, clusterId })],
    clusterId,
    stopped,
  });
}

export function addSyncCluster(
  graph: Graph,
  services: OperationServices,
  { after, clusterId }: StepPlace & { readonly clusterId: number },
  name: 'Sync cluster info' | 'Sync all tenant information' = 'Sync cluster info',
) {
  return graph.step({
    name,
    after,
    timeoutMs: 30_000,
    effects: 'none',
    result: nothing,
    async run(context) {
      const { summary } = await services.syncCluster(clusterId);
      context.log.info(summary);
      return null;
    },
    undo: { nothingToUndo: 'It records what the cluster shows.' },
  });
}

export function addUpdateCluster(
  graph: Graph,
  services: OperationServices,
  { after, clusterId, stopped }: StepPlace & { readonly clusterId: number; readonly stopped: boolean },
) {
  return graph.step({
    name: 'Update OB cluster status',
    after,
    timeoutMs: 30_000,
    effects: 'none',
    result: nothing,
    async run(context) {
      if (stopped) await services.syncCluster(clusterId);
      const cluster = await services.clusters.fetch(clusterId);
      if (cluster === undefined) throw new StepFailure(`Cluster ${clusterId} is not managed any more.`);
      const reachable = cluster.unreachableReason === null;
      if (stopped && reachable)
        throw new StepFailure(
          `Every process of cluster ${cluster.name} has ended, and yet a server answers. Somebody started one again; look at its hosts, then retry.`,
        );
      const status = stopped ? 'STOPPED' : reachable ? 'RUNNING' : 'UNAVAILABLE';
      context.annotate({ target_cluster_status: status });
      context.log.info(`Cluster ${cluster.name} is ${status}.`);
      return null;
    },
    undo: { nothingToUndo: 'The status of a cluster follows from what is observed.' },
  });
}

/**
 * Undo of the first step, and so the end of every rollback: what is stored follows reality at once, not with the next
 * periodic look.
 */
export async function recordRolledBack(
  context: StepContext,
  services: OperationServices,
  clusterId: number,
): Promise<void> {
  const { summary } = await services.syncCluster(clusterId);
  context.log.info(summary);
}

/** @returns STATUS of the zone; undefined when it could not be read. */
async function recordZone(
  context: StepContext,
  services: OperationServices,
  clusterId: number,
  zone: string,
  avoid: readonly ServerAddress[],
): Promise<string | undefined> {
  const access = await services.clusters.fetchAccess(clusterId);
  const { snapshot: zones, why } = await lookAtZones(services.sessions, access, avoid);
  const row = zones?.find(({ name }) => name === zone);
  if (row === undefined) {
    const reason = why === '' ? 'no such row' : why;
    context.log.warn(`Zone ${zone} could not be read (${reason}); its last known state stays.`);
    return undefined;
  }
  await services.zones.save(clusterId, row);
  context.annotate({ target_zone_status: row.status === 'ACTIVE' ? 'RUNNING' : 'SERVICE_STOPPED' });
  context.log.info(`Zone ${row.name} is ${row.status}.`);
  return row.status;
}

async function recordProcess(
  context: StepContext,
  services: OperationServices,
  target: ServerTarget,
): Promise<void> {
  if (!hasAgent(target)) return;
  try {
    const seen = await inspectTarget(services, target);
    await services.servers.saveProcess(target.serverId, seen.process === null ? 'absent' : 'up');
  } catch (error) {
    context.log.warn(
      `The agent could not be asked: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
