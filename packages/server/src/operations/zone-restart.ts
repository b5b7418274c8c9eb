/**
 * Restart OB zone: what a stop of the zone proves and does, then what its start does, as one task. The zone is out of
 * service in the kernel from before the first signal until every new process is ready.
 */
import type { Graph, Operation } from '@openocp/engine';
import { z } from 'zod';
import { intendAgain } from '../planning/intents.ts';
import { overrideShape } from './override.ts';
import type { OperationServices } from './services.ts';
import { addClusterStatusSteps, recordRolledBack } from './status-steps.ts';
import {
  addPrepareServers,
  addStartProcesses,
  addStopProcesses,
  addUpdateServers,
  joinPrepares,
  serversAtOnce,
  zoneParameters,
} from './zone-graph.ts';
import { addStartZone, addStopZone, addUpdateOwnZone, preparedZone, prepareZoneStop } from './zone-steps.ts';

const parameters = z.strictObject({ ...zoneParameters, ...overrideShape });
type ZoneRestartParameters = z.infer<typeof parameters>;

export function zoneRestart(services: OperationServices): Operation<ZoneRestartParameters> {
  return {
    name: 'zone-restart',
    title: 'Restart OB zone',
    parameters,
    concurrency: serversAtOnce,
    build: (graph, input) => build(graph, services, input),
  };
}

function build(graph: Graph, services: OperationServices, input: ZoneRestartParameters): void {
  const { clusterId, serverIds, allServerIds } = input;
  const prepare = graph.step({
    name: 'Prepare restart OB zone',
    after: [],
    timeoutMs: 1_800_000,
    effects: 'none',
    prohibitSkip: true,
    result: preparedZone,
    run: (context) => prepareZoneStop(context, services, input),
    undo: (context) => recordRolledBack(context, services, clusterId),
  });
  const isolate = addStopZone(graph, services, { after: [prepare], clusterId, prepare, input });
  const name = 'Prepare restart observer';
  const servers = addPrepareServers(graph, services, { name, after: [isolate], clusterId, serverIds });
  const known = joinPrepares(graph, servers, isolate);
  const proof = { kind: 'isolated', by: 'STOP ZONE', isolate, together: allServerIds, input } as const;
  const stopped = addStopProcesses(graph, services, [known], servers, proof);
  const started = addStartProcesses(graph, services, [stopped], servers, {
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
