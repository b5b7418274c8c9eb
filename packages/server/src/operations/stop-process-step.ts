/**
 * The subtasks "Stop observer process" and "Wait observer stop": proof right before the signal, the agent signals exactly
 * the recorded process, and it is seen to be gone. Undo: the process runs again.
 */
import { type Graph, type Step, type StepContext, StepFailure } from '@openocp/engine';
import { z } from 'zod';
import type { StopSubject } from '../planning/stop-subject.ts';
import type { Look } from '../remote/oceanbase/look.ts';
import { type Isolated, mayGoWithoutKernel } from './isolation.ts';
import { lookWhenGone, startProcess, stopProcess, waitForGone } from './observer-process.ts';
import type { OverrideInput } from './override.ts';
import type { PreparedServer } from './prepared-server.ts';
import { fetchStopSubject, fetchTargets, lookAround } from './server-target.ts';
import type { OperationServices } from './services.ts';
import { type StepPlace, stepPlace } from './step-place.ts';
import { proveKillSafe } from './stop-verdict.ts';
import { waitForActive } from './wait-for-active.ts';

const stopProcessTimeoutMs = 1_200_000;
const waitStopTimeoutMs = 1_800_000;
const marginMs = 5_000;

/** Why the signal is safe. */
export type KillProof =
  /** The kernel has taken out of service whatever goes down together, and every majority stays. */
  | {
      readonly kind: 'isolated';
      readonly by: StopSubject['isolatedBy'];
      readonly isolate: Step<Isolated>;
      /** Ids of all servers that are down together. */
      readonly together: readonly number[];
      readonly input: OverrideInput;
    }
  /** The whole cluster goes down, which is what was asked for. */
  | { readonly kind: 'whole-cluster' };

export interface StopProcessStep extends StepPlace {
  readonly prepare: Step<PreparedServer>;
  readonly proof: KillProof;
  /** Ends only when the process is seen to be gone; otherwise a step of its own waits for that. */
  readonly waits: boolean;
}

export function addStopProcess(graph: Graph, services: OperationServices, step: StopProcessStep) {
  return graph.step({
    ...stepPlace(step),
    name: 'Stop observer process',
    timeoutMs: stopProcessTimeoutMs,
    effects: 'some',
    result: z.null(),
    async run(context) {
      await kill(context, services, step);
      if (step.waits) await waitUntilGone(context, services, context.result(step.prepare));
      return null;
    },
    undo: (context) => undoKill(context, services, context.resultIfAny(step.prepare), step.proof.kind),
  });
}

async function kill(
  context: StepContext,
  services: OperationServices,
  { prepare, proof }: StopProcessStep,
): Promise<void> {
  const { target, former, kernelReachable } = context.result(prepare);
  if (proof.kind === 'isolated') {
    const acknowledged = context.resultIfAny(proof.isolate)?.acknowledged ?? false;
    if (!acknowledged && !mayGoWithoutKernel(proof.input, kernelReachable)) {
      throw new StepFailure(
        `${proof.by} was not acknowledged, so the process must not be stopped. Roll the task back, or stop with force.`,
      );
    }
  }
  if (former.process === null) {
    context.log.info('There was no process when the stop was prepared; nothing to signal.');
    return;
  }
  const force = proof.kind === 'isolated' && proof.input.force;
  const prove = () => proveBeforeSignal(context, services, target.clusterId, proof);
  await stopProcess(context, services, target, { recorded: former.process, force, prove });
}

async function proveBeforeSignal(
  context: StepContext,
  services: OperationServices,
  clusterId: number,
  proof: KillProof,
): Promise<void> {
  if (proof.kind === 'whole-cluster') {
    await context.assertOwned();
    return;
  }
  const targets = await fetchTargets(services, clusterId, proof.together);
  const subject = await fetchStopSubject(services, clusterId, targets, proof.by);
  await proveKillSafe(context, services, clusterId, subject, proof.input);
}

async function waitUntilGone(
  context: StepContext,
  services: OperationServices,
  { target, former }: PreparedServer,
): Promise<void> {
  await waitForGone(context, services, target, former.process, stopProcessTimeoutMs / 2);
}

export interface WaitStopStep extends StepPlace {
  readonly prepare: Step<PreparedServer>;
  /** Called with what the cluster shows when the process is gone; throws when that belies the stop. */
  confirm(context: StepContext, look: Look): void;
}

export function addWaitStop(graph: Graph, services: OperationServices, step: WaitStopStep) {
  return graph.step({
    ...stepPlace(step),
    name: 'Wait observer stop',
    timeoutMs: waitStopTimeoutMs,
    effects: 'none',
    result: z.null(),
    async run(context) {
      const { target, former } = context.result(step.prepare);
      const look = () => lookAround(services, target.clusterId, [target]);
      const timeoutMs = waitStopTimeoutMs - marginMs;
      step.confirm(context, await lookWhenGone(context, services, target, former.process, timeoutMs, look));
      return null;
    },
    undo: { nothingToUndo: 'It only waits.' },
  });
}

/** Whatever the run did or did not do: if the process ran before and does not run now, it is started. */
async function undoKill(
  context: StepContext,
  services: OperationServices,
  before: PreparedServer | undefined,
  proof: KillProof['kind'],
): Promise<void> {
  if (before === undefined || before.former.process === null) {
    context.log.info('There was no process before this task; none is started.');
    return;
  }
  await startProcess(context, services, before.target);
  // Of a whole cluster none becomes active before its peers run: whoever started them all waits for them all.
  if (before.kernelReachable && proof === 'isolated') {
    await waitForActive(context, services, [before], stopProcessTimeoutMs - 2 * marginMs - 60_000);
  }
}
