/** The halves of the graphs of one server: what takes it out of service, and what brings it up again. */
import type { Graph, Step } from '@openocp/engine';
import { intendOwn } from '../planning/intents.ts';
import type { Isolated } from './isolation.ts';
import { addFreeze } from './minor-freeze.ts';
import type { OverrideInput } from './override.ts';
import { prepareStop } from './prepare-stop.ts';
import { type PreparedServer, preparedServer } from './prepared-server.ts';
import type { ServerKey } from './server-target.ts';
import type { OperationServices } from './services.ts';
import { addStartAgent, addStartProcess, addStartServer, addWaitActive } from './start-steps.ts';
import { addServerStatusSteps, addUpdateServer, recordRolledBack } from './status-steps.ts';
import { addStopServer } from './stop-server-step.ts';

type TakeDownInput = ServerKey &
  OverrideInput & {
    readonly freezeServer: boolean;
    /** STOP_SERVICE: only the kernel is asked for anything, and no agent is needed. */
    readonly type?: 'STOP_SERVICE' | 'STOP_PROCESS';
  };

/** Verdict, minor freeze where it is asked for, and "Stop server". */
export function addTakeServerDown(
  graph: Graph,
  services: OperationServices,
  input: TakeDownInput,
  name: 'Prepare stop observer' | 'Prepare restart observer',
): { readonly prepare: Step<PreparedServer>; readonly isolate: Step<Isolated> } {
  const prepare = graph.step({
    name,
    after: [],
    timeoutMs: 300_000,
    effects: 'none',
    prohibitSkip: true,
    result: preparedServer,
    run: (context) =>
      prepareStop(context, services, input, input.type === 'STOP_SERVICE' ? 'optional' : 'needed'),
    undo: (context) => recordRolledBack(context, services, input.clusterId),
  });
  const frozen = input.freezeServer ? addFreeze(graph, services, { after: [prepare], prepare }) : prepare;
  return { prepare, isolate: addStopServer(graph, services, { after: [frozen], prepare, input }) };
}

export interface BringServerUp {
  readonly after: Step<unknown>;
  readonly clusterId: number;
  readonly prepare: Step<PreparedServer>;
}

/** From "Start observer process" to the end of the operation. */
export function addBringServerUp(
  graph: Graph,
  services: OperationServices,
  { after, clusterId, prepare }: BringServerUp,
): void {
  const process = addStartProcess(graph, services, { after: [after], prepare, as: { kind: 'server' } });
  const active = addWaitActive(graph, services, { after: [process], prepares: [prepare] });
  const watched = addStartAgent(graph, services, { after: [active], prepare });
  addServeAgain(graph, services, { after: watched, clusterId, prepare });
}

/** "Start server" and the end of the operation: all that a server needs that was only isolated. */
export function addServeAgain(
  graph: Graph,
  services: OperationServices,
  { after, clusterId, prepare }: BringServerUp,
): void {
  const serve = addStartServer(graph, services, { after: [after], prepare });
  const intents = intendOwn('RUNNING');
  const server = addUpdateServer(graph, services, { after: [serve], prepare, intents: () => intents });
  addServerStatusSteps(graph, services, { after: [server], clusterId, prepare });
}
