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
import { addClusterStatusSteps } from './status-steps.ts';
import { addUpdateServers, serversAtOnce, zoneParameters } from './zone-graph.ts';
import { addTakeZoneDown } from './zone-halves.ts';
import { addUpdateOwnZone } from './zone-steps.ts';

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
  const { clusterId } = input;
  const { prepare, servers, after } = addTakeZoneDown(graph, services, input, {
    zone: 'Prepare stop OB zone',
    server: 'Prepare stop observer',
  });
  const zone = addUpdateOwnZone(graph, services, {
    after: addUpdateServers(graph, services, [after], servers, intendStoppedWithOthers),
    clusterId,
    prepare,
    now: 'STOPPED',
    mayBeActive: mayGoWithoutKernel(input, true),
  });
  addClusterStatusSteps(graph, services, { after: [zone], clusterId });
}
