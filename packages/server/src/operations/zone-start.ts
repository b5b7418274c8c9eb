/**
 * Start OB zone: start the processes that its stop had stopped, all at once, wait until every server is ready, and only
 * then START ZONE. A server that an operator had stopped by itself stays as it is.
 */
import type { Graph, Operation } from '@openocp/engine';
import { z } from 'zod';
import type { OperationServices } from './services.ts';
import { recordRolledBack } from './status-steps.ts';
import { addPrepareServers, joinPrepares, serversAtOnce, zoneParameters } from './zone-graph.ts';
import { addBringZoneUp } from './zone-halves.ts';
import { preparedZone, prepareZoneStart } from './zone-steps.ts';

const parameters = z.strictObject(zoneParameters);
type ZoneStartParameters = z.infer<typeof parameters>;

export function zoneStart(services: OperationServices): Operation<ZoneStartParameters> {
  return {
    name: 'zone-start',
    title: 'Start OB zone',
    parameters,
    concurrency: serversAtOnce,
    build: (graph, input) => build(graph, services, input),
  };
}

function build(graph: Graph, services: OperationServices, input: ZoneStartParameters): void {
  const { clusterId, serverIds } = input;
  const prepare = graph.step({
    name: 'Prepare start OB zone',
    after: [],
    timeoutMs: 1_800_000,
    effects: 'none',
    prohibitSkip: true,
    result: preparedZone,
    run: (context) => prepareZoneStart(context, services, input),
    undo: (context) => recordRolledBack(context, services, clusterId),
  });
  const name = 'Prepare start observer';
  const servers = addPrepareServers(graph, services, { name, after: [prepare], clusterId, serverIds });
  const after = joinPrepares(graph, servers, prepare);
  addBringZoneUp(graph, services, input, { prepare, servers, after });
}
