/** Starting and stopping an observer's process through the agent of its host, and waiting for what follows. */
import {
  type AgentCommand,
  type InspectResponse,
  type ProcessIdentity,
  startResponse,
} from '@openocp/contract';
import { type Observation, OutcomeUnknown, type StepContext, StepFailure } from '@openocp/engine';
import { formatAddress, isSameAddress } from '../domain/server-address.ts';
import { findUnready } from '../planning/server-readiness.ts';
import { AgentRefusal, AgentUnreachable } from '../remote/agent-client.ts';
import { type FormerState, inspectTarget, lookAround, type ServerTarget } from './server-target.ts';
import type { OperationServices } from './services.ts';

/** A graceful stop takes about 9 s; after this the agent ends the process by force. Milliseconds. */
const graceMs = 30_000;
/** With force the process may well hang, and less patience is right. */
const forcedGraceMs = 12_000;
const signalDeadlineMs = 30_000;
const startDeadlineMs = 60_000;
const lookMs = 250;
/** The agent answers such a look from /proc in a few milliseconds. */
const goneLookMs = 100;

function commandOf(context: StepContext): AgentCommand {
  const { taskId, subtaskId, attempt, fence, mode } = context;
  return { taskId, subtaskId, attempt, fence, mode };
}

/** A command that got no answer may have been carried out: the engine comes back, and the step looks. */
function convertAgentError(error: unknown): Error {
  if (error instanceof AgentUnreachable) return new OutcomeUnknown(error.message, { cause: error });
  if (error instanceof AgentRefusal) return new StepFailure(error.message, { cause: error });
  return error instanceof Error ? error : new Error(String(error));
}

export async function inspectOrUnknown(
  services: OperationServices,
  target: ServerTarget,
): Promise<InspectResponse> {
  return inspectTarget(services, target).catch((error: unknown) => {
    throw convertAgentError(error);
  });
}

/** Starts the process when it does not run; what runs already is left alone. */
export async function startProcess(
  context: StepContext,
  services: OperationServices,
  target: ServerTarget,
): Promise<ProcessIdentity> {
  const seen = await inspectOrUnknown(services, target);
  if (seen.process !== null) {
    context.log.info(`The process is up already, pid ${seen.process.pid}.`);
    return seen.process;
  }
  await context.assertOwned();
  const request = {
    command: commandOf(context),
    home: target.home,
    arguments: [],
    deadlineMs: startDeadlineMs,
  };
  const started = await services.agents
    .start(target.agentUrl, request, context.signal)
    .catch((error: unknown) => {
      throw convertAgentError(error);
    });
  context.log.info(`The agent answered: ${started.outcome}, pid ${started.process.pid}.`);
  return started.process;
}

export interface StopProcessOptions {
  /** The process recorded when the operation was prepared; no other is signalled, but one that the task itself started. */
  readonly recorded: ProcessIdentity;
  /** Less patience with a process that may well hang. */
  readonly force: boolean;
  /** Called right before the signal; rejects when the stop cannot be proven safe. */
  readonly prove: () => Promise<void>;
}

/** Has the agent stop exactly the recorded process, right after the stop has once more been proven safe. */
export async function stopProcess(
  context: StepContext,
  services: OperationServices,
  target: ServerTarget,
  { recorded, force, prove }: StopProcessOptions,
): Promise<void> {
  const seen = await inspectOrUnknown(services, target);
  if (seen.process === null) {
    context.log.info('The process is gone already; no signal is needed.');
    return;
  }
  const isOurs =
    isSameProcess(seen.process, recorded) ||
    (await wasStartedByTask(context, services, target, seen.process));
  if (!isOurs) {
    throw new StepFailure(
      `The process of ${target.home} is pid ${seen.process.pid} now; the operation was prepared for pid ${recorded.pid}. Somebody restarted it: no signal was sent. Check who, then retry the whole operation.`,
    );
  }
  await prove();
  const request = {
    command: commandOf(context),
    home: target.home,
    process: seen.process,
    method: 'graceful' as const,
    graceMs: force ? forcedGraceMs : graceMs,
    deadlineMs: signalDeadlineMs,
  };
  const answer = await services.agents
    .stop(target.agentUrl, request, context.signal)
    .catch((error: unknown) => {
      throw convertAgentError(error);
    });
  const signals = answer.signals.map(({ signal, pid }) => `${signal} to ${pid}`).join(', ');
  context.log.info(`The agent answered: ${answer.outcome}${signals === '' ? '' : ` after ${signals}`}.`);
  if (answer.outcome === 'still-running') {
    throw new StepFailure(
      `Process ${seen.process.pid} of ${target.home} did not exit within ${(request.graceMs + signalDeadlineMs) / 1000} s after ${signals}. Look at the host: the process may be stuck in the kernel.`,
    );
  }
}

/** A retry undoes first, and so starts the process again; that one is the task's own. The agent keeps the record. */
async function wasStartedByTask(
  { taskId }: StepContext,
  services: OperationServices,
  target: ServerTarget,
  process: ProcessIdentity,
): Promise<boolean> {
  const entries = await services.agents.journal(target.agentUrl, target.home).catch((error: unknown) => {
    throw convertAgentError(error);
  });
  return entries
    .filter(({ verb, phase, command }) => verb === 'start' && phase === 'result' && command.taskId === taskId)
    .map(({ detail }) => startResponse.omit({ redelivered: true }).safeParse(detail.response))
    .some((answer) => answer.success && isSameProcess(answer.data.process, process));
}

function isSameProcess(a: ProcessIdentity, b: ProcessIdentity): boolean {
  return a.bootId === b.bootId && a.pid === b.pid && a.startTicks === b.startTicks;
}

/** Waits until the process is gone, its ports are free and no successor has come, seen twice. */
export async function waitForGone(
  context: StepContext,
  services: OperationServices,
  target: ServerTarget,
  recorded: ProcessIdentity | null,
  timeoutMs: number,
): Promise<void> {
  let seenGone = 0;
  await context.waitFor(
    `${target.home} to be without a process and ports ${target.sqlPort}, ${target.rpcPort} to be free`,
    async (): Promise<Observation<null>> => {
      const seen = await inspectOrUnknown(services, target);
      rejectSuccessor(seen, target, recorded);
      const gone = seen.process === null && seen.otherPids.length === 0 && seen.listeningPorts.length === 0;
      seenGone = gone ? seenGone + 1 : 0;
      if (seenGone >= 2) return { done: true, value: null };
      if (gone) return { done: false, evidence: 'gone; looking once more for a successor' };
      return { done: false, evidence: describeRest(seen) };
    },
    { timeoutMs, intervalMs: goneLookMs },
  );
}

function describeRest(seen: InspectResponse): string {
  const pids = [seen.process?.pid ?? [], seen.otherPids].flat();
  const parts = [
    pids.length > 0 ? `still there: pid ${pids.join(', ')}` : '',
    seen.listeningPorts.length > 0 ? `still listening: port ${seen.listeningPorts.join(', ')}` : '',
  ];
  return parts.filter((part) => part !== '').join('; ');
}

function rejectSuccessor(
  seen: InspectResponse,
  target: ServerTarget,
  recorded: ProcessIdentity | null,
): void {
  if (seen.process === null || (recorded !== null && isSameProcess(seen.process, recorded))) return;
  throw new StepFailure(
    `A new process (pid ${seen.process.pid}) runs in ${target.home}: something outside OpenOCP started it again. It was not touched. Find out what restarts it (a service manager, a script), end that, then retry.`,
  );
}

/** A server, and how it was before it was started; tells whether the kernel speaks of this process or of one before. */
export interface StartedServer {
  readonly target: ServerTarget;
  readonly former: FormerState;
}

/** Waits until the servers may take leaders again: ACTIVE, in service, answering, caught up. */
export async function waitForActive(
  context: StepContext,
  services: OperationServices,
  started: readonly StartedServer[],
  timeoutMs: number,
): Promise<void> {
  const clusterId = started[0]?.target.clusterId;
  if (clusterId === undefined) return;
  const waiting = await Promise.all(started.map((server) => describeStart(services, server)));
  const look = async (): Promise<Observation<null>> => {
    const targets = started.map(({ target }) => target);
    const { snapshot } = await lookAround(services, clusterId, targets);
    const unready = await Promise.all(
      waiting.map(async ({ target, formerServiceTime }) => {
        const why = findUnready(snapshot, target, formerServiceTime);
        return why === undefined ? findSilent(services, target) : explainDeath(services, target, why);
      }),
    );
    const [first, ...more] = unready.filter((why) => why !== undefined);
    if (first === undefined) return { done: true, value: null };
    return { done: false, evidence: more.length === 0 ? first : `${first}; and ${more.length} more servers` };
  };
  const names = started.map(({ target }) => formatAddress(target)).join(', ');
  await context.waitFor(`${names} to be ACTIVE and in service`, look, { timeoutMs, intervalMs: lookMs });
}

async function describeStart(services: OperationServices, { target, former }: StartedServer) {
  const seen = await inspectOrUnknown(services, target);
  const restarted =
    seen.process === null || former.process === null || !isSameProcess(seen.process, former.process);
  return { target, formerServiceTime: restarted ? former.startServiceTime : null };
}

/** @returns why the server does not answer SQL itself; undefined when it does. */
async function findSilent(services: OperationServices, target: ServerTarget): Promise<string | undefined> {
  const access = await services.clusters.fetchAccess(target.clusterId);
  const own = {
    ...access,
    key: `${access.key}/server-${target.serverId}`,
    endpoints: access.endpoints.filter((endpoint) => isSameAddress(endpoint, target)),
  };
  try {
    await services.sessions.with(own, {}, (session) => session.execute('SELECT 1', { timeoutMs: 5_000 }));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** A server whose process has died meanwhile will never become active: that is worth failing for. */
async function explainDeath(
  services: OperationServices,
  target: ServerTarget,
  unready: string,
): Promise<string> {
  const seen = await inspectTarget(services, target).catch(() => undefined);
  if (seen !== undefined && seen.process === null) {
    throw new StepFailure(
      `The process of ${target.home} has ended while it was starting; see ${target.home}/log/observer.log. Last seen: ${unready}.`,
    );
  }
  return unready;
}
