/** Submits an operation for a caller, and tells conflicts in OCP's words. */
import { OcpError } from '@openocp/contract';
import {
  ClaimConflict,
  type Engine,
  EngineUnavailable,
  IdempotencyConflict,
  type JsonValue,
  type Task,
} from '@openocp/engine';
import type { Caller } from './app.ts';

export interface TaskRequest {
  /** Name of the operation. */
  readonly operation: string;
  readonly parameters: JsonValue;
  readonly attributes: Readonly<Record<string, JsonValue>>;
  /** The cluster it works on; one unfinished operation each. */
  readonly cluster: { readonly id: number; readonly name: string };
}

/** The claim that an operation holds on a cluster until it ends. */
export function clusterClaim(clusterId: number): string {
  return `cluster:${clusterId}`;
}

/** @throws OcpError CLUSTER_OPERATION_UNFINISHED, CONFLICT */
export async function submitTask(engine: Engine, caller: Caller, request: TaskRequest): Promise<Task> {
  const { operation, parameters, attributes, cluster } = request;
  try {
    return await engine.submit({
      operation,
      parameters,
      attributes,
      submitter: { id: caller.userId, name: caller.username },
      claims: [clusterClaim(cluster.id)],
    });
  } catch (cause) {
    if (cause instanceof ClaimConflict) {
      const { taskId, taskName, submitter } = cause.holder;
      const args = { taskId, taskName, username: submitter.name, cluster: cluster.name };
      throw new OcpError('CLUSTER_OPERATION_UNFINISHED', args, { cause, details: { taskId } });
    }
    if (cause instanceof IdempotencyConflict || cause instanceof EngineUnavailable) {
      throw new OcpError('CONFLICT', { reason: cause.message }, { cause });
    }
    throw cause;
  }
}
