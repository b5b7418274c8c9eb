/**
 * Changing the password of root@sys, in the cluster and here. The new one is durable here before the cluster hears of it,
 * and until the change is complete logins try both: no crash and no lost answer locks this control plane out.
 */
import { findPasswordFault, OcpError } from '@openocp/contract';
import type { ClusterAccess } from '../domain/cluster-access.ts';
import { ConnectionFailure, KernelError } from '../remote/oceanbase/kernel-error.ts';
import { changeOwnPassword, tryLogin, waitForLogins } from '../remote/oceanbase/password.ts';
import type { Cluster } from '../store/clusters.ts';
import type { PasswordChangeStore } from '../store/password-changes.ts';
import type { App, Caller } from './app.ts';
import { type AskServices, convertClusterError, requireCluster } from './ask-cluster.ts';
import type { SyncCluster } from './cluster-sync.ts';
import { type CredentialServices, keepClusterCredential } from './credentials.ts';
import { changeTimeMs, settlePasswordChange } from './password-settlement.ts';

export interface PasswordServices extends AskServices, CredentialServices {
  readonly passwordChanges: PasswordChangeStore;
  readonly syncCluster: SyncCluster;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Epoch milliseconds. */
  readonly clock: () => number;
}

const spreadTimeoutMs = 10_000;

export function createClusterPassword(services: PasswordServices): Pick<App, 'clusterPasswordChange'> {
  return { clusterPasswordChange: (caller, input) => changePassword(services, caller, input) };
}

async function changePassword(
  services: PasswordServices,
  caller: Caller,
  { id, newPassword, currentPassword, saveToCredential }: Parameters<App['clusterPasswordChange']>[1],
): Promise<undefined> {
  const cluster = await requireCluster(services.clusters, id);
  const fault = findPasswordFault(newPassword);
  if (fault !== undefined) throw new OcpError('PASSWORD_WEAK', { reason: fault }, { target: 'newPassword' });
  const access = await services.clusters.fetchAccess(id);
  const login = loginOf(access, currentPassword);
  const session = await services.sessions.open(login, {}).catch((error: unknown) => {
    throw convertLoginError(error, cluster, currentPassword !== undefined);
  });
  try {
    await begin(services, cluster, newPassword);
    await changeOwnPassword(session, newPassword).catch((error: unknown) =>
      settleFailure(services, cluster, login, error),
    );
  } finally {
    session.close();
  }
  const credentials = { ...access.credentials, password: newPassword };
  const wait = { timeoutMs: spreadTimeoutMs, now: services.now };
  await waitForLogins(services.sessions, access, credentials, wait);
  await services.passwordChanges.complete(cluster);
  if (saveToCredential) await keepClusterCredential(services, caller, cluster, newPassword);
  await services.syncCluster(id);
  return undefined;
}

function loginOf(access: ClusterAccess, currentPassword: string | undefined): ClusterAccess {
  if (currentPassword === undefined) return access;
  const { next: _, ...rest } = access;
  return { ...rest, credentials: { ...access.credentials, password: currentPassword } };
}

function convertLoginError(error: unknown, cluster: Cluster, isGiven: boolean): unknown {
  if (!(error instanceof KernelError) || error.class !== 'authentication') {
    return convertClusterError(error, cluster);
  }
  const options = { cause: error, target: isGiven ? 'currentPassword' : cluster.name };
  if (isGiven) return new OcpError('CURRENT_PASSWORD_WRONG', {}, options);
  return new OcpError(
    'OCEANBASE_OPERATION_FAILED',
    { reason: `${error.message} Give the present one as currentPassword`.replace(/\.$/, '') },
    options,
  );
}

/** @throws OcpError CONFLICT while another change is under way */
async function begin(services: PasswordServices, cluster: Cluster, newPassword: string): Promise<void> {
  const { passwordChanges, clock } = services;
  if (await passwordChanges.insert(cluster, newPassword)) return;
  const other = await passwordChanges.fetch(cluster);
  if (other !== undefined && clock() - other.createTime > changeTimeMs) {
    await settlePasswordChange(services, cluster);
    if (await passwordChanges.insert(cluster, newPassword)) return;
  }
  throw new OcpError('CONFLICT', {
    reason: `the password of cluster ${cluster.name} is being changed by somebody else; try again in a minute`,
  });
}

/** The statement failed: by the kernel's word nothing was changed; without an answer the cluster is asked. */
async function settleFailure(
  services: PasswordServices,
  cluster: Cluster,
  login: ClusterAccess,
  error: unknown,
): Promise<void> {
  if (error instanceof ConnectionFailure) {
    const change = await services.passwordChanges.fetch(cluster);
    const credentials = { ...login.credentials, password: change?.newPassword ?? '' };
    const result = await tryLogin(services.sessions, login, credentials);
    if (result === 'accepted') return;
    if (result === 'silent') {
      const reason = `${error.message}; whether the password was changed is not known, and is found out with the next look at the cluster`;
      throw new OcpError('CLUSTER_UNREACHABLE', { cluster: cluster.name, reason }, { cause: error });
    }
  }
  await services.passwordChanges.delete(cluster);
  throw convertClusterError(error, cluster);
}
