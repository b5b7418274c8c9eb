/** Reading clusters, zones and servers. */
import { listPermitted, type ObCluster, OcpError } from '@openocp/contract';
import type { OperationProgress } from '../planning/operation-phase.ts';
import type { Cluster, ClusterStore } from '../store/clusters.ts';
import type { DriftStore } from '../store/drift.ts';
import type { HostTypeStore } from '../store/host-types.ts';
import type { ServerStore } from '../store/servers.ts';
import type { ZoneStore } from '../store/zones.ts';
import type { App, Caller } from './app.ts';
import { type Inventory, viewCluster, viewServers, viewZones } from './inventory-view.ts';
import { cutOf, pageOf, slicePage } from './list-page.ts';

export interface InventoryServices {
  readonly clusters: ClusterStore;
  readonly zones: ZoneStore;
  readonly servers: ServerStore;
  readonly hostTypes: HostTypeStore;
  readonly drift: DriftStore;
  /** The unfinished operation that holds each of the clusters. */
  readonly listProgress: (clusterIds: readonly number[]) => Promise<ReadonlyMap<number, OperationProgress>>;
}

type InventoryUseCases = Pick<
  App,
  'clusterList' | 'clusterGet' | 'zoneList' | 'serverList' | 'zoneServerList'
>;

export function createInventory(services: InventoryServices): InventoryUseCases {
  return {
    clusterList: (caller, input) => listClusters(services, caller, input),
    clusterGet: async (_caller, { id }) => viewCluster(await loadInventory(services, id)),
    zoneList: async (_caller, { id }) => viewZones(await loadInventory(services, id)),
    async serverList(_caller, { id, regionName, idcName }) {
      const servers = viewServers(await loadInventory(services, id));
      return servers.filter(
        (server) =>
          (regionName === undefined || server.regionName === regionName) &&
          (idcName === undefined || server.idcName === idcName),
      );
    },
    async zoneServerList(_caller, { id, zoneName }) {
      const inventory = await loadInventory(services, id);
      if (!inventory.zones.some((zone) => zone.name === zoneName)) {
        throw new OcpError('ZONE_NOT_FOUND', { clusterId: id, zone: zoneName });
      }
      return viewServers(inventory).filter((server) => server.zoneName === zoneName);
    },
  };
}

/** @throws OcpError CLUSTER_NOT_FOUND */
export async function loadInventory(services: InventoryServices, clusterId: number): Promise<Inventory> {
  const cluster = await services.clusters.fetch(clusterId);
  if (cluster === undefined) throw new OcpError('CLUSTER_NOT_FOUND', { clusterId });
  const [zones, servers, progress, hostTypeNames, marks] = await Promise.all([
    services.zones.list([clusterId]),
    services.servers.list([clusterId]),
    services.listProgress([clusterId]),
    services.hostTypes.listNames([clusterId]),
    services.drift.listMarks([clusterId]),
  ]);
  const hostTypeName = hostTypeNames.get(clusterId);
  return { cluster, zones, servers, progress: progress.get(clusterId), hostTypeName, marks };
}

async function listClusters(
  services: InventoryServices,
  caller: Caller,
  { page, size, sort, name, status = [] }: Parameters<App['clusterList']>[1],
): ReturnType<App['clusterList']> {
  const ids = listPermitted(caller.permissions, 'CLUSTER:*:READ');
  const { field, direction } = sort ?? { field: 'id', direction: 'asc' };
  if (field !== 'status' && status.length === 0) {
    const order = { field, direction };
    const { clusters, total } = await services.clusters.page({
      ids,
      name,
      sort: order,
      cut: cutOf({ page, size }),
    });
    return { contents: await viewClusters(services, clusters), totalElements: total };
  }
  // A status follows from all that is stored of a cluster: nothing that a database could select or sort by.
  const order = field === 'status' ? { field: 'id' as const, direction } : { field, direction };
  const { clusters } = await services.clusters.page({ ids, name, sort: order });
  const views = (await viewClusters(services, clusters)).filter(
    (view) => status.length === 0 || status.includes(view.status),
  );
  if (field === 'status') return pageOf(views, { page, size, sort });
  return slicePage(views, { page, size });
}

async function viewClusters(services: InventoryServices, clusters: readonly Cluster[]): Promise<ObCluster[]> {
  const ids = clusters.map((cluster) => cluster.id);
  const [zones, servers, progress] = await Promise.all([
    services.zones.list(ids),
    services.servers.listBriefly(ids),
    services.listProgress(ids),
  ]);
  const zonesOf = Map.groupBy(zones, (zone) => zone.clusterId);
  const serversOf = Map.groupBy(servers, (server) => server.clusterId);
  return clusters.map((cluster) =>
    viewCluster({
      cluster,
      zones: zonesOf.get(cluster.id) ?? [],
      servers: serversOf.get(cluster.id) ?? [],
      progress: progress.get(cluster.id),
    }),
  );
}
