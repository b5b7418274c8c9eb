/** What every operation on a server records before it changes anything: the process, and the state to go back to. */
import type { ProcessIdentity } from '@openocp/contract';
import type { StepContext } from '@openocp/engine';
import { z } from 'zod';
import { hasAgent } from '../domain/agent-host.ts';
import { type ClusterSnapshot, findServer } from '../domain/cluster-snapshot.ts';
import { zoneStatusIn } from './kernel-service.ts';
import { inspectOrUnknown } from './observer-process.ts';
import {
  type AgentNeed,
  fetchTarget,
  formerState,
  type ServerKey,
  type ServerTarget,
  serverTarget,
} from './server-target.ts';
import type { OperationServices } from './services.ts';

export const preparedServer = z.strictObject({
  target: serverTarget,
  former: formerState,
  /** Whether the cluster could be asked when this was prepared. */
  kernelReachable: z.boolean().default(true),
  /** Names of the checks that an override went past. */
  overridden: z.array(z.string()).default([]),
});
export type PreparedServer = z.infer<typeof preparedServer>;

export async function recordServer(
  context: StepContext,
  services: OperationServices,
  key: ServerKey,
  snapshot: ClusterSnapshot | undefined,
  overridden: readonly string[] = [],
  agent: AgentNeed = 'needed',
): Promise<PreparedServer> {
  const target = await fetchTarget(services, key, agent);
  const row = findServer(snapshot, target);
  if (snapshot !== undefined && row === undefined)
    context.log.warn(`${target.ip}:${target.rpcPort} is not in DBA_OB_SERVERS.`);
  if (row !== undefined)
    context.log.info(`The kernel shows ${row.status}${row.stopTime === null ? '' : ', marked stopped'}.`);
  const process = await findIdentity(context, services, target);
  const record = await services.servers.fetch(key.clusterId, key.serverId);
  return {
    target,
    former: {
      process,
      stopTime: row?.stopTime ?? null,
      startServiceTime: row?.startServiceTime ?? null,
      intent: record?.intent ?? 'RUNNING',
      zoneStopped: (zoneStatusIn(snapshot, target.zone) ?? 'ACTIVE') !== 'ACTIVE',
      ownIntent: record?.ownIntent ?? 'RUNNING',
    },
    kernelReachable: snapshot !== undefined,
    overridden: [...overridden],
  };
}

/** @returns null when none runs, and when no agent can tell. */
async function findIdentity(
  context: StepContext,
  services: OperationServices,
  target: ServerTarget,
): Promise<ProcessIdentity | null> {
  if (!hasAgent(target)) {
    context.log.info('No agent is connected on this host: only what SQL does is done.');
    return null;
  }
  const { process } = await inspectOrUnknown(services, target);
  if (process === null) context.log.warn(`No process of ${target.home} is running.`);
  else
    context.log.info(
      `Recorded process: pid ${process.pid}, ${process.executable}, start ${process.startTicks}.`,
    );
  return process;
}
