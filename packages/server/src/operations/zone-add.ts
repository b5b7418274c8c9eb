/**
 * Add OB zone: the zone, in the kernel, active and empty; then its servers as any other is added. Whatever fails, the
 * rollback takes the servers out again, stops the empty zone and deletes it.
 */
import { type Graph, type Operation, StepFailure } from '@openocp/engine';
import { z } from 'zod';
import { addNewServers, addPrepareJoin } from './server-add.ts';
import { addedServers } from './server-add-steps.ts';
import type { OperationServices } from './services.ts';
import { addClusterStatusSteps, addUpdateZone } from './status-steps.ts';
import { addWaitNode } from './step-place.ts';
import { addAddZone, addSetIdc, addStartNewZone } from './zone-definition-steps.ts';
import { serversAtOnce } from './zone-graph.ts';

const parameters = z.strictObject({
  clusterId: z.int(),
  zoneName: z.string(),
  region: z.string(),
  idc: z.string(),
  servers: addedServers,
});
type ZoneAddParameters = z.infer<typeof parameters>;

export function zoneAdd(services: OperationServices): Operation<ZoneAddParameters> {
  return {
    name: 'zone-add',
    title: 'Add OB zone',
    parameters,
    concurrency: serversAtOnce,
    build: (graph, input) => build(graph, services, input),
  };
}

function build(graph: Graph, services: OperationServices, input: ZoneAddParameters): void {
  const { clusterId, zoneName, servers } = input;
  const newcomers = addPrepareJoin(graph, services, input, {
    name: 'Prepare add zone',
    judge(zones) {
      if (zones.some(({ name }) => name === zoneName))
        throw new StepFailure(
          `The cluster has a zone ${zoneName} already. Add servers to it, or choose another name.`,
        );
    },
  });
  const added = addAddZone(graph, services, { after: [newcomers.checked], ...input });
  const joined = addWaitNode(graph, [added]);
  const started = addStartNewZone(graph, services, { after: [joined], clusterId, zoneName });
  const located = addSetIdc(graph, services, { after: [started], ...input });
  const serving = addNewServers(graph, services, { ...newcomers, after: [located] });
  const zone = addUpdateZone(graph, services, {
    after: [serving],
    clusterId,
    at: () => ({ zone: zoneName, avoid: servers }),
  });
  addClusterStatusSteps(graph, services, { after: [zone], clusterId });
}
