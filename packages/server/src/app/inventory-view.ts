/** Stored clusters, zones and servers as the API shows them. Pure. */
import {
  type ZoneStatus as ApiZoneStatus,
  formatDateTime,
  NEVER_MS,
  type ObCluster,
  type ObServer,
  type ObZone,
  serverInnerStatus,
} from '@openocp/contract';
import { hasAgent } from '../domain/agent-host.ts';
import { formatAddress } from '../domain/server-address.ts';
import { type ClusterStatuses, deriveClusterStatuses } from '../planning/cluster-statuses.ts';
import { type Drift, type DriftMark, deriveClusterDrift, deriveServerDrift } from '../planning/drift.ts';
import {
  type OfferSituation,
  type Offers,
  offerServerActions,
  offerZoneActions,
} from '../planning/operation-offers.ts';
import type { OperationProgress } from '../planning/operation-phase.ts';
import type { Cluster } from '../store/clusters.ts';
import type { ListedServer, Server } from '../store/servers.ts';
import type { Zone } from '../store/zones.ts';
import { viewClusterLock, viewPartLock } from './operation-lock.ts';

/** What is stored about one cluster, and the operation that holds it: everything, or as much as a list shows. */
export interface Inventory<Member extends ListedServer = Server> {
  readonly cluster: Cluster;
  readonly zones: readonly Zone[];
  readonly servers: readonly Member[];
  readonly progress: OperationProgress | undefined;
  /** Of the hosts, as the take-over said. */
  readonly hostTypeName?: string | undefined;
  /** What the looks noticed, by server id. */
  readonly marks?: ReadonlyMap<number, readonly DriftMark[]>;
}

export function deriveStatuses({
  cluster,
  zones,
  servers,
  progress,
}: Inventory<ListedServer>): ClusterStatuses {
  return deriveClusterStatuses({
    phase: cluster.phase,
    reachable: cluster.unreachableReason === null,
    zones: zones.map((zone) => ({ name: zone.name, innerStatus: zone.status })),
    servers,
    progress,
  });
}

export function viewServers(inventory: Inventory, statuses = deriveStatuses(inventory)): ObServer[] {
  return inventory.servers.map((server) => viewServer(server, inventory, statuses));
}

function viewServer(server: Server, inventory: Inventory, statuses: ClusterStatuses): ObServer {
  const { zones, progress } = inventory;
  const zone = zones.find((candidate) => candidate.name === server.zoneName);
  const status = statuses.servers.get(server.id) ?? 'UNAVAILABLE';
  const innerStatus = serverInnerStatus.safeParse(server.innerStatus);
  return {
    id: server.id,
    ip: server.ip,
    port: server.rpcPort,
    sqlPort: server.sqlPort,
    version: server.version,
    withRootserver: server.withRootServer,
    status,
    innerStatus: innerStatus.success ? innerStatus.data : 'INACTIVE',
    clusterId: server.clusterId,
    zoneName: server.zoneName,
    regionName: zone?.region ?? '',
    idcName: zone?.idc ?? '',
    hostId: server.hostId,
    hostTypeName: inventory.hostTypeName ?? '',
    ...(server.startServiceTime === null ? {} : { startTime: formatDateTime(server.startServiceTime) }),
    stopTime: formatDateTime(server.stopTime ?? NEVER_MS),
    updateTime: formatDateTime(server.updateTime),
    ...offersOf(offerServerActions(status, situationOf(inventory, [server]))),
    drift: driftOf(server, inventory),
    ...viewPartLock(progress, ({ serverIds }) => serverIds.includes(server.id)),
    ...(server.home === null ? {} : { runPath: server.home, installPath: server.home }),
  };
}

export function viewZones(inventory: Inventory): ObZone[] {
  const statuses = deriveStatuses(inventory);
  const servers = viewServers(inventory, statuses);
  return inventory.zones.map((zone) => ({
    ...viewZone(zone, inventory, statuses),
    servers: servers.filter((server) => server.zoneName === zone.name),
  }));
}

function situationOf(
  { progress }: Pick<Inventory, 'progress'>,
  servers: readonly ListedServer[],
): OfferSituation {
  const without = servers.filter((server) => !hasAgent(server));
  return { holder: progress?.holder, withoutAgent: [...new Set(without.map(({ ip }) => ip))] };
}

function offersOf<Action extends string>({ available, unavailable }: Offers<Action>) {
  return { availableOperations: available, unavailableOperations: unavailable as Record<string, string> };
}

/** None while the cluster is taken over, or an operation works on the server: then everything is on its way. */
function driftOf(server: Server, { cluster, zones, progress, marks }: Inventory): Drift[] {
  const isWorkedOn =
    progress !== undefined && (progress.serverIds.length === 0 || progress.serverIds.includes(server.id));
  if (cluster.phase !== 'MANAGED' || isWorkedOn) return [];
  return deriveServerDrift({
    ...server,
    address: formatAddress(server),
    zoneInnerStatus: zones.find(({ name }) => name === server.zoneName)?.status ?? 'ACTIVE',
    hasAgent: server.agentUrl !== null,
    marks: marks?.get(server.id) ?? [],
  });
}

/** Without its servers: of a page of clusters they would be nearly all the work. */
function viewZone(zone: Zone, inventory: Inventory<ListedServer>, statuses: ClusterStatuses): ObZone {
  const { cluster, zones, progress } = inventory;
  const status: ApiZoneStatus = statuses.zones.get(zone.name) ?? 'UNAVAILABLE';
  const members = inventory.servers.filter((server) => server.zoneName === zone.name);
  const root = members.find((server) => server.withRootServer);
  const idcs = [...new Set(zones.map((each) => each.idc))].sort();
  return {
    name: zone.name,
    clusterId: cluster.id,
    obClusterId: cluster.obClusterId,
    idcId: idcs.indexOf(zone.idc) + 1,
    idcName: zone.idc,
    regionName: zone.region,
    status,
    innerStatus: zone.status === 'ACTIVE' ? 'ACTIVE' : 'INACTIVE',
    operateStatus: status === 'OPERATING' ? 'OPERATING' : 'NORMAL',
    compactionStatus: 'IDLE',
    serverCount: members.length,
    hostCount: new Set(members.map((server) => server.ip)).size,
    servers: [],
    ...(root === undefined ? {} : { rootServer: rootServerOf(root) }),
    ...offersOf(offerZoneActions(status, situationOf(inventory, members))),
    ...viewPartLock(progress, ({ zoneNames }) => zoneNames.includes(zone.name)),
    createTime: formatDateTime(zone.createTime),
    updateTime: formatDateTime(zone.updateTime),
  };
}

function rootServerOf(server: ListedServer): { address: string; role: 'LEADER'; sql_port: number } {
  return { address: formatAddress(server), role: 'LEADER', sql_port: server.sqlPort };
}

export function viewCluster(inventory: Inventory<ListedServer>): ObCluster {
  const { cluster, zones, progress } = inventory;
  const statuses = deriveStatuses(inventory);
  const members = zones.map((zone) => inventory.servers.filter((server) => server.zoneName === zone.name));
  const servers = members.flat();
  return {
    id: cluster.id,
    name: cluster.name,
    obClusterId: cluster.obClusterId,
    obVersion: cluster.obVersion,
    status: statuses.cluster,
    type: 'PRIMARY',
    regionCount: new Set(zones.map((zone) => zone.region)).size,
    serverCount: servers.length,
    tenantCount: cluster.tenantCount,
    rootServers: servers.filter((server) => server.withRootServer).map(rootServerOf),
    standbyClusters: [],
    zones: zones.map((zone) => viewZone(zone, inventory, statuses)),
    alarmSummaries: [],
    drift: deriveClusterDrift(cluster.unreachableReason),
    creator: cluster.creatorName,
    createTime: formatDateTime(cluster.createTime),
    updateTime: formatDateTime(cluster.updateTime),
    syncTime: cluster.syncTime === null ? null : formatDateTime(cluster.syncTime),
    ...viewClusterLock(progress),
    ...(cluster.unreachableReason === null ? {} : { failToQueryFromObReason: cluster.unreachableReason }),
  };
}
