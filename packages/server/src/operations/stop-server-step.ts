/** The subtask "Stop server": the kernel marks one server stopped, and its leaders leave. Undo: it serves again. */
import { type Graph, type Step, type StepContext, StepFailure } from '@openocp/engine';
import { z } from 'zod';
import { findServer } from '../domain/cluster-snapshot.ts';
import { formatAddress } from '../domain/server-address.ts';
import { coversCheck } from '../planning/check.ts';
import { bringIntoService, sendStop, waitForIsolation } from './kernel-service.ts';
import { type OverrideInput, overrideOf } from './override.ts';
import type { PreparedServer } from './prepared-server.ts';
import { fetchStopSubject, lookAround } from './server-target.ts';
import type { OperationServices } from './services.ts';
import { type StepPlace, stepPlace } from './step-place.ts';

export const isolated = z.strictObject({
  /** False only with an override: the kernel could not be asked, or refused. */
  acknowledged: z.boolean(),
});
export type Isolated = z.infer<typeof isolated>;

/** With an override, how long a cluster in trouble may take to answer before the stop goes on without it. Milliseconds. */
const forcedPatienceMs = 20_000;
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
    run: (context) => isolate(context, services, step.input, context.result(step.prepare)),
    undo: (context) => undoIsolate(context, services, context.resultIfAny(step.prepare)),
  });
}

/** An override lets the stop go on without the kernel where it names what the kernel would have proven. */
export function mayGoWithoutKernel(input: OverrideInput, kernelReachable: boolean): boolean {
  const override = overrideOf(input);
  return (
    coversCheck(override, 'isolated') || (!kernelReachable && coversCheck(override, 'cluster-reachable'))
  );
}

async function isolate(
  context: StepContext,
  services: OperationServices,
  input: OverrideInput,
  { target, kernelReachable, overridden }: PreparedServer,
): Promise<Isolated> {
  const acceptRefusal = mayGoWithoutKernel(input, kernelReachable);
  if (!kernelReachable && acceptRefusal) {
    context.log.warn('The cluster could not be asked: the process is stopped without STOP SERVER.');
    return { acknowledged: false };
  }
  const troubled = overridden.length > 0;
  const timeoutMs = troubled && acceptRefusal ? forcedPatienceMs : stopServerTimeoutMs - marginMs;
  const options = { timeoutMs, acceptRefusal };
  try {
    const kind = troubled ? 'FORCE STOP' : 'STOP';
    const answer = await sendStop(context, services, target, kind, options);
    if (answer !== 'acknowledged') {
      context.log.warn(`The kernel refuses; force goes on without it. ${answer.refused}`);
      return { acknowledged: false };
    }
    const subject = await fetchStopSubject(services, target.clusterId, [target], 'STOP SERVER');
    await waitForIsolation(context, services, target.clusterId, subject, timeoutMs);
  } catch (error) {
    // Another zone is stopped: that ends a forced stop too. A cluster that cannot move its leaders does not.
    const goesOn = troubled && acceptRefusal && error instanceof StepFailure && !isOneZoneRefusal(error);
    if (!goesOn) throw error;
    context.log.warn(`Force goes on: ${error.message}`);
    return { acknowledged: false };
  }
  context.log.info(`${formatAddress(target)} is marked stopped and leads nothing.`);
  return { acknowledged: true };
}

function isOneZoneRefusal(error: StepFailure): boolean {
  return error.cause instanceof Error && 'errno' in error.cause && error.cause.errno === 4660;
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
