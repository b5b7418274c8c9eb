/** What an operation works on, looked at afresh: a decision on yesterday's state would be wrong in both directions. */
import { setTimeout as pause } from 'node:timers/promises';
import { OcpError } from '@openocp/contract';
import { formatAddress, type ServerAddress } from '../domain/server-address.ts';
import { isWorthAnotherLook, type Override } from '../planning/check.ts';
import { freshnessLimitMs, planStop, type StopPlan } from '../planning/stop-plan.ts';
import type { StopSubject, StopTarget } from '../planning/stop-subject.ts';
import type { Look } from '../remote/oceanbase/look.ts';
import type { Server } from '../store/servers.ts';
import type { SyncAndLook } from './cluster-sync.ts';
import { type InventoryServices, loadInventory } from './inventory.ts';
import { deriveStatuses, type Inventory } from './inventory-view.ts';
import { type Findings, findHolder } from './operation-findings.ts';
import type { OperationServices } from './operation-request.ts';

export interface SubjectServices extends InventoryServices, OperationServices {
  readonly syncAndLook: SyncAndLook;
  /** Through any server but the given ones, if possible. */
  readonly lookAtCluster: (clusterId: number, avoid: readonly ServerAddress[]) => Promise<Look>;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/** What a human asked to go past; the names are parameters of the routes. */
export interface OverrideParameters {
  readonly force: boolean;
  readonly override: readonly string[];
  readonly reason: string;
}

export function overrideOf({ force, override }: OverrideParameters): Override {
  return { force, names: override };
}

export interface Fresh {
  readonly inventory: Inventory;
  readonly look: Look;
}

/**
 * @param pick the servers whose agents are asked; the caller decides about them alone, and waits for no other host.
 * @throws OcpError CLUSTER_NOT_FOUND, and what `pick` throws
 */
export async function loadFresh(
  services: SubjectServices,
  clusterId: number,
  findings: Findings,
  pick: (inventory: Inventory) => readonly Server[],
): Promise<Fresh> {
  const known = await loadInventory(services, clusterId);
  const serverIds = pick(known).map(({ id }) => id);
  findHolder(findings, known);
  const look = await services.syncAndLook(clusterId, serverIds);
  return { inventory: await loadInventory(services, clusterId), look };
}

/** @throws OcpError SERVER_NOT_FOUND */
export function pickServer({ servers, cluster }: Inventory, serverId: number): Server {
  const server = servers.find(({ id }) => id === serverId);
  if (server === undefined) throw new OcpError('SERVER_NOT_FOUND', { clusterId: cluster.id, serverId });
  return server;
}

export function targetOf({ ip, rpcPort, zoneName }: Server): StopTarget {
  return { ip, rpcPort, zone: zoneName };
}

export async function stopSubjectOf(
  { servers }: SubjectServices,
  clusterId: number,
  targets: readonly Server[],
  isolatedBy: StopSubject['isolatedBy'],
): Promise<StopSubject> {
  const stopped = await servers.listStoppedByUs(clusterId);
  return { targets: targets.map(targetOf), stoppedByUs: stopped.map(targetOf), isolatedBy };
}

/** How long a verdict that says no for a passing reason is looked at again, and how often. Milliseconds. */
const settleMs = 3_000;
const lookAgainMs = 250;

export function planStopOnceSettled(
  services: SubjectServices,
  fresh: Fresh,
  subject: StopSubject,
): Promise<StopPlan> {
  return onceSettled(services, fresh, subject.targets, ({ snapshot, why }) =>
    planStop(snapshot, subject, why),
  );
}

/** Looks again while the verdict says no for a reason that passes by itself. */
export async function onceSettled(
  services: SubjectServices,
  { inventory, look }: Fresh,
  avoid: readonly ServerAddress[],
  judge: (look: Look) => StopPlan,
): Promise<StopPlan> {
  const end = services.now() + settleMs;
  const { cluster } = inventory;
  // A silent agent may have taken longer than an observation is worth anything.
  const isStale = look.snapshot !== undefined && services.now() - look.snapshot.takenAt > freshnessLimitMs;
  let plan = judge(isStale ? await services.lookAtCluster(cluster.id, avoid) : look);
  while (isWorthAnotherLook(plan) && services.now() < end) {
    await pause(lookAgainMs);
    plan = judge(await services.lookAtCluster(cluster.id, avoid));
  }
  return plan;
}

/** What the task shows of its subject, in OCP's own keys. */
export function attributesOf(
  { cluster }: Inventory,
  servers: readonly Server[],
  zoneNames: readonly string[],
  stringMap: Readonly<Record<string, string>>,
) {
  return {
    clusterId: cluster.id,
    clusterName: cluster.name,
    obClusterId: cluster.obClusterId,
    serverIds: servers.map(({ id }) => id),
    zoneNames: [...zoneNames],
    stringMap: {
      cluster_id: String(cluster.id),
      cluster_name: cluster.name,
      ob_cluster_id: String(cluster.obClusterId),
      ...stringMap,
    },
    listMap: {
      server_ids: servers.map(({ id }) => String(id)),
      ...(zoneNames.length > 1 ? { zone_names: [...zoneNames] } : {}),
    },
  };
}

/** What was asked for besides the operation itself; empty when nothing was. */
export function askedFor({ force, override, reason }: OverrideParameters): Record<string, string> {
  const checks = force ? 'force' : override.join(' ');
  return {
    ...(checks === '' ? {} : { requested_override: checks }),
    ...(reason === '' ? {} : { requested_reason: reason }),
  };
}

export function nameOf(server: Server): string {
  return `${server.id} (${formatAddress(server)})`;
}

export function statusOf(inventory: Inventory, server: Server) {
  return deriveStatuses(inventory).servers.get(server.id) ?? 'UNAVAILABLE';
}
