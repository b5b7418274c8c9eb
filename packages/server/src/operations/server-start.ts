/**
 * Start OB server: start the process, wait until the server is really ready (ACTIVE, in service, caught up), and only
 * then let the kernel give it leaders again.
 */
import { type Graph, type Operation, type StepContext, StepFailure } from '@openocp/engine';
import { z } from 'zod';
import { findServer } from '../domain/cluster-snapshot.ts';
import { bringIntoService, sendStop, waitForIsolation } from './kernel-service.ts';
import {
  inspectOrUnknown,
  startProcess,
  stopProcess,
  waitForActive,
  waitForGone,
} from './observer-process.ts';
import { fetchTarget, formerState, lookAround, serverTarget } from './server-target.ts';
import type { OperationServices } from './services.ts';
import { addStatusSteps, recordRolledBack } from './status-steps.ts';

const parameters = z.strictObject({ clusterId: z.int(), serverId: z.int() });
type ServerStartParameters = z.infer<typeof parameters>;

const prepared = z.strictObject({ target: serverTarget, former: formerState });
type Prepared = z.infer<typeof prepared>;

const startServerTimeoutMs = 300_000;
const startProcessTimeoutMs = 1_200_000;
const waitActiveTimeoutMs = 1_800_000;
const marginMs = 5_000;

export function serverStart(services: OperationServices): Operation<ServerStartParameters> {
  return {
    name: 'server-start',
    title: 'Start OB server',
    parameters,
    build: (graph, input) => build(graph, services, input),
  };
}

function build(graph: Graph, services: OperationServices, input: ServerStartParameters): void {
  const prepare = graph.step({
    name: 'Prepare start observer',
    after: [],
    timeoutMs: 300_000,
    effects: 'none',
    prohibitSkip: true,
    result: prepared,
    run: (context) => runPrepare(context, services, input),
    undo: (context) => recordRolledBack(context, services, input.clusterId),
  });
  const process = graph.step({
    name: 'Start observer process',
    after: [prepare],
    timeoutMs: startProcessTimeoutMs,
    effects: 'some',
    result: z.null(),
    async run(context) {
      await startProcess(context, services, context.result(prepare).target);
      return null;
    },
    undo: (context) => undoProcess(context, services, context.resultIfAny(prepare)),
  });
  const active = graph.step({
    name: 'Wait observer active',
    after: [process],
    timeoutMs: waitActiveTimeoutMs,
    effects: 'none',
    result: z.null(),
    async run(context) {
      await waitForActive(context, services, context.result(prepare), waitActiveTimeoutMs - marginMs);
      return null;
    },
    undo: { nothingToUndo: 'It only waits.' },
  });
  const watched = graph.step({
    name: 'Start ocp agent service',
    after: [active],
    timeoutMs: waitActiveTimeoutMs,
    effects: 'none',
    result: z.null(),
    run: (context) => runWatch(context, services, context.result(prepare)),
    undo: { nothingToUndo: 'The agent runs on its own; it is only asked.' },
  });
  const serve = graph.step({
    name: 'Start server',
    after: [watched],
    timeoutMs: startServerTimeoutMs,
    effects: 'some',
    result: z.null(),
    async run(context) {
      await bringIntoService(
        context,
        services,
        context.result(prepare).target,
        startServerTimeoutMs - marginMs,
      );
      return null;
    },
    undo: (context) => undoServe(context, services, context.resultIfAny(prepare)),
  });
  addStatusSteps(graph, services, { after: serve, parameters: input, intent: 'RUNNING', prepared: prepare });
}

async function runPrepare(
  context: StepContext,
  services: OperationServices,
  input: ServerStartParameters,
): Promise<Prepared> {
  const target = await fetchTarget(services, input);
  const { snapshot, why } = await lookAround(services, target);
  const row = findServer(snapshot, target);
  if (snapshot === undefined) context.log.warn(`The cluster cannot be asked yet: ${why}`);
  else if (row === undefined) context.log.warn(`${target.ip}:${target.rpcPort} is not in DBA_OB_SERVERS.`);
  else context.log.info(`The kernel shows ${row.status}${row.stopTime === null ? '' : ', marked stopped'}.`);
  const seen = await inspectOrUnknown(services, target);
  context.log.info(
    seen.process === null ? 'No process is running.' : `Process ${seen.process.pid} is running.`,
  );
  const record = await services.servers.fetch(input.clusterId, input.serverId);
  const former = {
    process: seen.process,
    stopTime: row?.stopTime ?? null,
    startServiceTime: row?.startServiceTime ?? null,
    intent: record?.intent ?? 'RUNNING',
  };
  return { target, former };
}

/** The agent is a daemon of its own; what matters is that it answers and sees the process it shall watch. */
async function runWatch(
  context: StepContext,
  services: OperationServices,
  { target }: Prepared,
): Promise<null> {
  const seen = await inspectOrUnknown(services, target);
  if (seen.process === null)
    throw new StepFailure(`The agent sees no process in ${target.home}; it has ended meanwhile.`);
  context.log.info(`The agent of ${target.ip} sees process ${seen.process.pid}.`);
  return null;
}

/** A process that this task started is stopped again, under the same proof as any stop. */
async function undoProcess(
  context: StepContext,
  services: OperationServices,
  before: Prepared | undefined,
): Promise<void> {
  if (before === undefined || before.former.process !== null) {
    context.log.info('The process ran before this task; it stays.');
    return;
  }
  if (before.former.stopTime === null) {
    context.log.info(
      'The server was not marked stopped before this task, so it was meant to run: the process stays.',
    );
    return;
  }
  const seen = await inspectOrUnknown(services, before.target);
  if (seen.process === null) {
    context.log.info('No process is running; nothing to undo.');
    return;
  }
  await stopProcess(context, services, before.target, { recorded: seen.process, force: false });
  await waitForGone(
    context,
    services,
    before.target,
    seen.process,
    startProcessTimeoutMs - 2 * marginMs - 120_000,
  );
}

async function undoServe(
  context: StepContext,
  services: OperationServices,
  before: Prepared | undefined,
): Promise<void> {
  if (before === undefined || before.former.stopTime === null) {
    context.log.info('The server was not marked stopped before this task; nothing to undo.');
    return;
  }
  await sendStop(context, services, before.target, 'STOP', {
    timeoutMs: startServerTimeoutMs / 2,
    acceptRefusal: false,
  });
  await waitForIsolation(context, services, before.target, startServerTimeoutMs / 2 - marginMs);
}
