/**
 * The boundary of a rolling operation: between two servers, when nothing is stopped by it. Here it can be paused, resumed
 * and aborted by a human, and here it waits until the whole cluster has been healthy for several readings in a row.
 *
 * What a human said is durable and read at every look, so it outlives the instance that runs the task.
 */
import { type Observation, type StepContext, StepFailure } from '@openocp/engine';
import { coversCheck } from '../planning/check.ts';
import { checkClusterHealth } from '../planning/cluster-health.ts';
import { type OverrideInput, overrideOf, recordOverride } from './override.ts';
import { lookAround } from './server-target.ts';
import type { OperationServices } from './services.ts';

export interface Boundary {
  readonly clusterId: number;
  /** `server 3 of 6`, for the words of a wait. */
  readonly before: string;
  readonly healthyReadings: number;
  readonly input: OverrideInput;
}

const day = 86_400_000;
/** A pause may take as long as it likes; the engine wants a limit all the same. Milliseconds. */
export const boundaryTimeoutMs = 30 * day;
const pauseTimeoutMs = 29 * day;
const pauseLookMs = 500;
/** A cluster that has not become healthy by then needs a human. Milliseconds. */
const healthTimeoutMs = 1_800_000;
/** A reading is worth something only if it is not the same moment again. Milliseconds. */
const readingMs = 1_000;

/** @throws StepFailure when it was aborted, or when the cluster does not become healthy. */
export async function passBoundary(
  context: StepContext,
  services: OperationServices,
  boundary: Boundary,
): Promise<void> {
  for (;;) {
    await waitWhilePaused(context, services, boundary);
    if ((await waitForHealth(context, services, boundary)) === 'healthy') return;
  }
}

async function waitWhilePaused(
  context: StepContext,
  services: OperationServices,
  { before }: Boundary,
): Promise<void> {
  const look = async (): Promise<Observation<null>> => {
    const pause = await services.pauses.fetch(context.taskId);
    if (pause?.state === 'ABORTED') await endIfAborted(context, services, before);
    if (pause?.state !== 'PAUSED') return { done: true, value: null };
    const since = new Date(pause.since).toISOString();
    return { done: false, evidence: `paused by ${pause.username} since ${since}` };
  };
  const what = `somebody to resume the task before ${before}`;
  await context.waitFor(what, look, { timeoutMs: pauseTimeoutMs, intervalMs: pauseLookMs });
}

/** An abort ends one attempt of one boundary; who retries that subtask wants to go on. */
async function endIfAborted(
  { taskId, subtaskId, attempt }: StepContext,
  services: OperationServices,
  before: string,
): Promise<void> {
  const self = `${subtaskId}:${attempt}`;
  await services.pauses.saveTaken(taskId, self);
  const pause = await services.pauses.fetch(taskId);
  if (pause?.state !== 'ABORTED' || pause.takenBy !== self) return;
  throw new StepFailure(
    `Aborted by ${pause.username} before ${before}. What was restarted before serves, and nothing is stopped. Roll the task back to give the cluster free (that changes no server), or retry it to go on.`,
  );
}

async function waitForHealth(
  context: StepContext,
  services: OperationServices,
  { clusterId, before, healthyReadings, input }: Boundary,
): Promise<'healthy' | 'interrupted'> {
  let healthy = 0;
  const look = async (): Promise<Observation<'healthy' | 'interrupted'>> => {
    const pause = await services.pauses.fetch(context.taskId);
    if (pause !== undefined && pause.takenBy === null) return { done: true, value: 'interrupted' };
    const { snapshot, why } = await lookAround(services, clusterId, []);
    const check = snapshot === undefined ? undefined : checkClusterHealth(snapshot);
    if (check?.result === 'PASS') {
      healthy += 1;
      if (healthy >= healthyReadings) return { done: true, value: 'healthy' };
      return { done: false, evidence: `healthy, ${healthy} of ${healthyReadings} readings` };
    }
    healthy = 0;
    if (coversCheck(overrideOf(input), 'cluster-healthy')) {
      context.log.warn(check?.evidence ?? why);
      recordOverride(context, input, ['cluster-healthy']);
      return { done: true, value: 'healthy' };
    }
    return { done: false, evidence: check?.evidence ?? why };
  };
  const what = `the whole cluster to be healthy before ${before}`;
  return context.waitFor(what, look, { timeoutMs: healthTimeoutMs, intervalMs: readingMs });
}
