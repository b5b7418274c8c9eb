/**
 * Marking servers and zones stopped or started in the kernel. Statements are sent again where the kernel, or a lost connection,
 * leaves it open whether they worked: both are idempotent, and the views are what is believed in the end.
 */
import { type Observation, type StepContext, StepFailure } from '@openocp/engine';
import { type ClusterSnapshot, findServer } from '../domain/cluster-snapshot.ts';
import { formatAddress, type ServerAddress } from '../domain/server-address.ts';
import { findUnisolated } from '../planning/stop-plan.ts';
import { describeTargets, type StopSubject } from '../planning/stop-subject.ts';
import { ConnectionFailure, KernelError } from '../remote/oceanbase/kernel-error.ts';
import { type StopKind, startServer, stopServer } from '../remote/oceanbase/server-statements.ts';
import { startZone, stopZone } from '../remote/oceanbase/zone-statements.ts';
import { lookAround, type ServerTarget } from './server-target.ts';
import type { OperationServices } from './services.ts';

/** How long one statement may run before it is sent again. Milliseconds. */
const statementTimeoutMs = 60_000;
const resendMs = 1_000;
const lookMs = 250;
/** The kernel answers when most leaders have left already. */
const firstLookMs = 50;

export type Statement = 'acknowledged' | { readonly refused: string };

interface SendOptions {
  readonly timeoutMs: number;
  /** Whether a refusal is an answer (with force), or the end. */
  readonly acceptRefusal: boolean;
}

/** Sends STOP SERVER, or FORCE STOP SERVER, until the kernel has answered for good. */
export function sendStop(
  context: StepContext,
  services: OperationServices,
  target: ServerTarget,
  kind: StopKind,
  options: SendOptions,
): Promise<Statement> {
  const about = { clusterId: target.clusterId, avoid: [target], what: `${kind} SERVER to be acknowledged` };
  return send(context, services, about, options, (session) =>
    stopServer(session, kind, target, statementTimeoutMs),
  );
}

function sendStart(
  context: StepContext,
  services: OperationServices,
  target: ServerTarget,
  timeoutMs: number,
): Promise<Statement> {
  const about = { clusterId: target.clusterId, avoid: [target], what: 'START SERVER to be acknowledged' };
  return send(context, services, about, { timeoutMs, acceptRefusal: false }, (session) =>
    startServer(session, target, statementTimeoutMs),
  );
}

/** A zone, and its servers, which are asked last. */
export interface ZoneTarget {
  readonly clusterId: number;
  readonly zone: string;
  readonly servers: readonly ServerAddress[];
}

/** Sends STOP ZONE, or FORCE STOP ZONE, until the kernel has answered for good. */
export function sendStopZone(
  context: StepContext,
  services: OperationServices,
  { clusterId, zone, servers }: ZoneTarget,
  kind: StopKind,
  options: SendOptions,
): Promise<Statement> {
  const about = { clusterId, avoid: servers, what: `${kind} ZONE to be acknowledged` };
  return send(context, services, about, options, (session) =>
    stopZone(session, kind, zone, statementTimeoutMs),
  );
}

type Send = Parameters<typeof stopServer>[0];

interface SendSubject {
  readonly clusterId: number;
  readonly avoid: readonly ServerAddress[];
  readonly what: string;
}

async function send(
  context: StepContext,
  services: OperationServices,
  { clusterId, avoid, what }: SendSubject,
  { timeoutMs, acceptRefusal }: SendOptions,
  statement: (session: Send) => Promise<void>,
): Promise<Statement> {
  const access = await services.clusters.fetchAccess(clusterId);
  const attempt = async (): Promise<Observation<Statement>> => {
    await context.assertOwned();
    const session = await services.sessions.open(access, { avoid });
    const abort = () => session.close();
    context.signal.addEventListener('abort', abort, { once: true });
    try {
      context.log.info(`Asking ${session.endpoint.ip}:${session.endpoint.sqlPort}`);
      await statement(session);
      return { done: true, value: 'acknowledged' };
    } finally {
      context.signal.removeEventListener('abort', abort);
      session.close();
    }
  };
  // Unlike a look, a statement changes something: this must not end before the statement has.
  let inFlight: Promise<unknown> = Promise.resolve();
  const look = () => {
    const answered = attempt().catch((error: unknown) => judge(error, acceptRefusal));
    inFlight = answered.catch(() => undefined);
    return answered;
  };
  try {
    return await context.waitFor(what, look, { timeoutMs, intervalMs: resendMs });
  } finally {
    await inFlight;
  }
}

function judge(error: unknown, acceptRefusal: boolean): Observation<Statement> {
  if (error instanceof ConnectionFailure) return { done: false, evidence: error.message };
  if (!(error instanceof KernelError)) throw error;
  if (error.class === 'retry') return { done: false, evidence: error.message };
  if (error.class === 'refusal' && acceptRefusal) return { done: true, value: { refused: error.message } };
  throw new StepFailure(error.message, { cause: error });
}

/** Waits until the views show what was stopped as stopped, and without leaders. */
export async function waitForIsolation(
  context: StepContext,
  services: OperationServices,
  clusterId: number,
  subject: StopSubject,
  timeoutMs: number,
): Promise<void> {
  await context.waitFor(
    `leaders to leave ${describeTargets(subject)}`,
    async (): Promise<Observation<null>> => {
      const { snapshot, why } = await lookAround(services, clusterId, subject.targets);
      if (snapshot === undefined) return { done: false, evidence: why };
      const problems = findUnisolated(snapshot, subject);
      if (problems === undefined)
        return { done: false, evidence: 'the views of servers and leaders cannot be read' };
      if (problems.length === 0) return { done: true, value: null };
      return { done: false, evidence: problems.join('; ') };
    },
    { timeoutMs, intervalMs: lookMs, firstIntervalMs: firstLookMs },
  );
}

/** Clears the stop mark and waits until the views show that. */
export async function bringIntoService(
  context: StepContext,
  services: OperationServices,
  target: ServerTarget,
  timeoutMs: number,
): Promise<void> {
  await sendStart(context, services, target, timeoutMs);
  await context.waitFor(
    `${formatAddress(target)} to be shown in service`,
    async (): Promise<Observation<null>> => {
      const { snapshot, why } = await lookAround(services, target.clusterId, [target]);
      if (snapshot === undefined) return { done: false, evidence: why };
      if (!snapshot.servers.ok) return { done: false, evidence: snapshot.servers.reason };
      const row = findServer(snapshot, target);
      if (row !== undefined && row.stopTime === null) return { done: true, value: null };
      return { done: false, evidence: 'the stop mark is still shown' };
    },
    { timeoutMs, intervalMs: lookMs, firstIntervalMs: firstLookMs },
  );
}

/** STATUS of the zone in DBA_OB_ZONES; undefined when it cannot be seen. */
export function zoneStatusIn(snapshot: ClusterSnapshot | undefined, zone: string): string | undefined {
  return snapshot?.zones.ok ? snapshot.zones.rows.find(({ name }) => name === zone)?.status : undefined;
}

/** Makes a zone ACTIVE. START ZONE refuses an ACTIVE zone, so each try looks before it asks. */
export async function bringZoneIntoService(
  context: StepContext,
  services: OperationServices,
  target: ZoneTarget,
  timeoutMs: number,
): Promise<void> {
  const { clusterId, zone } = target;
  const look = async (): Promise<boolean> =>
    zoneStatusIn((await lookAround(services, clusterId, [])).snapshot, zone) === 'ACTIVE';
  if (await look()) {
    context.log.info(`Zone ${zone} is ACTIVE already.`);
    return;
  }
  const about = { clusterId, avoid: [], what: 'START ZONE to be acknowledged' };
  await send(context, services, about, { timeoutMs, acceptRefusal: false }, async (session) => {
    if (await look()) return;
    await startZone(session, zone, statementTimeoutMs);
  });
  await context.waitFor(
    `zone ${zone} to be shown ACTIVE`,
    async (): Promise<Observation<null>> =>
      (await look()) ? { done: true, value: null } : { done: false, evidence: 'it is shown INACTIVE' },
    { timeoutMs, intervalMs: lookMs, firstIntervalMs: firstLookMs },
  );
}
