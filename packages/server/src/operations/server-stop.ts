/**
 * Stop OB server: prove the stop safe, isolate the server in the kernel, wait until its leaders have left, stop exactly
 * the recorded process, and see that it is gone.
 *
 * The verdict is made three times on fresh observations: before the task exists, when it is prepared, and right before
 * the signal. Force, or an override by name, goes past checks and says so; neither lifts the check for a second zone.
 */
import { type Graph, type Operation, type Step, type StepContext, StepFailure } from '@openocp/engine';
import { z } from 'zod';
import { findServer } from '../domain/cluster-snapshot.ts';
import { intendOwn } from '../planning/intents.ts';
import type { Look } from '../remote/oceanbase/look.ts';
import { type Isolated, mayGoWithoutKernel } from './isolation.ts';
import { type OverrideInput, overrideShape } from './override.ts';
import type { PreparedServer } from './prepared-server.ts';
import { addTakeServerDown } from './server-graph.ts';
import type { OperationServices } from './services.ts';
import { addServerStatusSteps, addUpdateServer } from './status-steps.ts';
import { addStopProcess, addWaitStop } from './stop-process-step.ts';

const parameters = z.strictObject({
  clusterId: z.int(),
  serverId: z.int(),
  ...overrideShape,
  /** Isolate only, or stop the process too. */
  type: z.enum(['STOP_SERVICE', 'STOP_PROCESS']),
  freezeServer: z.boolean(),
});
type ServerStopParameters = z.infer<typeof parameters>;

export function serverStop(services: OperationServices): Operation<ServerStopParameters> {
  return {
    name: 'server-stop',
    title: 'Stop OB server',
    parameters,
    build: (graph, input) => build(graph, services, input),
  };
}

function build(graph: Graph, services: OperationServices, input: ServerStopParameters): void {
  const { clusterId } = input;
  const { prepare, isolate } = addTakeServerDown(graph, services, input, 'Prepare stop observer');
  const stopsProcess = input.type === 'STOP_PROCESS';
  const stopped = stopsProcess ? addProcessSteps(graph, services, input, prepare, isolate) : isolate;
  const intents = intendOwn(stopsProcess ? 'PROCESS_STOPPED' : 'SERVICE_STOPPED');
  const server = addUpdateServer(graph, services, { after: [stopped], prepare, intents: () => intents });
  addServerStatusSteps(graph, services, { after: [server], clusterId, prepare });
}

function addProcessSteps(
  graph: Graph,
  services: OperationServices,
  input: ServerStopParameters,
  prepare: Step<PreparedServer>,
  isolate: Step<Isolated>,
): Step<unknown> {
  const kill = addStopProcess(graph, services, {
    after: [isolate],
    prepare,
    proof: { kind: 'isolated', by: 'STOP SERVER', isolate, together: [input.serverId], input },
    waits: false,
  });
  return addWaitStop(graph, services, {
    after: [kill],
    prepare,
    confirm: (context, look) => confirmStopped(context, context.result(prepare), look, input),
  });
}

/** The kernel must show the stop too; without it the result would be a claim. */
function confirmStopped(
  context: StepContext,
  { target, kernelReachable }: PreparedServer,
  { snapshot, why }: Look,
  input: OverrideInput,
): void {
  const row = findServer(snapshot, target);
  if (row !== undefined && row.stopTime !== null) {
    context.log.info(`The process is gone and the kernel shows the server stopped (${row.status}).`);
    return;
  }
  const seen =
    row === undefined
      ? `cannot be asked (${why === '' ? 'no such server' : why})`
      : 'does not show it stopped';
  if (!mayGoWithoutKernel(input, kernelReachable)) {
    throw new StepFailure(
      `The process is gone, but the kernel ${seen}. Somebody may have started the server again; look at DBA_OB_SERVERS, then retry or roll back.`,
    );
  }
  context.log.warn(`The process is gone; the kernel ${seen}.`);
}
