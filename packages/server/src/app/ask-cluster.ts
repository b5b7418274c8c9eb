/** Asks a managed cluster something by SQL, through whichever of its servers answers, and tells failures in OCP's words. */
import { OcpError } from '@openocp/contract';
import { z } from 'zod';
import type { ClusterSessions } from '../remote/oceanbase/cluster-sessions.ts';
import { ConnectionFailure, KernelError } from '../remote/oceanbase/kernel-error.ts';
import type { Session } from '../remote/oceanbase/session.ts';
import type { Cluster, ClusterStore } from '../store/clusters.ts';

export interface AskServices {
  readonly clusters: ClusterStore;
  readonly sessions: ClusterSessions;
}

/** @throws OcpError CLUSTER_NOT_FOUND */
export async function requireCluster(clusters: ClusterStore, clusterId: number): Promise<Cluster> {
  const cluster = await clusters.fetch(clusterId);
  if (cluster === undefined) throw new OcpError('CLUSTER_NOT_FOUND', { clusterId });
  return cluster;
}

/**
 * For questions only: one whose server dies in the middle is asked again, elsewhere.
 * @throws OcpError CLUSTER_NOT_FOUND, CLUSTER_UNREACHABLE, OCEANBASE_OPERATION_FAILED
 */
export async function askCluster<T>(
  services: AskServices,
  clusterId: number,
  ask: (session: Session) => Promise<T>,
): Promise<T> {
  const cluster = await requireCluster(services.clusters, clusterId);
  const access = await services.clusters.fetchAccess(clusterId);
  try {
    return await services.sessions.with(access, {}, ask).catch((error: unknown) => {
      if (!(error instanceof ConnectionFailure) || !error.sent) throw error;
      return services.sessions.with(access, {}, ask);
    });
  } catch (error) {
    throw convertClusterError(error, cluster);
  }
}

/** Whatever `remote/oceanbase` throws, for an answer. */
export function convertClusterError(error: unknown, cluster: Pick<Cluster, 'name'>): unknown {
  const { name } = cluster;
  // The text of the error ends its sentence itself.
  const reason = (words: string) => words.replace(/\.$/, '');
  if (error instanceof ConnectionFailure) {
    return new OcpError(
      'CLUSTER_UNREACHABLE',
      { cluster: name, reason: reason(error.message) },
      { cause: error },
    );
  }
  if (error instanceof KernelError) {
    const details = { errno: error.errno, kernelText: error.text };
    return new OcpError(
      'OCEANBASE_OPERATION_FAILED',
      { reason: reason(error.message) },
      { cause: error, target: name, details },
    );
  }
  if (error instanceof z.ZodError) {
    const [issue] = error.issues;
    const column = issue?.path.join('.') ?? '';
    return new OcpError(
      'OCEANBASE_OPERATION_FAILED',
      { reason: `cluster ${name} answered in a form that is not understood (${column}: ${issue?.message})` },
      { cause: error },
    );
  }
  return error;
}
