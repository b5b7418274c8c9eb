/**
 * Restart OB server: what a stop proves and does, then what a start does, as one task. The server is out of service in
 * the kernel from before the signal until the new process is ready.
 */
import type { Graph, Operation } from '@openocp/engine';
import { z } from 'zod';
import { intendOwn } from '../planning/intents.ts';
import { addFreeze } from './minor-freeze.ts';
import { overrideShape } from './override.ts';
import { prepareStop } from './prepare-stop.ts';
import { preparedServer } from './prepared-server.ts';
import type { OperationServices } from './services.ts';
import { addStartAgent, addStartProcess, addStartServer, addWaitActive } from './start-steps.ts';
import { addServerStatusSteps, addUpdateServer, recordRolledBack } from './status-steps.ts';
import { addStopProcess } from './stop-process-step.ts';
import { addStopServer } from './stop-server-step.ts';

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
  const { clusterId } = input;
  const prepare = graph.step({
    name: 'Prepare restart observer',
    after: [],
    timeoutMs: 300_000,
    effects: 'none',
    prohibitSkip: true,
    result: preparedServer,
    run: (context) => prepareStop(context, services, input),
    undo: (context) => recordRolledBack(context, services, clusterId),
  });
  const frozen = input.freezeServer ? addFreeze(graph, services, { after: [prepare], prepare }) : prepare;
  const isolate = addStopServer(graph, services, { after: [frozen], prepare, input });
  const kill = addStopProcess(graph, services, {
    after: [isolate],
    prepare,
    proof: { kind: 'isolated', by: 'STOP SERVER', isolate, together: [input.serverId], input },
    waits: true,
  });
  const process = addStartProcess(graph, services, { after: [kill], prepare, as: { kind: 'server' } });
  const active = addWaitActive(graph, services, { after: [process], prepares: [prepare] });
  const watched = addStartAgent(graph, services, { after: [active], prepare });
  const serve = addStartServer(graph, services, { after: [watched], prepare });
  const intents = intendOwn('RUNNING');
  const server = addUpdateServer(graph, services, { after: [serve], prepare, intents: () => intents });
  addServerStatusSteps(graph, services, { after: [server], clusterId, prepare });
}
