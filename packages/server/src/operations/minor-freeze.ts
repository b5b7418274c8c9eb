/**
 * Minor freeze before a stop or a restart: the server's memory goes to disk first, so that it has little to replay when it comes
 * back. Done when every checkpoint of the server has passed the one recorded before the freeze.
 */
import { type Graph, type Observation, type Step, type StepContext, StepFailure } from '@openocp/engine';
import { z } from 'zod';
import { fetchCheckpoint, freezeServer } from '../remote/oceanbase/freeze.ts';
import { ConnectionFailure, KernelError } from '../remote/oceanbase/kernel-error.ts';
import type { PreparedServer } from './prepared-server.ts';
import type { ServerTarget } from './server-target.ts';
import type { OperationServices } from './services.ts';
import { type StepPlace, stepPlace } from './step-place.ts';

const lookMs = 1_000;
/** A minor freeze writes the whole memory of the server to disk. */
const freezeTimeoutMs = 1_200_000;
const marginMs = 5_000;

export function addFreeze(
  graph: Graph,
  services: OperationServices,
  step: StepPlace & { readonly prepare: Step<PreparedServer> },
): Step<unknown> {
  return graph.step({
    ...stepPlace(step),
    name: 'Minor freeze',
    timeoutMs: freezeTimeoutMs,
    effects: 'some',
    result: z.strictObject({ checkpointScn: z.string().nullable() }),
    run: (context) =>
      runFreeze(context, services, context.result(step.prepare).target, freezeTimeoutMs - marginMs),
    undo: { nothingToUndo: 'What has been written to disk may stay there.' },
  });
}

async function runFreeze(
  context: StepContext,
  services: OperationServices,
  target: ServerTarget,
  timeoutMs: number,
): Promise<{ readonly checkpointScn: string | null }> {
  const access = await services.clusters.fetchAccess(target.clusterId);
  const ask = <T>(use: Parameters<typeof services.sessions.with<T>>[2]) =>
    services.sessions.with(access, { avoid: [target] }, use);
  const before = await ask((session) => fetchCheckpoint(session, target));
  if (before === undefined) {
    context.log.info('The server holds no log streams; there is nothing to freeze.');
    return { checkpointScn: null };
  }
  await ask((session) => freezeServer(session, target)).catch((error: unknown) => {
    if (error instanceof KernelError) throw new StepFailure(error.message, { cause: error });
    throw error;
  });
  const after = await context.waitFor(
    `the checkpoints of ${target.ip}:${target.rpcPort} to pass ${before}`,
    async (): Promise<Observation<bigint>> => {
      try {
        const now = await ask((session) => fetchCheckpoint(session, target));
        if (now !== undefined && now > before) return { done: true, value: now };
        return { done: false, evidence: `oldest checkpoint ${now ?? 'unknown'}` };
      } catch (error) {
        if (error instanceof KernelError || error instanceof ConnectionFailure)
          return { done: false, evidence: error.message };
        throw error;
      }
    },
    { timeoutMs, intervalMs: lookMs },
  );
  context.log.info(`The oldest checkpoint moved from ${before} to ${after}.`);
  return { checkpointScn: String(after) };
}
