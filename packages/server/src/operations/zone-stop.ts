/**
 * Stop OB zone: prove that every log stream keeps its majority without all servers of the zone, STOP ZONE, wait until
 * their leaders have left, then stop their processes, all at once. The servers carry no stop mark of their own.
 */
import type { Graph, Operation } from '@openocp/engine';
import { z } from 'zod';
import { intendStoppedWithOthers } from '../planning/intents.ts';
import { mayGoWithoutKernel } from './isolation.ts';
import { overrideShape } from './override.ts';
import type { OperationServices } from './services.ts';
import { addClusterStatusSteps, recordRolledBack } from './status-steps.ts';
import {
  addPrepareServers,
  addStopProcesses,
  addUpdateServers,
  joinPrepares,
  serversAtOnce,
  zoneParameters,
} from './zone-graph.ts';
import { addStopZone, addUpdateOwnZone, preparedZone, prepareZoneStop } from './zone-steps.ts';

const parameters = z.strictObject({ ...zoneParameters, ...overrideShape });
type ZoneStopParameters = z.infer<typeof parameters>;

export function zoneStop(services: OperationServices): Operation<ZoneStopParameters> {
  return {
    name: 'zone-stop',
    title: 'Stop OB zone',
    parameters,
    concurrency: serversAtOnce,
    build: (graph, input) => build(graph, services, input),
  };
}

function build(graph: Graph, services: OperationServices, input: ZoneStopParameters): void {
  const { clusterId, serverIds, allServerIds } = input;
  const prepare = graph.step({
    name: 'Prepare stop OB zone',
    after: [],
    timeoutMs: 1_800_000,
    effects: 'none',
    prohibitSkip: true,
    result: preparedZone,
    run: (context) => prepareZoneStop(context, services, input),
    undo: (context) => recordRolledBack(context, services, clusterId),
  });
  const isolate = addStopZone(graph, services, { after: [prepare], clusterId, prepare, input });
  const name = 'Prepare stop observer';
  const servers = addPrepareServers(graph, services, { name, after: [isolate], clusterId, serverIds });
  const known = joinPrepares(graph, servers, isolate);
  const proof = { kind: 'isolated', by: 'STOP ZONE', isolate, together: allServerIds, input } as const;
  const stopped = addStopProcesses(graph, services, [known], servers, proof);
  const updated = addUpdateServers(graph, services, [stopped], servers, intendStoppedWithOthers);
  const mayBeActive = mayGoWithoutKernel(input, true);
  const zone = addUpdateOwnZone(graph, services, {
    after: updated,
    clusterId,
    prepare,
    now: 'STOPPED',
    mayBeActive,
  });
  addClusterStatusSteps(graph, services, { after: [zone], clusterId });
}
