/** Taking servers or a zone out of service in the kernel, and how far an override lets a stop go on without that. */
import { type StepContext, StepFailure } from '@openocp/engine';
import { z } from 'zod';
import { coversCheck } from '../planning/check.ts';
import type { StopKind } from '../remote/oceanbase/server-statements.ts';
import type { Statement } from './kernel-service.ts';
import { type OverrideInput, overrideOf } from './override.ts';

export const isolated = z.strictObject({
  /** False only with an override: the kernel could not be asked, or refused. */
  acknowledged: z.boolean(),
});
export type Isolated = z.infer<typeof isolated>;

/** With an override, how long a cluster in trouble may take to answer before the stop goes on without it. Milliseconds. */
const forcedPatienceMs = 20_000;

/** An override lets the stop go on without the kernel where it names what the kernel would have proven. */
export function mayGoWithoutKernel(input: OverrideInput, kernelReachable: boolean): boolean {
  const override = overrideOf(input);
  return (
    coversCheck(override, 'isolated') || (!kernelReachable && coversCheck(override, 'cluster-reachable'))
  );
}

export interface Isolation {
  readonly statement: 'STOP SERVER' | 'STOP ZONE';
  readonly input: OverrideInput;
  readonly prepared: { readonly kernelReachable: boolean; readonly overridden: readonly string[] };
  /** Milliseconds. */
  readonly timeoutMs: number;
  readonly send: (
    kind: StopKind,
    options: { readonly timeoutMs: number; readonly acceptRefusal: boolean },
  ) => Promise<Statement>;
  /** Waits until the views show it, and no leaders. */
  readonly waitUntilShown: (timeoutMs: number) => Promise<void>;
}

export async function isolate(
  context: StepContext,
  { statement, input, prepared, timeoutMs, send, waitUntilShown }: Isolation,
): Promise<Isolated> {
  const { kernelReachable, overridden } = prepared;
  const acceptRefusal = mayGoWithoutKernel(input, kernelReachable);
  if (!kernelReachable && acceptRefusal) {
    context.log.warn(`The cluster could not be asked: the process is stopped without ${statement}.`);
    return { acknowledged: false };
  }
  const troubled = overridden.length > 0;
  const patienceMs = troubled && acceptRefusal ? forcedPatienceMs : timeoutMs;
  try {
    const kind = troubled ? 'FORCE STOP' : 'STOP';
    const answer = await send(kind, { timeoutMs: patienceMs, acceptRefusal });
    if (answer !== 'acknowledged') {
      context.log.warn(`The kernel refuses; force goes on without it. ${answer.refused}`);
      return { acknowledged: false };
    }
    await waitUntilShown(patienceMs);
  } catch (error) {
    // Another zone is stopped: that ends a forced stop too. A cluster that cannot move its leaders does not.
    const goesOn = troubled && acceptRefusal && error instanceof StepFailure && !isOneZoneRefusal(error);
    if (!goesOn) throw error;
    context.log.warn(`Force goes on: ${error.message}`);
    return { acknowledged: false };
  }
  return { acknowledged: true };
}

function isOneZoneRefusal(error: StepFailure): boolean {
  return error.cause instanceof Error && 'errno' in error.cause && error.cause.errno === 4660;
}
