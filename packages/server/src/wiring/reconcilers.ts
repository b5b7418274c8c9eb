/** The loops that run beside the use cases. */
import type { Logger } from 'pino';
import { signForHost } from '../app/agent-enrolment.ts';
import type { Caller } from '../app/app.ts';
import { createReturns } from '../app/return-windows.ts';
import { createServerOperations } from '../app/server-operations.ts';
import { clusterClaim } from '../app/submit-task.ts';
import type { Config } from '../config.ts';
import { startAgentCertificates } from '../reconcilers/agent-certificates.ts';
import { startClusterSync } from '../reconcilers/cluster-sync.ts';
import { startHostLiveness } from '../reconcilers/host-liveness.ts';
import { startMovedOutRemoval } from '../reconcilers/moved-out.ts';
import { startReturnWindows } from '../reconcilers/return-windows.ts';
import { createShare } from '../reconcilers/share-of-instance.ts';
import { startTaskRetention } from '../reconcilers/task-retention.ts';
import { enrolledLifeMs } from '../security/certificate-lives.ts';
import { listLiveInstances } from '../store/instance-leases.ts';
import { clock, type ReconcilerParts, type TaskParts } from './parts.ts';
import { subjectsOf } from './use-cases.ts';

const dayMs = 86_400_000;
/** Until then the passwords of a cluster that was moved out are still stored, sealed. */
const movedOutIntervalMs = 1_000;
/** Of certificates of which a third, thirty days, is left. */
const renewalLookMs = 3_600_000;
/** Of windows that last for hours. */
const returnLookMs = 2_000;

/** The loops that keep what is stored close to what is there. */
export function startReconcilers(config: Config, parts: ReconcilerParts, ends: (() => unknown)[]): void {
  const { log, database } = parts;
  const share = createShare(config.instance, () => listLiveInstances(database));
  const sync = startClusterSync({
    ...parts,
    share,
    intervalMs: config.syncIntervalMs,
    onError: (clusterId, error) => log.error({ clusterId, err: error }, 'looking at a cluster failed'),
  });
  ends.push(() => sync.stop());
  const liveness = startHostLiveness({
    ...parts,
    share,
    intervalMs: config.hostLookIntervalMs,
    onError: (hostId, error) => log.error({ hostId, err: error }, 'looking at a host failed'),
  });
  ends.push(() => liveness.stop());
  const certificates = startRenewal(parts);
  ends.push(() => certificates.stop());
  const movedOut = startMovedOutRemoval({
    movedOut: parts.movedOut,
    isHeld: async (id) => (await parts.taskStore.listTasksByClaims([clusterClaim(id)])).length > 0,
    intervalMs: movedOutIntervalMs,
    onRemoved: (clusterId) => {
      parts.sessions.close(`cluster-${clusterId}`);
      log.info({ clusterId }, 'removed a cluster that was moved out');
    },
    onError: (error) => log.error({ err: error }, 'removing clusters that were moved out failed'),
  });
  ends.push(() => movedOut.stop());
  const returns = startReturns(parts);
  ends.push(() => returns.stop());
  const retention = startTaskRetention({
    tasks: parts.taskStore,
    keepMs: config.retentionDays * dayMs,
    now: clock,
    onRemoved: (tasks) => log.info({ tasks }, 'removed tasks that ended long ago'),
    onError: (error) => log.error({ err: error }, 'removing old tasks failed'),
  });
  ends.push(() => retention.stop());
}

function startRenewal(parts: TaskParts & { readonly log: Logger }) {
  const { log, authority } = parts;
  return startAgentCertificates({
    ...parts,
    sign: (request, host) => signForHost(authority, request, host, clock()),
    lifeMs: enrolledLifeMs,
    intervalMs: renewalLookMs,
    onRenewed: (host, { fingerprint }) =>
      log.info({ host, fingerprint }, 'an agent has its next certificate'),
    onError: (hostId, error) =>
      log.warn({ hostId, err: error }, 'an agent did not get its next certificate, which is due'),
  });
}

/** Servers that were stopped until a time. */
function startReturns(parts: ReconcilerParts) {
  const { log, taskStore } = parts;
  const serverStart = (caller: Caller, input: { readonly id: number; readonly serverId: number }) =>
    createServerOperations(subjectsOf(parts)).serverStart(caller, input);
  const isHeld = async (clusterId: number) =>
    (await taskStore.listTasksByClaims([clusterClaim(clusterId)])).length > 0;
  return startReturnWindows({
    ...createReturns({ ...parts, serverStart, isHeld, log }),
    now: clock,
    intervalMs: returnLookMs,
    onStarted: (window, taskId) => log.info({ ...window, taskId }, 'starting a server whose time has come'),
    onError: (window, error) => log.error({ ...window, err: error }, 'bringing a server back failed'),
  });
}
