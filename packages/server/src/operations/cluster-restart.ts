/**
 * Restart OB cluster: rolling, zone by zone, one server at a time or by batches of a zone that every majority can spare.
 * Before each the whole cluster must be healthy again, and there a human can pause, resume or abort. What does not pass
 * waits, then fails; it never becomes a restart of everything at once.
 */
import type { Graph, Operation, Step } from '@openocp/engine';
import { z } from 'zod';
import { overrideShape } from './override.ts';
import { addBatch } from './rolling-batch.ts';
import type { OperationServices } from './services.ts';
import { addSyncCluster, addUpdateCluster, addUpdateZone, recordRolledBack } from './status-steps.ts';

const parameters = z.strictObject({
  clusterId: z.int(),
  /** In the order in which they go down; each of one zone. */
  batches: z.array(z.strictObject({ zoneName: z.string(), serverIds: z.array(z.int()) })),
  freezeServer: z.boolean(),
  healthyReadings: z.int(),
  ...overrideShape,
});
type ClusterRestartParameters = z.infer<typeof parameters>;

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
