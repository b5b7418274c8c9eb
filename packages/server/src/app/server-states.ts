/** The states of all servers, and which of them have changed since the last look. */
import type { ServerState } from '@openocp/contract';
import type { Cluster } from '../store/clusters.ts';
import type { Server } from '../store/servers.ts';
import type { Zone } from '../store/zones.ts';
import type { InventoryServices } from './inventory.ts';
import { deriveStatuses } from './inventory-view.ts';

type StateServices = Pick<InventoryServices, 'clusters' | 'zones' | 'servers' | 'listProgress'>;

export class ServerStates {
  readonly #services: StateServices;
  readonly #known = new Map<number, ServerState>();

  constructor(services: StateServices) {
    this.#services = services;
  }

  get known(): readonly ServerState[] {
    return [...this.#known.values()];
  }

  /** Looks again, at all clusters or at these; returns the servers whose state has changed, or that are new. */
  async look(clusterIds?: readonly number[]): Promise<ServerState[]> {
    const present = await this.#read(clusterIds);
    const changed = present.filter((state) => this.#known.get(state.id)?.status !== state.status);
    if (clusterIds === undefined) this.#known.clear();
    for (const state of present) this.#known.set(state.id, state);
    return changed;
  }

  async #read(clusterIds: readonly number[] | undefined): Promise<ServerState[]> {
    const { clusters: clusterStore, zones: zoneStore, servers: serverStore, listProgress } = this.#services;
    const all = await clusterStore.list();
    const clusters = clusterIds === undefined ? all : all.filter(({ id }) => clusterIds.includes(id));
    const ids = clusters.map(({ id }) => id);
    const [zones, servers, progress] = await Promise.all([
      zoneStore.list(ids),
      serverStore.list(ids),
      listProgress(ids),
    ]);
    const zonesOf: ReadonlyMap<number, Zone[]> = Map.groupBy(zones, (zone) => zone.clusterId);
    const serversOf: ReadonlyMap<number, Server[]> = Map.groupBy(servers, (server) => server.clusterId);
    return clusters.flatMap((cluster: Cluster) => {
      const own = serversOf.get(cluster.id) ?? [];
      const parts = {
        zones: zonesOf.get(cluster.id) ?? [],
        servers: own,
        progress: progress.get(cluster.id),
      };
      const statuses = deriveStatuses({ cluster, ...parts }).servers;
      return own.map(({ id, clusterId, zoneName, ip, rpcPort }) => {
        return { id, clusterId, zoneName, ip, port: rpcPort, status: statuses.get(id) ?? 'UNAVAILABLE' };
      });
    });
  }
}
