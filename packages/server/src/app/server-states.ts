/** The states of all servers, and which of them have changed since the last look. */
import type { ServerState } from '@openocp/contract';
import type { PermanentOffline } from '../planning/permanent-offline.ts';
import type { Cluster } from '../store/clusters.ts';
import type { Server } from '../store/servers.ts';
import type { Zone } from '../store/zones.ts';
import type { InventoryServices } from './inventory.ts';
import { deriveStatuses } from './inventory-view.ts';

type StateServices = Pick<InventoryServices, 'clusters' | 'zones' | 'servers' | 'listProgress'>;

type ListDeadlines = (servers: readonly Server[]) => Promise<ReadonlyMap<number, PermanentOffline>>;

export class ServerStates {
  readonly #services: StateServices;
  readonly #listDeadlines: ListDeadlines;
  readonly #known = new Map<number, ServerState>();

  /** @param listDeadlines of servers that are down; nothing is told of them without it. */
  constructor(services: StateServices, listDeadlines: ListDeadlines = async () => new Map()) {
    this.#services = services;
    this.#listDeadlines = listDeadlines;
  }

  get known(): readonly ServerState[] {
    return [...this.#known.values()];
  }

  /** Looks again, at all clusters or at these; returns the servers whose state has changed, or that are new. */
  async look(clusterIds?: readonly number[]): Promise<ServerState[]> {
    const present = await this.#read(clusterIds);
    const changed = present.filter((state) => {
      const known = this.#known.get(state.id);
      return known?.status !== state.status || known.permanentOfflineState !== state.permanentOfflineState;
    });
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
    const deadlines = await this.#listDeadlines(servers);
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
        const status = statuses.get(id) ?? 'UNAVAILABLE';
        const deadline = deadlines.get(id)?.state ?? 'NONE';
        const offline = deadline === 'NONE' ? {} : { permanentOfflineState: deadline };
        return { id, clusterId, zoneName, ip, port: rpcPort, status, ...offline };
      });
    });
  }
}
