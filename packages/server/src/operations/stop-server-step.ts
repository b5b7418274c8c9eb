/** The subtask "Stop server": the kernel marks one server stopped, and its leaders leave. Undo: it serves again. */
import type { Graph, Step, StepContext } from '@openocp/engine';
import { findServer } from '../domain/cluster-snapshot.ts';
import { formatAddress } from '../domain/server-address.ts';
import { type Isolated, isolate, isolated } from './isolation.ts';
import { bringIntoService, sendStop, waitForIsolation } from './kernel-service.ts';
import type { OverrideInput } from './override.ts';
import type { PreparedServer } from './prepared-server.ts';
import { fetchStopSubject, lookAround } from './server-target.ts';
import type { OperationServices } from './services.ts';
import { type StepPlace, stepPlace } from './step-place.ts';

const stopServerTimeoutMs = 300_000;
/** The engine's own limit comes a little after the wait's, so that the wait can say what it waited for. */
const marginMs = 5_000;

export interface StopServerStep extends StepPlace {
  readonly prepare: Step<PreparedServer>;
  readonly input: OverrideInput;
}

export function addStopServer(graph: Graph, services: OperationServices, step: StopServerStep) {
  return graph.step({
    ...stepPlace(step),
    name: 'Stop server',
    timeoutMs: stopServerTimeoutMs,
    effects: 'some',
    result: isolated,
    run: (context) => isolateServer(context, services, step.input, context.result(step.prepare)),
    undo: (context) => undoIsolate(context, services, context.resultIfAny(step.prepare)),
  });
}

async function isolateServer(
  context: StepContext,
  services: OperationServices,
  input: OverrideInput,
  prepared: PreparedServer,
): Promise<Isolated> {
  const { target } = prepared;
  const answer = await isolate(context, {
    statement: 'STOP SERVER',
    input,
    prepared,
    timeoutMs: stopServerTimeoutMs - marginMs,
    send: (kind, options) => sendStop(context, services, target, kind, options),
    waitUntilShown: async (timeoutMs) => {
      const subject = await fetchStopSubject(services, target.clusterId, [target], 'STOP SERVER');
      await waitForIsolation(context, services, target.clusterId, subject, timeoutMs);
    },
  });
  if (answer.acknowledged) context.log.info(`${formatAddress(target)} is marked stopped and leads nothing.`);
  return answer;
}

async function undoIsolate(
  context: StepContext,
  services: OperationServices,
  before: PreparedServer | undefined,
): Promise<void> {
  if (before === undefined || before.former.stopTime !== null) {
    context.log.info('The server was marked stopped before this task; the mark stays.');
    return;
  }
  const { snapshot } = await lookAround(services, before.target.clusterId, [before.target]);
  const row = findServer(snapshot, before.target);
  if (row !== undefined && row.stopTime === null) {
    context.log.info('The server is not marked stopped; nothing to undo.');
    return;
  }
  if (row === undefined && !before.kernelReachable) {
    context.log.info('The cluster could not be reached before this task either; no stop mark was set.');
    return;
  }
  await bringIntoService(context, services, before.target, stopServerTimeoutMs - marginMs);
  context.log.info('The server is in service again.');
}
