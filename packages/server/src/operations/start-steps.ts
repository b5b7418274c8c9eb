/**
 * The subtasks that bring observers up: "Start observer process", "Wait observer active", "Start ocp agent service" and
 * "Start server". Their undo stops only what this task has started, under the same proof as any stop.
 */
import { type Graph, type Step, type StepContext, StepFailure } from '@openocp/engine';
import { z } from 'zod';
import { bringIntoService, sendStop, waitForIsolation } from './kernel-service.ts';
import { inspectOrUnknown, startProcess, stopProcess, waitForGone } from './observer-process.ts';
import { nothingOverridden } from './override.ts';
import type { PreparedServer } from './prepared-server.ts';
import { fetchStopSubject, fetchTargets } from './server-target.ts';
import type { OperationServices } from './services.ts';
import { type StepPlace, stepPlace } from './step-place.ts';
import { proveKillSafe } from './stop-verdict.ts';
import { waitForActive } from './wait-for-active.ts';

const startServerTimeoutMs = 300_000;
const startProcessTimeoutMs = 1_200_000;
const waitActiveTimeoutMs = 1_800_000;
const marginMs = 5_000;

/** How the process that a task started may be stopped again. */
export type StartedAs =
  | { readonly kind: 'server' }
  /** Together with the others of its zone, all of these, which is stopped. */
  | { readonly kind: 'zone'; readonly together: readonly number[] }
  /** With the whole cluster, which was down. */
  | { readonly kind: 'cluster' };

export interface StartStep extends StepPlace {
  readonly prepare: Step<PreparedServer>;
}

export function addStartProcess(
  graph: Graph,
  services: OperationServices,
  step: StartStep & { readonly as: StartedAs },
) {
  return graph.step({
    ...stepPlace(step),
    name: 'Start observer process',
    timeoutMs: startProcessTimeoutMs,
    effects: 'some',
    result: z.null(),
    async run(context) {
      await startProcess(context, services, context.result(step.prepare).target);
      return null;
    },
    undo: (context) => undoProcess(context, services, context.resultIfAny(step.prepare), step.as),
  });
}

export interface WaitActiveStep extends StepPlace {
  readonly prepares: readonly Step<PreparedServer>[];
  /** OCP's name for it differs from operation to operation. */
  readonly name?: 'Wait observer active' | 'Wait observer accessible';
}

export function addWaitActive(graph: Graph, services: OperationServices, step: WaitActiveStep) {
  return graph.step({
    ...stepPlace(step),
    name: step.name ?? 'Wait observer active',
    timeoutMs: waitActiveTimeoutMs,
    effects: 'none',
    result: z.null(),
    async run(context) {
      const started = step.prepares.map((prepare) => context.result(prepare));
      await waitForActive(context, services, started, waitActiveTimeoutMs - marginMs);
      return null;
    },
    undo: { nothingToUndo: 'It only waits.' },
  });
}

/** The agent is a daemon of its own; what matters is that it answers and sees the process it shall watch. */
export function addStartAgent(graph: Graph, services: OperationServices, step: StartStep) {
  return graph.step({
    ...stepPlace(step),
    name: 'Start ocp agent service',
    timeoutMs: waitActiveTimeoutMs,
    effects: 'none',
    result: z.null(),
    async run(context) {
      const { target } = context.result(step.prepare);
      const seen = await inspectOrUnknown(services, target);
      if (seen.process === null)
        throw new StepFailure(`The agent sees no process in ${target.home}; it has ended meanwhile.`);
      context.log.info(`The agent of ${target.ip} sees process ${seen.process.pid}.`);
      return null;
    },
    undo: { nothingToUndo: 'The agent runs on its own; it is only asked.' },
  });
}

export interface StartServerStep extends StartStep {
  /** A server that was meant to be out of service before its cluster was stopped keeps its mark. */
  readonly keepsOwnMark?: boolean;
}

export function addStartServer(graph: Graph, services: OperationServices, step: StartServerStep) {
  return graph.step({
    ...stepPlace(step),
    name: 'Start server',
    timeoutMs: startServerTimeoutMs,
    effects: 'some',
    result: z.null(),
    async run(context) {
      const { target, former } = context.result(step.prepare);
      if (step.keepsOwnMark === true && former.ownIntent !== 'RUNNING') {
        context.log.info('The server was out of service by itself before; that stays.');
        return null;
      }
      await bringIntoService(context, services, target, startServerTimeoutMs - marginMs);
      return null;
    },
    undo: (context) => undoServe(context, services, context.resultIfAny(step.prepare)),
  });
}

/** A process that this task started is stopped again, under the same proof as any stop. */
async function undoProcess(
  context: StepContext,
  services: OperationServices,
  before: PreparedServer | undefined,
  as: StartedAs,
): Promise<void> {
  if (before === undefined || before.former.process !== null) {
    context.log.info('The process ran before this task; it stays.');
    return;
  }
  if (wasMeantToRun(before, as)) {
    context.log.info(
      `The ${as.kind} was not marked stopped before this task, so it was meant to run: the process stays.`,
    );
    return;
  }
  const { target } = before;
  const seen = await inspectOrUnknown(services, target);
  if (seen.process === null) {
    context.log.info('No process is running; nothing to undo.');
    return;
  }
  const prove = () => proveUndo(context, services, before, as);
  await stopProcess(context, services, target, { recorded: seen.process, force: false, prove });
  const timeoutMs = startProcessTimeoutMs - 2 * marginMs - 120_000;
  await waitForGone(context, services, target, seen.process, timeoutMs);
}

function wasMeantToRun({ former }: PreparedServer, as: StartedAs): boolean {
  if (as.kind === 'cluster') return false;
  return as.kind === 'server' ? former.stopTime === null : !former.zoneStopped;
}

async function proveUndo(
  context: StepContext,
  services: OperationServices,
  { target }: PreparedServer,
  as: StartedAs,
): Promise<void> {
  if (as.kind === 'cluster') {
    await context.assertOwned();
    return;
  }
  const { clusterId } = target;
  const targets = as.kind === 'server' ? [target] : await fetchTargets(services, clusterId, as.together);
  const isolatedBy = as.kind === 'server' ? 'STOP SERVER' : 'STOP ZONE';
  const subject = await fetchStopSubject(services, clusterId, targets, isolatedBy);
  await proveKillSafe(context, services, clusterId, subject, nothingOverridden);
}

async function undoServe(
  context: StepContext,
  services: OperationServices,
  before: PreparedServer | undefined,
): Promise<void> {
  if (before === undefined || before.former.stopTime === null) {
    context.log.info('The server was not marked stopped before this task; nothing to undo.');
    return;
  }
  const { target } = before;
  const timeoutMs = startServerTimeoutMs / 2;
  await sendStop(context, services, target, 'STOP', { timeoutMs, acceptRefusal: false });
  const subject = await fetchStopSubject(services, target.clusterId, [target], 'STOP SERVER');
  await waitForIsolation(context, services, target.clusterId, subject, timeoutMs - marginMs);
}
