/** The last four steps of every server operation: what is stored about server, zone and cluster follows reality. */
import { type Graph, type Step, type StepContext, StepFailure } from '@openocp/engine';
import { z } from 'zod';
import type { ServerIntent } from '../planning/status.ts';
import { inspectTarget, lookAround, type ServerTarget } from './server-target.ts';
import type { OperationServices } from './services.ts';

export interface StatusSteps {
  /** The step they follow. */
  readonly after: Step<unknown>;
  readonly parameters: { readonly clusterId: number; readonly serverId: number };
  /** What the server is meant to be from now on. */
  readonly intent: ServerIntent;
  readonly prepared: Step<{
    readonly target: ServerTarget;
    readonly former: { readonly intent: ServerIntent };
  }>;
}

const nothing = z.null();

export function addStatusSteps(graph: Graph, services: OperationServices, steps: StatusSteps): void {
  const { parameters, prepared } = steps;
  const server = graph.step({
    name: 'Update observer status',
    after: [steps.after],
    timeoutMs: 300_000,
    effects: 'none',
    result: nothing,
    async run(context) {
      await services.servers.updateIntent(parameters.serverId, steps.intent);
      await recordProcess(context, services, context.result(prepared).target);
      context.log.info(`The server is meant to be ${steps.intent} from now on.`);
      return null;
    },
    async undo(context) {
      const before = context.resultIfAny(prepared);
      if (before !== undefined)
        await services.servers.updateIntent(parameters.serverId, before.former.intent);
    },
  });
  const zone = graph.step({
    name: 'Update zone status',
    after: [server],
    timeoutMs: 1_800_000,
    effects: 'none',
    result: nothing,
    run: (context) => recordZone(context, services, parameters.clusterId, context.result(prepared).target),
    undo: { nothingToUndo: 'It records what the cluster shows.' },
  });
  const sync = graph.step({
    name: 'Sync cluster info',
    after: [zone],
    timeoutMs: 30_000,
    effects: 'none',
    result: nothing,
    async run(context) {
      const { summary } = await services.syncCluster(parameters.clusterId);
      context.log.info(summary);
      return null;
    },
    undo: { nothingToUndo: 'It records what the cluster shows.' },
  });
  graph.step({
    name: 'Update OB cluster status',
    after: [sync],
    timeoutMs: 30_000,
    effects: 'none',
    result: nothing,
    async run(context) {
      const cluster = await services.clusters.fetch(parameters.clusterId);
      if (cluster === undefined)
        throw new StepFailure(`Cluster ${parameters.clusterId} is not managed any more.`);
      const status = cluster.unreachableReason === null ? 'RUNNING' : 'UNAVAILABLE';
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

async function recordZone(
  context: StepContext,
  services: OperationServices,
  clusterId: number,
  target: ServerTarget,
): Promise<null> {
  const { snapshot, why } = await lookAround(services, target);
  const row = snapshot?.zones.ok ? snapshot.zones.rows.find(({ name }) => name === target.zone) : undefined;
  if (row === undefined) {
    const reason = why === '' ? 'no such row' : why;
    context.log.warn(`Zone ${target.zone} could not be read (${reason}); its last known state stays.`);
    return null;
  }
  await services.zones.save(clusterId, row);
  context.annotate({ target_zone_status: row.status === 'ACTIVE' ? 'RUNNING' : 'SERVICE_STOPPED' });
  context.log.info(`Zone ${row.name} is ${row.status}.`);
  return null;
}

async function recordProcess(
  context: StepContext,
  services: OperationServices,
  target: ServerTarget,
): Promise<void> {
  try {
    const seen = await inspectTarget(services, target);
    await services.servers.saveProcess(target.serverId, seen.process === null ? 'absent' : 'up');
  } catch (error) {
    context.log.warn(
      `The agent could not be asked: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}
