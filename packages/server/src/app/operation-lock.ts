/** The operation that holds a cluster, as the API shows it and as a refusal names it. */
import { formatDateTime, OcpError, type OperationLock } from '@openocp/contract';
import type { Holder, OperationProgress } from '../planning/operation-phase.ts';

function viewLock(holder: Holder): OperationLock {
  const { taskId, taskName, status, username, since, serverIds, zoneNames } = holder;
  const servers = serverIds.length === 0 ? '' : ` of server ${serverIds.join(', ')}`;
  const zones = zoneNames.length === 0 ? '' : ` in zone ${zoneNames.join(', ')}`;
  const reason = `${taskName}${servers}${zones}`;
  return { taskId, taskStatus: status, owner: username, reason, since: formatDateTime(since) };
}

/** The lock of the whole cluster, and the queue behind it. */
export function viewClusterLock(progress: OperationProgress | undefined): {
  lock?: OperationLock;
  lockQueue?: OperationLock[];
} {
  if (progress === undefined) return {};
  const { holder, queue } = progress;
  return {
    lock: viewLock(holder),
    ...(queue.length === 0 ? {} : { lockQueue: queue.map(viewLock) }),
  };
}

/** The lock of a part of the cluster: only when the operation works on that part. */
export function viewPartLock(
  progress: OperationProgress | undefined,
  isPart: (progress: OperationProgress) => boolean,
): { lock?: OperationLock } {
  return progress !== undefined && isPart(progress) ? { lock: viewLock(progress.holder) } : {};
}

/** OCP's refusal of an operation while another one is unfinished, with the lock in its details. */
export function operationUnfinished(holder: Holder, cluster: string, options?: ErrorOptions): OcpError {
  const { taskId, taskName, username } = holder;
  const details = { taskId, lock: viewLock(holder) };
  const args = { taskId, taskName, username, cluster };
  return new OcpError('CLUSTER_OPERATION_UNFINISHED', args, { ...options, details });
}
