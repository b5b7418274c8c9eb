/** All statuses of one cluster at one moment, from stored observations and the operation under way. */
import {
  deriveTransientClusterStatus,
  deriveTransientStatus,
  deriveTransientZoneStatus,
  type OperationProgress,
} from './operation-phase.ts';
import {
  type ClusterStatus,
  deriveClusterStatus,
  deriveServerStatus,
  deriveZoneStatus,
  type ServerObservation,
  type ServerStatus,
  type ZoneStatus,
} from './status.ts';

export interface ObservedServer extends Omit<ServerObservation, 'clusterReachable' | 'zoneInnerStatus'> {
  readonly id: number;
  readonly zoneName: string;
}

export interface ObservedCluster {
  readonly phase: 'TAKINGOVER' | 'MANAGED' | 'MOVED_OUT';
  readonly reachable: boolean;
  readonly zones: readonly { readonly name: string; readonly innerStatus: string }[];
  readonly servers: readonly ObservedServer[];
  /** The unfinished operation that holds the cluster, if there is one. */
  readonly progress: OperationProgress | undefined;
}

export interface ClusterStatuses {
  readonly cluster: ClusterStatus;
  readonly zones: ReadonlyMap<string, ZoneStatus>;
  readonly servers: ReadonlyMap<number, ServerStatus>;
}

export function deriveClusterStatuses(observed: ObservedCluster): ClusterStatuses {
  const { progress } = observed;
  const innerStatuses = new Map(observed.zones.map((zone) => [zone.name, zone.innerStatus]));
  const servers = new Map<number, ServerStatus>();
  for (const server of observed.servers) {
    const transient = progress?.serverIds.includes(server.id) ? deriveTransientStatus(progress) : undefined;
    const zoneInnerStatus = innerStatuses.get(server.zoneName) ?? 'ACTIVE';
    servers.set(server.id, transient ?? deriveSettled(server, observed.reachable, zoneInnerStatus));
  }
  const zones = new Map<string, ZoneStatus>();
  for (const zone of observed.zones) {
    const own = observed.servers.filter((server) => server.zoneName === zone.name);
    const statuses = own.flatMap((server) => servers.get(server.id) ?? []);
    const transient = progress?.zoneNames.includes(zone.name)
      ? deriveTransientZoneStatus(progress)
      : undefined;
    zones.set(zone.name, transient ?? deriveZoneStatus(zone.innerStatus, statuses));
  }
  return { cluster: deriveCluster(observed, [...servers.values()]), zones, servers };
}

/** Field by field: what is stored of a server has three times as many, and a page of clusters has a hundred servers. */
function deriveSettled(
  { kernelId, innerStatus, startServiceTime, stopTime, process, intent }: ObservedServer,
  clusterReachable: boolean,
  zoneInnerStatus: string,
): ServerStatus {
  const kernel = { kernelId, innerStatus, startServiceTime, stopTime, zoneInnerStatus };
  return deriveServerStatus({ clusterReachable, process, intent, ...kernel });
}

function deriveCluster(observed: ObservedCluster, servers: readonly ServerStatus[]): ClusterStatus {
  if (observed.phase === 'TAKINGOVER') return 'TAKINGOVER';
  if (observed.phase === 'MOVED_OUT' || observed.progress?.definition === 'cluster-move-out')
    return 'MOVINGOUT';
  if (observed.progress !== undefined) return deriveTransientClusterStatus(observed.progress);
  return deriveClusterStatus(observed.reachable, servers);
}
