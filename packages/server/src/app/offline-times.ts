/**
 * When stopped servers go permanently offline: recorded with every look at a cluster, shown with the servers. Around the use
 * cases and not in them, because every list of servers shows the same.
 */
import { formatDateTime, type ObServer } from '@openocp/contract';
import { derivePermanentOffline, type PermanentOffline } from '../planning/permanent-offline.ts';
import type { OfflineTimeStore } from '../store/offline-times.ts';
import type { Server, ServerStore } from '../store/servers.ts';
import type { App } from './app.ts';
import type { SyncCluster } from './cluster-sync.ts';

export interface OfflineTimeServices {
  readonly servers: ServerStore;
  readonly offlineTimes: OfflineTimeStore;
  /** Epoch milliseconds. */
  readonly clock: () => number;
}

/** A look that also notes what the deadlines follow from. */
export function recordOfflineTimes(sync: SyncCluster, services: OfflineTimeServices): SyncCluster {
  return async (clusterId, scope) => {
    const result = await sync(clusterId, scope);
    const limit = result.look.snapshot?.permanentOffline;
    const [first] = limit?.ok === true ? limit.rows : [];
    if (first !== undefined) await saveLimit(services, clusterId, Math.round(first.seconds * 1_000));
    await recordEnds(services, clusterId);
    return result;
  };
}

async function saveLimit(
  { offlineTimes }: OfflineTimeServices,
  clusterId: number,
  limitMs: number,
): Promise<void> {
  if ((await offlineTimes.fetchLimit(clusterId)) !== limitMs)
    await offlineTimes.saveLimit(clusterId, limitMs);
}

async function recordEnds(
  { servers, offlineTimes, clock }: OfflineTimeServices,
  clusterId: number,
): Promise<void> {
  const all = await servers.list([clusterId]);
  const ends = await offlineTimes.listProcessEnds(all.map(({ id }) => id));
  for (const { id, process } of all) {
    if (process === 'absent' && !ends.has(id)) await offlineTimes.saveProcessEnd(id, clock());
    if (process === 'up' && ends.has(id)) await offlineTimes.saveProcessEnd(id, null);
  }
}

/** Deadlines by server. */
export async function listPermanentOffline(
  { offlineTimes, clock }: OfflineTimeServices,
  servers: readonly Server[],
): Promise<ReadonlyMap<number, PermanentOffline>> {
  const ends = await offlineTimes.listProcessEnds(servers.map(({ id }) => id));
  const clusterIds = [...new Set(servers.map(({ clusterId }) => clusterId))];
  const limits = new Map(
    await Promise.all(clusterIds.map(async (id) => [id, await offlineTimes.fetchLimit(id)] as const)),
  );
  const now = clock();
  return new Map(
    servers.map((server) => {
      const down = { ...server, processEndTime: ends.get(server.id) ?? null };
      return [server.id, derivePermanentOffline(down, limits.get(server.clusterId), now)] as const;
    }),
  );
}

/** The lists of servers, with their deadlines and the times by which they shall be back. */
export function showOfflineTimes<Some extends Pick<App, 'serverList' | 'zoneServerList'>>(
  app: Some,
  services: OfflineTimeServices,
): Some {
  const decorate = async (clusterId: number, views: readonly ObServer[]): Promise<ObServer[]> => {
    const deadlines = await listPermanentOffline(services, await services.servers.list([clusterId]));
    const windows = new Map(
      (await services.offlineTimes.listWindows()).map((window) => [window.serverId, window]),
    );
    const raised = await services.offlineTimes.fetchRaised(clusterId);
    return views.map((view) => {
      const { at, state } = deadlines.get(view.id) ?? { at: null, state: 'NONE' as const };
      const window = windows.get(view.id);
      return {
        ...view,
        permanentOfflineAt: at === null ? null : formatDateTime(at),
        permanentOfflineState: state,
        ...(window === undefined
          ? {}
          : { returnBy: formatDateTime(window.returnBy), startAtReturnBy: window.startsServer }),
        ...(window === undefined || raised === undefined ? {} : { raisedOfflineTime: raised }),
      };
    });
  };
  return {
    ...app,
    serverList: async (caller, input) => decorate(input.id, await app.serverList(caller, input)),
    zoneServerList: async (caller, input) => decorate(input.id, await app.zoneServerList(caller, input)),
  };
}
