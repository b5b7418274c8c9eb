/**
 * Move out OB cluster: the cluster is not managed from here any more. Nothing is done to the cluster and its hosts. Its
 * rows and passwords are removed when the task has ended (see `reconcilers/moved-out.ts`): until then it can be undone.
 */
import { type Graph, type Operation, StepFailure } from '@openocp/engine';
import { z } from 'zod';
import { formatAddress } from '../domain/server-address.ts';
import type { RaisedOfflineTime } from '../store/offline-times.ts';
import { offlineParameter } from './return-window.ts';
import type { OperationServices } from './services.ts';

const parameters = z.strictObject({ clusterId: z.int() });
type ClusterMoveOutParameters = z.infer<typeof parameters>;

export function clusterMoveOut(services: OperationServices): Operation<ClusterMoveOutParameters> {
  return {
    name: 'cluster-move-out',
    title: 'Move out OB cluster',
    parameters,
    build: (graph, input) => build(graph, services, input),
  };
}

function build(graph: Graph, services: OperationServices, { clusterId }: ClusterMoveOutParameters): void {
  const prepare = graph.step({
    name: 'Prepare move out cluster',
    after: [],
    timeoutMs: 30_000,
    effects: 'none',
    result: z.null(),
    async run(context) {
      const cluster = await services.clusters.fetch(clusterId);
      if (cluster === undefined) throw new StepFailure(`Cluster ${clusterId} is not managed any more.`);
      for (const server of await services.servers.listStoppedByUs(clusterId)) {
        const state = server.intent === 'PROCESS_STOPPED' ? 'its process' : 'its service';
        context.log.warn(`${formatAddress(server)} was stopped from here (${state}) and stays stopped.`);
      }
      const raised = await services.offlineTimes.fetchRaised(clusterId);
      if (raised !== undefined) context.log.warn(raisedText(raised));
      context.log.info(`Cluster ${cluster.name}:${cluster.obClusterId} goes on running as it is.`);
      return null;
    },
    undo: { nothingToUndo: 'It only looks.' },
  });
  graph.step({
    name: 'Delete cluster info',
    after: [prepare],
    timeoutMs: 30_000,
    // Nothing outside is touched, but until a failed task is settled the cluster must not be taken over again.
    effects: 'some',
    result: z.null(),
    async run(context) {
      await services.movedOut.hide(clusterId, context);
      context.log.info('The cluster is not managed any more; its passwords are removed when this task ends.');
      return null;
    },
    async undo(context) {
      await services.movedOut.show(clusterId, context);
    },
  });
}

/** Servers are down that would be given up too soon without it, so it stays as it is. */
function raisedText({ formerValue, raisedValue }: RaisedOfflineTime): string {
  const statement = `ALTER SYSTEM SET ${offlineParameter} = '${formerValue}'`;
  return `${offlineParameter} was raised from here, from ${formerValue} to ${raisedValue}, and stays so. When all servers are back: ${statement}`;
}
