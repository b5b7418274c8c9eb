/**
 * Restart OB server: what a stop proves and does, then what a start does, as one task. The server is out of service in
 * the kernel from before the signal until the new process is ready.
 */
import type { Graph, Operation } from '@openocp/engine';
import { z } from 'zod';
import { overrideShape } from './override.ts';
import { addBringServerUp, addTakeServerDown } from './server-graph.ts';
import type { OperationServices } from './services.ts';
import { addStopProcess } from './stop-process-step.ts';

const parameters = z.strictObject({
  clusterId: z.int(),
  serverId: z.int(),
  ...overrideShape,
  freezeServer: z.boolean(),
});
type ServerRestartParameters = z.infer<typeof parameters>;

export function serverRestart(services: OperationServices): Operation<ServerRestartParameters> {
  return {
    name: 'server-restart',
    title: 'Restart OB server',
    parameters,
    build: (graph, input) => build(graph, services, input),
  };
}

function build(graph: Graph, services: OperationServices, input: ServerRestartParameters): void {
  const { clusterId, serverId } = input;
  const { prepare, isolate } = addTakeServerDown(graph, services, input, 'Prepare restart observer');
  const kill = addStopProcess(graph, services, {
    after: [isolate],
    prepare,
    proof: { kind: 'isolated', by: 'STOP SERVER', isolate, together: [serverId], input },
    waits: true,
  });
  addBringServerUp(graph, services, { after: kill, clusterId, prepare });
}
