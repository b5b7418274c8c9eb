/**
 * Start OB zone: start the processes that its stop had stopped, all at once, wait until every server is ready, and only
 * then START ZONE. A server that an operator had stopped by itself stays as it is.
 */
import type { Graph, Operation } from '@openocp/engine';
import { z } from 'zod';
import { intendAgain } from '../planning/intents.ts';
import type { OperationServices } from './services.ts';
import { addClusterStatusSteps, recordRolledBack } from './status-steps.ts';
import {
  addPrepareServers,
  addStartProcesses,
  addUpdateServers,
  joinPrepares,
  serversAtOnce,
  zoneParameters,
} from './zone-graph.ts';
import { addStartZone, addUpdateOwnZone, preparedZone, prepareZoneStart } from './zone-steps.ts';

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
  const { clusterId, serverIds, allServerIds } = input;
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
  const known = joinPrepares(graph, servers, prepare);
  const started = addStartProcesses(graph, services, [known], servers, {
    as: { kind: 'zone', together: allServerIds },
    waitName: 'Wait observer active',
  });
  const updated = addUpdateServers(graph, services, [started], servers, intendAgain);
  const serve = addStartZone(graph, services, { after: updated, clusterId, prepare });
  const zone = addUpdateOwnZone(graph, services, {
    after: [serve],
    clusterId,
    prepare,
    now: 'RUNNING',
    mayBeActive: true,
  });
  addClusterStatusSteps(graph, services, { after: [zone], clusterId });
}
