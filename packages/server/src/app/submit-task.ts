/** Submits an operation for a caller, and tells conflicts in OCP's words. */
import type { Engine, JsonValue, Task } from '@openocp/engine';
import type { Caller } from './app.ts';
import { convertEngineError } from './engine-errors.ts';
import { markOf } from './repeated-requests.ts';

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

/** @throws OcpError CLUSTER_OPERATION_UNFINISHED, CONFLICT, ENGINE_UNAVAILABLE */
export async function submitTask(engine: Engine, caller: Caller, request: TaskRequest): Promise<Task> {
  const { operation, parameters, attributes, cluster } = request;
  const { repeatable } = caller;
  try {
    return await engine.submit({
      operation,
      parameters,
      attributes: repeatable === undefined ? attributes : { ...attributes, ...markOf(repeatable) },
      submitter: { id: caller.userId, name: caller.username },
      claims: [clusterClaim(cluster.id)],
      onConflict: caller.onConflict ?? 'refuse',
      ...(repeatable === undefined ? {} : { idempotencyKey: repeatable.key }),
    });
  } catch (error) {
    throw convertEngineError(error, { cluster: cluster.name });
  }
}
