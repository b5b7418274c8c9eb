/** What every operation on a server records before it changes anything: the process, and the state to go back to. */
import type { StepContext } from '@openocp/engine';
import { z } from 'zod';
import { type ClusterSnapshot, findServer } from '../domain/cluster-snapshot.ts';
import { zoneStatusIn } from './kernel-service.ts';
import { inspectOrUnknown } from './observer-process.ts';
import { fetchTarget, formerState, serverTarget } from './server-target.ts';
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

export interface ServerKey {
  readonly clusterId: number;
  readonly serverId: number;
}

export async function recordServer(
  context: StepContext,
  services: OperationServices,
  key: ServerKey,
  snapshot: ClusterSnapshot | undefined,
  overridden: readonly string[] = [],
): Promise<PreparedServer> {
  const target = await fetchTarget(services, key);
  const row = findServer(snapshot, target);
  if (snapshot !== undefined && row === undefined)
    context.log.warn(`${target.ip}:${target.rpcPort} is not in DBA_OB_SERVERS.`);
  if (row !== undefined)
    context.log.info(`The kernel shows ${row.status}${row.stopTime === null ? '' : ', marked stopped'}.`);
  const seen = await inspectOrUnknown(services, target);
  if (seen.process === null) context.log.warn(`No process of ${target.home} is running.`);
  else
    context.log.info(
      `Recorded process: pid ${seen.process.pid}, ${seen.process.executable}, start ${seen.process.startTicks}.`,
    );
  const record = await services.servers.fetch(key.clusterId, key.serverId);
  return {
    target,
    former: {
      process: seen.process,
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
