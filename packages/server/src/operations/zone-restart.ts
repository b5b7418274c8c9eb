/**
 * Restart OB zone: what a stop of the zone proves and does, then what its start does, as one task. The zone is out of
 * service in the kernel from before the first signal until every new process is ready.
 */
import type { Operation } from '@openocp/engine';
import { z } from 'zod';
import { overrideShape } from './override.ts';
import type { OperationServices } from './services.ts';
import { serversAtOnce, zoneParameters } from './zone-graph.ts';
import { addBringZoneUp, addTakeZoneDown } from './zone-halves.ts';

const parameters = z.strictObject({ ...zoneParameters, ...overrideShape });
type ZoneRestartParameters = z.infer<typeof parameters>;

export function zoneRestart(services: OperationServices): Operation<ZoneRestartParameters> {
  return {
    name: 'zone-restart',
    title: 'Restart OB zone',
    parameters,
    concurrency: serversAtOnce,
    build(graph, input) {
      const down = addTakeZoneDown(graph, services, input, {
        zone: 'Prepare restart OB zone',
        server: 'Prepare restart observer',
      });
      addBringZoneUp(graph, services, input, down);
    },
  };
}
