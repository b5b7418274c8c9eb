/**
 * Adding servers to a cluster and deleting them, in the kernel. The views are what is believed in the end: a statement
 * whose answer was lost is looked up before it is sent again.
 */
import { type Observation, type StepContext, StepFailure } from '@openocp/engine';
import { findServer } from '../domain/cluster-snapshot.ts';
import { formatAddress, type ServerAddress } from '../domain/server-address.ts';
import { findHoldings } from '../planning/server-holdings.ts';
import type { Session } from '../remote/oceanbase/session.ts';
import { addServer, cancelDeleteServer, deleteServer } from '../remote/oceanbase/topology-statements.ts';
import { send } from './kernel-service.ts';
import { lookAround } from './server-target.ts';
import type { OperationServices } from './services.ts';

/** Servers of one request; as many as the API takes. */
export const mostMembers = 100;

/** A server of a cluster, or one that is to be. */
export interface Member extends ServerAddress {
  readonly clusterId: number;
  readonly zone: string;
}

const statementTimeoutMs = 60_000;
const lookMs = 500;
/** How long a sick cluster may take to prove that a server holds nothing. Milliseconds. */
const proofTimeoutMs = 15_000;

/** STATUS of DBA_OB_SERVERS, or `none`. @throws StepFailure when that cannot be read. */
async function fetchKernelStatus(services: OperationServices, target: Member): Promise<string> {
  const { snapshot, why } = await lookAround(services, target.clusterId, [target]);
  if (snapshot === undefined) throw new StepFailure(`The cluster does not answer: ${why}`);
  if (!snapshot.servers.ok)
    throw new StepFailure(`DBA_OB_SERVERS cannot be read: ${snapshot.servers.reason}`);
  return findServer(snapshot, target)?.status ?? 'none';
}

async function tell(
  context: StepContext,
  services: OperationServices,
  target: Member,
  statement: string,
  timeoutMs: number,
  execute: (session: Session) => Promise<void>,
): Promise<void> {
  const about = {
    clusterId: target.clusterId,
    avoid: [target],
    what: `${statement} to be acknowledged`,
  };
  await send(context, services, about, { timeoutMs, acceptRefusal: false }, execute);
}

/** Adds a running, empty server; one that is there already is left as it is. */
export async function joinCluster(
  context: StepContext,
  services: OperationServices,
  target: Member,
  timeoutMs: number,
): Promise<void> {
  const address = formatAddress(target);
  if ((await fetchKernelStatus(services, target)) !== 'none') {
    context.log.info(`${address} is part of the cluster already.`);
    return;
  }
  await tell(context, services, target, `ADD SERVER ${address}`, timeoutMs, async (session) => {
    // Sent again after a lost answer, it would find its own work.
    if ((await fetchKernelStatus(services, target)) === 'none')
      await addServer(session, target, target.zone, statementTimeoutMs);
  });
  context.log.info(`${address} was added to ${target.zone}.`);
}

/** Begins to delete a server; one that is gone, or going, is left alone. */
export async function leaveCluster(
  context: StepContext,
  services: OperationServices,
  target: Member,
  timeoutMs: number,
): Promise<void> {
  const address = formatAddress(target);
  await tell(context, services, target, `DELETE SERVER ${address}`, timeoutMs, async (session) => {
    const status = await fetchKernelStatus(services, target);
    if (status !== 'none' && status !== 'DELETING') await deleteServer(session, target, statementTimeoutMs);
  });
  context.log.info(`The kernel empties ${address}.`);
}

/** Takes a deletion back that has not ended. @throws StepFailure when the server is gone. */
export async function stayInCluster(
  context: StepContext,
  services: OperationServices,
  target: Member,
  timeoutMs: number,
): Promise<void> {
  const address = formatAddress(target);
  const status = await fetchKernelStatus(services, target);
  if (status === 'none' && context.isRetry) {
    context.log.info(`${address} has left the cluster already; nothing to take back.`);
    return;
  }
  if (status === 'none')
    throw new StepFailure(
      `${address} has left the cluster for good; its deletion cannot be taken back. Add the server again, with an empty home.`,
    );
  if (status !== 'DELETING') {
    context.log.info(`${address} is not being deleted; nothing to undo.`);
    return;
  }
  await tell(context, services, target, `CANCEL DELETE SERVER ${address}`, timeoutMs, async (session) => {
    if ((await fetchKernelStatus(services, target)) === 'DELETING')
      await cancelDeleteServer(session, target, statementTimeoutMs);
  });
  context.log.info(`${address} stays in the cluster.`);
}

/** Waits until the kernel has removed the servers. */
export async function waitUntilLeft(
  context: StepContext,
  services: OperationServices,
  targets: readonly Member[],
  timeoutMs: number,
): Promise<void> {
  const [first] = targets;
  if (first === undefined) return;
  await context.waitFor(
    `${targets.map(formatAddress).join(', ')} to be empty and removed by the kernel`,
    async (): Promise<Observation<null>> => {
      const { snapshot, why } = await lookAround(services, first.clusterId, targets);
      if (snapshot === undefined) return { done: false, evidence: why };
      if (!snapshot.servers.ok) return { done: false, evidence: snapshot.servers.reason };
      const left = targets.filter((target) => findServer(snapshot, target) !== undefined);
      if (left.length === 0) return { done: true, value: null };
      const holdings = left.map((target) => {
        const held = findHoldings(snapshot, target);
        return `${formatAddress(target)} holds ${'reason' in held ? `what cannot be told (${held.reason})` : `${held.length} replicas and votes`}`;
      });
      return { done: false, evidence: holdings.join('; ') };
    },
    { timeoutMs, intervalMs: lookMs },
  );
}

/**
 * The proof that the process of a server may end without STOP SERVER: no log stream has a replica or a vote there, seen
 * in this very step.
 */
export async function proveEmpty(
  context: StepContext,
  services: OperationServices,
  target: Member,
): Promise<void> {
  await context.waitFor(
    `proof that ${formatAddress(target)} holds no replica`,
    async (): Promise<Observation<null>> => {
      const { snapshot, why } = await lookAround(services, target.clusterId, [target]);
      await context.assertOwned();
      if (snapshot === undefined) return { done: false, evidence: why };
      const held = findHoldings(snapshot, target);
      if ('reason' in held) return { done: false, evidence: held.reason };
      if (held.length === 0) return { done: true, value: null };
      return { done: false, evidence: `it holds ${held.join(', ')}` };
    },
    { timeoutMs: proofTimeoutMs, intervalMs: lookMs },
  );
}
