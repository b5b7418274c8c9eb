/** Finds out which password opens a cluster, after a change that a crash has left open. */
import type { ClusterSessions } from '../remote/oceanbase/cluster-sessions.ts';
import { tryLogin } from '../remote/oceanbase/password.ts';
import type { Cluster, ClusterStore } from '../store/clusters.ts';
import type { PasswordChangeStore } from '../store/password-changes.ts';

/** A change that is under way takes seconds; one that is older was left by a crash. */
export const changeTimeMs = 60_000;

interface SettleServices {
  readonly clusters: ClusterStore;
  readonly sessions: ClusterSessions;
  readonly passwordChanges: PasswordChangeStore;
  /** Epoch milliseconds. */
  readonly clock: () => number;
}

export async function settlePasswordChange(services: SettleServices, cluster: Cluster): Promise<void> {
  const change = await services.passwordChanges.fetch(cluster);
  if (change === undefined) return;
  const access = await services.clusters.fetchAccess(cluster.id);
  const credentials = { ...access.credentials, password: change.newPassword };
  const result = await tryLogin(services.sessions, access, credentials);
  if (result === 'accepted') await services.passwordChanges.complete(cluster);
  if (result === 'refused') await services.passwordChanges.delete(cluster);
}

/** Settles what a crash has left; a change that may still be under way is left alone. */
export async function settleOldPasswordChange(services: SettleServices, cluster: Cluster): Promise<void> {
  const change = await services.passwordChanges.fetch(cluster);
  if (change === undefined || services.clock() - change.createTime <= changeTimeMs) return;
  await settlePasswordChange(services, cluster);
}
