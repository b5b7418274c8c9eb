/** Waiting until started servers are in service: what the kernel shows, proven to be of the processes that run now. */
import type { ProcessIdentity } from '@openocp/contract';
import { type Observation, type StepContext, StepFailure } from '@openocp/engine';
import { formatAddress, isSameAddress } from '../domain/server-address.ts';
import { findUnready, type ServiceProof } from '../planning/server-readiness.ts';
import { fetchJournal, inspectOrUnknown } from './observer-process.ts';
import { isSameProcess } from './same-process.ts';
import { inspectTarget, lookAround, onHost, type ServerTarget } from './server-target.ts';
import { findShownBefore } from './service-proof.ts';
import type { OperationServices } from './services.ts';

const lookMs = 250;

interface Starting {
  readonly target: ServerTarget;
  readonly process: ProcessIdentity;
  readonly shownBefore: ServiceProof['shownBefore'];
  /** When the process began, on the monotonic clock of this control plane, or later. Milliseconds. */
  readonly upSinceMs: number;
}

/** Waits until the servers may take leaders again: ACTIVE, in service, answering, caught up. */
export async function waitForActive(
  context: StepContext,
  services: OperationServices,
  started: readonly { readonly target: ServerTarget }[],
  timeoutMs: number,
): Promise<void> {
  const clusterId = started[0]?.target.clusterId;
  if (clusterId === undefined) return;
  const targets = started.map(({ target }) => target);
  const waiting = await Promise.all(targets.map((target) => describeStart(services, target)));
  const look = async (): Promise<Observation<null>> => {
    const { snapshot } = await lookAround(services, clusterId, targets);
    const unready = await Promise.all(
      waiting.map(async (starting) => {
        const upMs = services.now() - starting.upSinceMs;
        const proof = { shownBefore: starting.shownBefore, upMs };
        const why =
          findUnready(snapshot, starting.target, proof) ?? (await findSilent(services, starting.target));
        await confirmRuns(services, starting, why);
        return why;
      }),
    );
    const [first, ...more] = unready.filter((why) => why !== undefined);
    if (first === undefined) return { done: true, value: null };
    return { done: false, evidence: more.length === 0 ? first : `${first}; and ${more.length} more servers` };
  };
  const names = targets.map(formatAddress).join(', ');
  await context.waitFor(`${names} to be ACTIVE and in service`, look, { timeoutMs, intervalMs: lookMs });
}

async function describeStart(services: OperationServices, target: ServerTarget): Promise<Starting> {
  const asked = services.now();
  const { process, upMs } = await inspectOrUnknown(services, target);
  if (process === null) throw await ended(services, target);
  const shownBefore = findShownBefore(await fetchJournal(services, target), process);
  return { target, process, shownBefore, upSinceMs: asked - (upMs ?? 0) };
}

/** @returns why the server does not answer SQL itself; undefined when it does. */
export async function findSilent(
  services: OperationServices,
  target: ServerTarget,
): Promise<string | undefined> {
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

/**
 * A server whose process has died meanwhile will never become active, and one whose process is another is not what was
 * waited for: both are worth failing for. An agent that does not answer hinders only a server that looks ready.
 */
async function confirmRuns(
  services: OperationServices,
  { target, process }: Starting,
  unready: string | undefined,
): Promise<void> {
  const seen =
    unready === undefined
      ? await inspectOrUnknown(services, target)
      : await inspectTarget(services, target).catch(() => undefined);
  if (seen === undefined) return;
  if (seen.process === null) throw await ended(services, target, unready);
  if (!isSameProcess(seen.process, process))
    throw new StepFailure(
      `The process of ${target.home} is pid ${seen.process.pid} now; pid ${process.pid} was waited for. Somebody restarted it: find out who or what, then retry.`,
    );
}

/**
 * With the process's own reason where its agent can tell it: what it said as a daemon is in its log alone. A retry of the wait
 * would start no process, so that is not what is advised.
 */
async function ended(
  { agents }: OperationServices,
  target: ServerTarget,
  unready?: string,
): Promise<StepFailure> {
  const { agentUrl, home } = onHost(target);
  // The agent may be too old to know the question, or gone; that must not hide what is known.
  const words = await agents.lastWords(agentUrl, home).catch(() => []);
  const log = `${home}/log/observer.log`;
  if (words.length > 0)
    return new StepFailure(
      `The process of ${home} has ended while it was starting. ${log} ends: ${words.join(' | ')}. Mend the cause, roll the task back, then ask again.`,
    );
  if (unready === undefined)
    return new StepFailure(`The process of ${home} has ended while it was starting; see ${log}.`);
  return new StepFailure(
    `The process of ${home} has ended while it was starting; see ${log}. Last seen: ${unready}.`,
  );
}
