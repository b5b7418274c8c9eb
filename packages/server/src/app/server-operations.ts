/** Stopping and starting one OBServer: what is checked before there is a task, and the task. */
import { setTimeout as pause } from 'node:timers/promises';
import { OcpError, type ServerAction, serverOffers, serverStatusesOffering } from '@openocp/contract';
import type { Engine } from '@openocp/engine';
import { formatAddress, type ServerAddress } from '../domain/server-address.ts';
import { describeChecks, isWorthAnotherLook, planForce } from '../planning/check.ts';
import { planServerStop, type ServerStopPlan } from '../planning/server-stop-plan.ts';
import type { Look } from '../remote/oceanbase/look.ts';
import type { Server } from '../store/servers.ts';
import type { App, Caller } from './app.ts';
import type { SyncCluster } from './cluster-sync.ts';
import { type InventoryServices, loadInventory } from './inventory.ts';
import { deriveStatuses, type Inventory } from './inventory-view.ts';
import { submitTask } from './submit-task.ts';
import { viewTask } from './task-view.ts';

export interface ServerOperationServices extends InventoryServices {
  readonly engine: Engine;
  readonly syncCluster: SyncCluster;
  /** Through any server but the given one, if possible. */
  readonly lookAtCluster: (clusterId: number, avoid: ServerAddress) => Promise<Look>;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

interface Subject {
  readonly inventory: Inventory;
  readonly server: Server;
  readonly look: Look;
}

export function createServerOperations(
  services: ServerOperationServices,
): Pick<App, 'serverStop' | 'serverStart'> {
  return {
    serverStop: (caller, input) => stopServer(services, caller, input),
    serverStart: (caller, input) => startServer(services, caller, input),
  };
}

async function stopServer(
  services: ServerOperationServices,
  caller: Caller,
  { id, serverId, force, freezeServer, type = 'STOP_PROCESS' }: Parameters<App['serverStop']>[1],
): ReturnType<App['serverStop']> {
  const subject = await loadSubject(services, id, serverId);
  // A server that the cluster does not show running may only be stopped by force: its process may hang.
  checkState(subject, type === 'STOP_PROCESS' ? 'stopProcess' : 'stopService', force ? ['UNAVAILABLE'] : []);
  requireAgent(subject.server);
  const plan = await planStop(services, subject);
  rejectUnsafe(subject, plan, force);
  const task = await submitTask(services.engine, caller, {
    operation: 'server-stop',
    parameters: { clusterId: id, serverId, force, type, freezeServer },
    cluster: subject.inventory.cluster,
    attributes: attributesOf(subject, type === 'STOP_PROCESS' ? 'PROCESS_STOPPED' : 'SERVICE_STOPPED'),
  });
  return viewTask(task);
}

async function startServer(
  services: ServerOperationServices,
  caller: Caller,
  { id, serverId }: Parameters<App['serverStart']>[1],
): ReturnType<App['serverStart']> {
  const subject = await loadSubject(services, id, serverId);
  checkState(subject, 'start', []);
  requireAgent(subject.server);
  const task = await submitTask(services.engine, caller, {
    operation: 'server-start',
    parameters: { clusterId: id, serverId },
    cluster: subject.inventory.cluster,
    attributes: attributesOf(subject, 'RUNNING'),
  });
  return viewTask(task);
}

/** Existence first, then a fresh look: a decision on yesterday's state would be wrong in both directions. */
async function loadSubject(
  services: ServerOperationServices,
  clusterId: number,
  serverId: number,
): Promise<Subject> {
  if ((await services.clusters.fetch(clusterId)) === undefined)
    throw new OcpError('CLUSTER_NOT_FOUND', { clusterId });
  if ((await services.servers.fetch(clusterId, serverId)) === undefined) {
    throw new OcpError('SERVER_NOT_FOUND', { clusterId, serverId });
  }
  rejectHeld(await loadInventory(services, clusterId));
  const { look } = await services.syncCluster(clusterId, { serverId });
  const inventory = await loadInventory(services, clusterId);
  const server = inventory.servers.find((candidate) => candidate.id === serverId);
  if (server === undefined) throw new OcpError('SERVER_NOT_FOUND', { clusterId, serverId });
  return { inventory, server, look };
}

function nameOf({ server }: Subject): string {
  return `${server.id} (${formatAddress(server)})`;
}

/** The claim decides in the end; this refuses earlier, and before anything else is judged on a moving target. */
function rejectHeld({ progress, cluster }: Inventory): void {
  if (progress === undefined) return;
  const { taskId, taskName, username } = progress.holder;
  throw new OcpError(
    'CLUSTER_OPERATION_UNFINISHED',
    { taskId, taskName, username, cluster: cluster.name },
    { details: { taskId } },
  );
}

function checkState(subject: Subject, action: ServerAction, alsoAllowed: readonly string[]): void {
  const status = deriveStatuses(subject.inventory).servers.get(subject.server.id) ?? 'UNAVAILABLE';
  if (serverOffers(status, action) || alsoAllowed.includes(status)) return;
  throw new OcpError('SERVER_STATE_NOT_ALLOWED', {
    server: nameOf(subject),
    state: status,
    allowed: serverStatusesOffering(action).join(', '),
  });
}

function requireAgent(server: Server): void {
  if (server.agentUrl !== null && server.home !== null) return;
  throw new OcpError('HOST_BY_IP_NOT_FOUND', { address: server.ip });
}

/** How long a verdict that says no for a passing reason is looked at again, and how often. Milliseconds. */
const settleMs = 3_000;
const lookAgainMs = 250;

async function planStop(
  services: ServerOperationServices,
  { inventory, server, look }: Subject,
): Promise<ServerStopPlan> {
  const stopped = await services.servers.listStoppedByUs(inventory.cluster.id);
  const subject = {
    target: { ip: server.ip, rpcPort: server.rpcPort, zone: server.zoneName },
    stoppedByUs: stopped.map(({ ip, rpcPort, zoneName }) => ({ ip, rpcPort, zone: zoneName })),
  };
  const end = services.now() + settleMs;
  let plan = planServerStop(look.snapshot, subject, look.why);
  while (isWorthAnotherLook(plan) && services.now() < end) {
    await pause(lookAgainMs);
    const again = await services.lookAtCluster(inventory.cluster.id, server);
    plan = planServerStop(again.snapshot, subject, again.why);
  }
  return plan;
}

function rejectUnsafe(subject: Subject, plan: ServerStopPlan, force: boolean): void {
  if (plan.verdict !== 'BLOCKED') return;
  const { overridden, unyielding } = planForce(plan);
  if (force && unyielding.length === 0) return;
  const checks = force ? unyielding : [...unyielding, ...overridden];
  const names = checks.map((check) => check.name);
  const details = { verdict: plan.verdict, checks: plan.checks };
  // The error's text ends the sentence itself.
  const reason = describeChecks(checks).replace(/\.$/, '');
  if (names.includes('one-zone')) throw new OcpError('KERNEL_CHECK_FAILED', { reason }, { details });
  if (names.includes('not-the-only-server')) {
    const args = { server: nameOf(subject), cluster: subject.inventory.cluster.name };
    throw new OcpError('SERVER_LAST_OF_CLUSTER', args, { details });
  }
  if (names.includes('cluster-reachable')) {
    throw new OcpError(
      'CLUSTER_UNREACHABLE',
      { cluster: subject.inventory.cluster.name, reason },
      { details },
    );
  }
  const majority = checks.find((check) => check.name === 'majority' && check.result === 'FAIL');
  if (majority !== undefined) {
    const args = { target: `server ${nameOf(subject)}`, affected: majority.evidence.replace(/\.$/, '') };
    throw new OcpError('STOP_LOSES_MAJORITY', args, { details });
  }
  throw new OcpError('KERNEL_CHECK_FAILED', { reason }, { details });
}

/** What the task shows of its subject, in OCP's own keys. */
function attributesOf({ inventory, server }: Subject, target: string) {
  const { cluster } = inventory;
  return {
    clusterId: cluster.id,
    clusterName: cluster.name,
    obClusterId: cluster.obClusterId,
    serverIds: [server.id],
    zoneNames: [server.zoneName],
    stringMap: {
      cluster_id: String(cluster.id),
      cluster_name: cluster.name,
      ob_cluster_id: String(cluster.obClusterId),
      former_cluster_status: 'RUNNING',
      target_cluster_status: 'RUNNING',
      zone_name: server.zoneName,
      former_zone_status: 'RUNNING',
      target_zone_status: 'RUNNING',
      server_id: String(server.id),
      former_server_status: deriveStatuses(inventory).servers.get(server.id) ?? 'UNAVAILABLE',
      target_server_status: target,
    },
    listMap: { server_ids: [String(server.id)] },
  };
}
