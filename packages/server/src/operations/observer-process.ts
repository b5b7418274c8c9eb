/** Starting and stopping an observer's process through the agent of its host. */
import {
  type AgentCommand,
  type InspectResponse,
  type JournalEntry,
  type PrepareResponse,
  type ProcessIdentity,
  startResponse,
} from '@openocp/contract';
import { type Observation, OutcomeUnknown, type StepContext, StepFailure } from '@openocp/engine';
import { AgentRefusal, AgentUnreachable } from '../remote/agent-client.ts';
import { isSameProcess } from './same-process.ts';
import {
  type HomeSight,
  inspectTarget,
  inspectWithPorts,
  onHost,
  type ServerTarget,
} from './server-target.ts';
import { fetchShownNow } from './service-proof.ts';
import type { OperationServices } from './services.ts';

/** A graceful stop takes about 9 s; after this the agent ends the process by force. Milliseconds. */
const graceMs = 30_000;
/** With force the process may well hang, and less patience is right. */
const forcedGraceMs = 12_000;
const signalDeadlineMs = 30_000;
const startDeadlineMs = 60_000;
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

function answered<Answer>(asked: Promise<Answer>): Promise<Answer> {
  return asked.catch((error: unknown) => {
    throw convertAgentError(error);
  });
}

export async function inspectOrUnknown(
  services: OperationServices,
  target: ServerTarget,
): Promise<HomeSight> {
  return answered(inspectTarget(services, target));
}

/** The same, and which of the server's ports are taken. */
export async function inspectPortsOrUnknown(
  services: OperationServices,
  target: ServerTarget,
): Promise<InspectResponse> {
  return answered(inspectWithPorts(services, target));
}

/**
 * Starts the process when it does not run; what runs already is left alone.
 * @param parameters of the command line; a server that ran before needs none.
 */
export async function startProcess(
  context: StepContext,
  services: OperationServices,
  target: ServerTarget,
  parameters: readonly string[] = [],
): Promise<ProcessIdentity> {
  const seen = await inspectOrUnknown(services, target);
  if (seen.process !== null) {
    context.log.info(`The process is up already, pid ${seen.process.pid}.`);
    return seen.process;
  }
  const { agentUrl, home } = onHost(target);
  const shownBefore = await fetchShownNow(services, target);
  await context.assertOwned();
  const request = {
    command: commandOf(context),
    home,
    arguments: [...parameters],
    deadlineMs: startDeadlineMs,
    ...(shownBefore === undefined ? {} : { shownBefore }),
  };
  const started = await answered(services.agents.start(agentUrl, request, context.signal));
  context.log.info(`The agent answered: ${started.outcome}, pid ${started.process.pid}.`);
  return started.process;
}

/** Makes the folders of a new server's home. */
export async function prepareHome(
  context: StepContext,
  services: OperationServices,
  target: ServerTarget,
): Promise<PrepareResponse> {
  const { agentUrl, home } = onHost(target);
  await context.assertOwned();
  const request = { command: commandOf(context), home };
  return answered(services.agents.prepare(agentUrl, request, context.signal));
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
  const { agentUrl, home } = onHost(target);
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
      `The process of ${home} is pid ${seen.process.pid} now; the operation was prepared for pid ${recorded.pid}. Somebody restarted it: no signal was sent. Check who, then retry the whole operation.`,
    );
  }
  await prove();
  const request = {
    command: commandOf(context),
    home,
    process: seen.process,
    method: 'graceful' as const,
    graceMs: force ? forcedGraceMs : graceMs,
    deadlineMs: signalDeadlineMs,
  };
  const answer = await answered(services.agents.stop(agentUrl, request, context.signal));
  const signals = answer.signals.map(({ signal, pid }) => `${signal} to ${pid}`).join(', ');
  context.log.info(`The agent answered: ${answer.outcome}${signals === '' ? '' : ` after ${signals}`}.`);
  if (answer.outcome === 'still-running') {
    throw new StepFailure(
      `Process ${seen.process.pid} of ${home} did not exit within ${(request.graceMs + signalDeadlineMs) / 1000} s after ${signals}. Look at the host: the process may be stuck in the kernel.`,
    );
  }
}

/** A retry undoes first, and so starts the process again; that one is the task's own. The agent keeps the record. */
function wasStartedByTask(
  { taskId }: StepContext,
  services: OperationServices,
  target: ServerTarget,
  process: ProcessIdentity,
): Promise<boolean> {
  return wasStartedBy((command) => command.taskId === taskId, services, target, process);
}

/** Whether the process is what this very step has started, in this run or one before. */
export function wasStartedByStep(
  { subtaskId }: StepContext,
  services: OperationServices,
  target: ServerTarget,
  process: ProcessIdentity,
): Promise<boolean> {
  return wasStartedBy((command) => command.subtaskId === subtaskId, services, target, process);
}

/** What the agent has done in the home, oldest first. */
export async function fetchJournal(
  services: OperationServices,
  target: ServerTarget,
): Promise<JournalEntry[]> {
  const { agentUrl, home } = onHost(target);
  return answered(services.agents.journal(agentUrl, home));
}

async function wasStartedBy(
  isWanted: (command: AgentCommand) => boolean,
  services: OperationServices,
  target: ServerTarget,
  process: ProcessIdentity,
): Promise<boolean> {
  const entries = await fetchJournal(services, target);
  return entries
    .filter(({ verb, phase, command }) => verb === 'start' && phase === 'result' && isWanted(command))
    .map(({ detail }) => startResponse.omit({ redelivered: true }).safeParse(detail.response))
    .some((answer) => answer.success && isSameProcess(answer.data.process, process));
}

/** Waits until the process is gone, its ports are free and no successor has come, seen twice. */
export async function waitForGone(
  context: StepContext,
  services: OperationServices,
  target: ServerTarget,
  recorded: ProcessIdentity | null,
  timeoutMs: number,
): Promise<void> {
  await lookWhenGone(context, services, target, recorded, timeoutMs, async () => null);
}

/** The same, and another look beside the second one: begun when the process was gone, and as fresh as that it still is. */
export async function lookWhenGone<Seen>(
  context: StepContext,
  services: OperationServices,
  target: ServerTarget,
  recorded: ProcessIdentity | null,
  timeoutMs: number,
  lookBeside: () => Promise<Seen>,
): Promise<Seen> {
  let seenGone = 0;
  return context.waitFor(
    `${target.home} to be without a process and ports ${target.sqlPort}, ${target.rpcPort} to be free`,
    async (): Promise<Observation<Seen>> => {
      const beside = seenGone === 0 ? undefined : lookBeside();
      // It counts only if the process is still gone.
      beside?.catch(() => undefined);
      const seen = await inspectPortsOrUnknown(services, target);
      rejectSuccessor(seen, target, recorded);
      const gone = seen.process === null && seen.otherPids.length === 0 && seen.listeningPorts.length === 0;
      seenGone = gone ? seenGone + 1 : 0;
      if (seenGone >= 2 && beside !== undefined) return { done: true, value: await beside };
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
