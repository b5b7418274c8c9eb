/**
 * Replace OB server: a new server joins the zone first, then the old one leaves it. At no moment does the zone have less
 * than before; when the new server does not come into service, the old one has not been touched.
 */
import type { Graph, Operation } from '@openocp/engine';
import { z } from 'zod';
import { addAddition } from './server-add.ts';
import { addedServer } from './server-add-steps.ts';
import { addDeletion } from './server-delete.ts';
import type { OperationServices } from './services.ts';
import { addClusterStatusSteps } from './status-steps.ts';

const parameters = z.strictObject({
  clusterId: z.int(),
  zoneName: z.string(),
  serverId: z.int(),
  server: addedServer,
  /** The host of the old server is lost. */
  skipHosts: z.boolean(),
});
type ServerReplaceParameters = z.infer<typeof parameters>;

export function serverReplace(services: OperationServices): Operation<ServerReplaceParameters> {
  return {
    name: 'server-replace',
    title: 'Replace OB server',
    parameters,
    build: (graph, input) => build(graph, services, input),
  };
}

function build(graph: Graph, services: OperationServices, input: ServerReplaceParameters): void {
  const { clusterId, zoneName, serverId, server, skipHosts } = input;
  const added = addAddition(graph, services, { clusterId, zoneName, servers: [server] });
  const last = addDeletion(graph, services, {
    after: [added],
    clusterId,
    servers: [{ id: serverId, zone: zoneName }],
    skipHosts,
  });
  addClusterStatusSteps(graph, services, { after: last, clusterId });
}
