/**
 * Stop OB server: prove the stop safe, isolate the server in the kernel, wait until its leaders have left, stop exactly
 * the recorded process, and see that it is gone.
 *
 * The verdict is made three times on fresh observations: before the task exists, when it is prepared, and right before
 * the signal. Force overrides named checks and says so; it never lifts the check for a second zone.
 */
import { type Graph, type Operation, type Step, type StepContext, StepFailure } from '@openocp/engine';
import { z } from 'zod';
import { type ClusterSnapshot, findServer } from '../domain/cluster-snapshot.ts';
import { describeChecks, isBlocking, isWorthAnotherLook, planForce } from '../planning/check.ts';
import { planServerStop, type ServerStopPlan } from '../planning/server-stop-plan.ts';
import { bringIntoService, sendStop, waitForIsolation } from './kernel-service.ts';
import { runFreeze } from './minor-freeze.ts';
import {
  inspectOrUnknown,
  startProcess,
  stopProcess,
  waitForActive,
  waitForGone,
} from './observer-process.ts';
import {
  fetchStopSubject,
  fetchTarget,
  formerState,
  lookAround,
  type ServerTarget,
  serverTarget,
} from './server-target.ts';
import type { OperationServices } from './services.ts';
import { addStatusSteps, recordRolledBack } from './status-steps.ts';

const parameters = z.strictObject({
  clusterId: z.int(),
  serverId: z.int(),
  force: z.boolean(),
  /** Isolate only, or stop the process too. */
  type: z.enum(['STOP_SERVICE', 'STOP_PROCESS']),
  freezeServer: z.boolean(),
});
type ServerStopParameters = z.infer<typeof parameters>;

const prepared = z.strictObject({
  target: serverTarget,
  former: formerState,
  kernelReachable: z.boolean(),
  /** Names of the checks that force went past. */
  overridden: z.array(z.string()),
});
type Prepared = z.infer<typeof prepared>;

const isolated = z.strictObject({
  /** False only with force: the kernel could not be asked, or refused. */
  acknowledged: z.boolean(),
});

/** How long a verdict that says no for a passing reason is looked at again, and how often. Milliseconds. */
const settleMs = 10_000;
const lookAgainMs = 250;
/** With force, how long a cluster in trouble may take to answer before the stop goes on without it. Milliseconds. */
const forcedPatienceMs = 20_000;
/** A minor freeze writes the whole memory of the server to disk. */
const freezeTimeoutMs = 1_200_000;
const stopServerTimeoutMs = 300_000;
const stopProcessTimeoutMs = 1_200_000;
const waitStopTimeoutMs = 1_800_000;
/** The engine's own limit comes a little after the wait's, so that the wait can say what it waited for. */
const marginMs = 5_000;

export function serverStop(services: OperationServices): Operation<ServerStopParameters> {
  return {
    name: 'server-stop',
    title: 'Stop OB server',
    parameters,
    build: (graph, input) => build(graph, services, input),
  };
}

function build(graph: Graph, services: OperationServices, input: ServerStopParameters): void {
  const prepare = graph.step({
    name: 'Prepare stop observer',
    after: [],
    timeoutMs: 300_000,
    effects: 'none',
    prohibitSkip: true,
    result: prepared,
    run: (context) => runPrepare(context, services, input),
    undo: (context) => recordRolledBack(context, services, input.clusterId),
  });
  const isolate = graph.step({
    name: 'Stop server',
    after: [input.freezeServer ? addFreeze(graph, services, prepare) : prepare],
    timeoutMs: stopServerTimeoutMs,
    effects: 'some',
    result: isolated,
    run: (context) => runIsolate(context, services, input, context.result(prepare)),
    undo: (context) => undoIsolate(context, services, context.resultIfAny(prepare)),
  });
  const stopsProcess = input.type === 'STOP_PROCESS';
  addStatusSteps(graph, services, {
    after: stopsProcess ? addProcessSteps(graph, services, input, prepare, isolate) : isolate,
    parameters: input,
    intent: stopsProcess ? 'PROCESS_STOPPED' : 'SERVICE_STOPPED',
    prepared: prepare,
  });
}

function addFreeze(graph: Graph, services: OperationServices, prepare: Step<Prepared>): Step<unknown> {
  return graph.step({
    name: 'Minor freeze',
    after: [prepare],
    timeoutMs: freezeTimeoutMs,
    effects: 'some',
    result: z.strictObject({ checkpointScn: z.string().nullable() }),
    run: (context) =>
      runFreeze(context, services, context.result(prepare).target, freezeTimeoutMs - marginMs),
    undo: { nothingToUndo: 'What has been written to disk may stay there.' },
  });
}

function addProcessSteps(
  graph: Graph,
  services: OperationServices,
  input: ServerStopParameters,
  prepare: Step<Prepared>,
  isolate: Step<z.infer<typeof isolated>>,
): Step<unknown> {
  const kill = graph.step({
    name: 'Stop observer process',
    after: [isolate],
    timeoutMs: stopProcessTimeoutMs,
    effects: 'some',
    result: z.null(),
    run: (context) => runKill(context, services, input, prepare, isolate),
    undo: (context) => undoKill(context, services, context.resultIfAny(prepare)),
  });
  return graph.step({
    name: 'Wait observer stop',
    after: [kill],
    timeoutMs: waitStopTimeoutMs,
    effects: 'none',
    result: z.null(),
    async run(context) {
      const { target, former, kernelReachable } = context.result(prepare);
      await waitForGone(context, services, target, former.process, waitStopTimeoutMs - marginMs);
      await confirmStopped(context, services, target, kernelReachable && !input.force);
      return null;
    },
    undo: { nothingToUndo: 'It only waits.' },
  });
}

async function runKill(
  context: StepContext,
  services: OperationServices,
  input: ServerStopParameters,
  prepare: Step<Prepared>,
  isolate: Step<z.infer<typeof isolated>>,
): Promise<null> {
  const { target, former } = context.result(prepare);
  const acknowledged = context.resultIfAny(isolate)?.acknowledged ?? false;
  if (!acknowledged && !input.force) {
    throw new StepFailure(
      'STOP SERVER was not acknowledged, so the process must not be stopped. Roll the task back, or stop with force.',
    );
  }
  if (former.process === null) {
    context.log.info('There was no process when the stop was prepared; nothing to signal.');
    return null;
  }
  await stopProcess(context, services, target, { recorded: former.process, force: input.force });
  return null;
}

async function runPrepare(
  context: StepContext,
  services: OperationServices,
  input: ServerStopParameters,
): Promise<Prepared> {
  const target = await fetchTarget(services, input);
  const { snapshot, plan } = await planOnceSettled(context, services, target);
  const overridden = judge(context, plan, input.force);
  const seen = await inspectOrUnknown(services, target);
  const record = await services.servers.fetch(input.clusterId, input.serverId);
  const row = findServer(snapshot, target);
  if (seen.process === null) context.log.warn(`No process of ${target.home} is running.`);
  else
    context.log.info(
      `Recorded process: pid ${seen.process.pid}, ${seen.process.executable}, start ${seen.process.startTicks}.`,
    );
  return {
    target,
    former: {
      process: seen.process,
      stopTime: row?.stopTime ?? null,
      startServiceTime: row?.startServiceTime ?? null,
      intent: record?.intent ?? 'RUNNING',
    },
    kernelReachable: snapshot !== undefined,
    overridden,
  };
}

/** A leader that is just moving is given the time to arrive; the verdict counts whatever it then is. */
async function planOnceSettled(
  context: StepContext,
  services: OperationServices,
  target: ServerTarget,
): Promise<{ readonly snapshot: ClusterSnapshot | undefined; readonly plan: ServerStopPlan }> {
  const subject = await fetchStopSubject(services, target);
  const end = services.now() + settleMs;
  return context.waitFor(
    'leaders and followers to settle',
    async () => {
      const { snapshot, why } = await lookAround(services, target);
      const plan = planServerStop(snapshot, subject, why);
      if (!isWorthAnotherLook(plan) || services.now() > end) return { done: true, value: { snapshot, plan } };
      return { done: false, evidence: describeChecks(plan.checks.filter(isBlocking)) };
    },
    { timeoutMs: 2 * settleMs, intervalMs: lookAgainMs },
  );
}

/** Writes every check to the log. @throws StepFailure when the verdict, or what force leaves of it, forbids the stop. */
function judge(context: StepContext, plan: ServerStopPlan, force: boolean): string[] {
  for (const check of plan.checks) {
    const line = `${check.result} ${check.name}: ${check.evidence}${check.meaning === '' ? '' : ` ${check.meaning}`}`;
    if (check.result === 'PASS') context.log.info(line);
    else context.log.warn(line);
  }
  context.log.info(`Verdict ${plan.verdict}; ${plan.leadersToMove.length} leaders to move.`);
  if (plan.verdict !== 'BLOCKED') return [];
  const { overridden, unyielding } = planForce(plan);
  if (!force || unyielding.length > 0) {
    throw new StepFailure(
      `Stopping this server is not safe. ${describeChecks([...unyielding, ...overridden])}`,
    );
  }
  const names = overridden.map((check) => check.name);
  context.log.warn(`Forced past the checks: ${names.join(', ')}.`);
  context.annotate({ overridden_checks: names.join(' ') });
  return names;
}

async function runIsolate(
  context: StepContext,
  services: OperationServices,
  input: ServerStopParameters,
  { target, kernelReachable, overridden }: Prepared,
): Promise<z.infer<typeof isolated>> {
  if (!kernelReachable && input.force) {
    context.log.warn('The cluster could not be asked: the process is stopped without STOP SERVER.');
    return { acknowledged: false };
  }
  const troubled = input.force && overridden.length > 0;
  const timeoutMs = troubled ? forcedPatienceMs : stopServerTimeoutMs - marginMs;
  try {
    const answer = await sendStop(context, services, target, troubled ? 'FORCE STOP' : 'STOP', {
      timeoutMs,
      acceptRefusal: input.force,
    });
    if (answer !== 'acknowledged') {
      context.log.warn(`The kernel refuses; force goes on without it. ${answer.refused}`);
      return { acknowledged: false };
    }
    await waitForIsolation(context, services, target, timeoutMs);
  } catch (error) {
    // Another zone is stopped: that ends a forced stop too. A cluster that cannot move its leaders does not.
    if (!troubled || !(error instanceof StepFailure) || isOneZoneRefusal(error)) throw error;
    context.log.warn(`Force goes on: ${error.message}`);
    return { acknowledged: false };
  }
  context.log.info(`${target.ip}:${target.rpcPort} is marked stopped and leads nothing.`);
  return { acknowledged: true };
}

function isOneZoneRefusal(error: StepFailure): boolean {
  return error.cause instanceof Error && 'errno' in error.cause && error.cause.errno === 4660;
}

async function undoIsolate(
  context: StepContext,
  services: OperationServices,
  before: Prepared | undefined,
): Promise<void> {
  if (before === undefined || before.former.stopTime !== null) {
    context.log.info('The server was marked stopped before this task; the mark stays.');
    return;
  }
  const { snapshot } = await lookAround(services, before.target);
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

/** Whatever the run did or did not do: if the process ran before and does not run now, it is started. */
async function undoKill(
  context: StepContext,
  services: OperationServices,
  before: Prepared | undefined,
): Promise<void> {
  if (before === undefined || before.former.process === null) {
    context.log.info('There was no process before this task; none is started.');
    return;
  }
  await startProcess(context, services, before.target);
  if (before.kernelReachable) {
    await waitForActive(context, services, before, stopProcessTimeoutMs - 2 * marginMs - 60_000);
  }
}

/** The kernel must show the stop too; without it the result would be a claim. */
async function confirmStopped(
  context: StepContext,
  services: OperationServices,
  target: ServerTarget,
  required: boolean,
): Promise<void> {
  const { snapshot, why } = await lookAround(services, target);
  const row = findServer(snapshot, target);
  if (row !== undefined && row.stopTime !== null) {
    context.log.info(`The process is gone and the kernel shows the server stopped (${row.status}).`);
    return;
  }
  const seen =
    row === undefined
      ? `cannot be asked (${why === '' ? 'no such server' : why})`
      : 'does not show it stopped';
  if (required) {
    throw new StepFailure(
      `The process is gone, but the kernel ${seen}. Somebody may have started the server again; look at DBA_OB_SERVERS, then retry or roll back.`,
    );
  }
  context.log.warn(`The process is gone; the kernel ${seen}.`);
}
