/**
 * When stopped servers go permanently offline: recorded with every look at a cluster, shown with the servers. Around the use
 * cases and not in them, because every list of servers shows the same.
 */
import { formatDateTime, type ObServer } from '@openocp/contract';
import type { ClusterInventory } from '../domain/cluster-snapshot.ts';
import { derivePermanentOffline, type PermanentOffline } from '../planning/permanent-offline.ts';
import type { OfflineTimeStore } from '../store/offline-times.ts';
import type { Server, ServerStore } from '../store/servers.ts';
import type { App } from './app.ts';
import type { ObservedProcess } from './drift-watch.ts';

export interface OfflineTimeServices {
  readonly servers: ServerStore;
  readonly offlineTimes: OfflineTimeStore;
  /** Epoch milliseconds. */
  readonly clock: () => number;
}

/** A part of every look: notes what the deadlines follow from. `seen` are the servers whose agents were asked. */
export type NoteOfflineTimes = (
  clusterId: number,
  snapshot: Pick<ClusterInventory, 'permanentOffline'> | undefined,
  seen: readonly ObservedProcess[],
) => Promise<void>;

export function createOfflineTimeNotes(services: Omit<OfflineTimeServices, 'servers'>): NoteOfflineTimes {
  return async (clusterId, snapshot, seen) => {
    const limit = snapshot?.permanentOffline;
    const [first] = limit?.ok === true ? limit.rows : [];
    if (first !== undefined) await saveLimit(services, clusterId, Math.round(first.seconds * 1_000));
    await recordEnds(services, seen);
  };
}

async function saveLimit(
  { offlineTimes }: Pick<OfflineTimeServices, 'offlineTimes'>,
  clusterId: number,
  limitMs: number,
): Promise<void> {
  if ((await offlineTimes.fetchLimit(clusterId)) !== limitMs)
    await offlineTimes.saveLimit(clusterId, limitMs);
}

async function recordEnds(
  { offlineTimes, clock }: Omit<OfflineTimeServices, 'servers'>,
  seen: readonly ObservedProcess[],
): Promise<void> {
  const known = seen.filter(({ process }) => process !== undefined);
  const ends = await offlineTimes.listProcessEnds(known.map(({ server }) => server.id));
  for (const { server, process } of known) {
    const isOver = ends.has(server.id);
    if (process === null && !isOver) await offlineTimes.saveProcessEnd(server.id, clock());
    if (process !== null && isOver) await offlineTimes.saveProcessEnd(server.id, null);
  }
}

/** Deadlines by server. */
export async function listPermanentOffline(
  { offlineTimes, clock }: OfflineTimeServices,
  servers: readonly Server[],
): Promise<ReadonlyMap<number, PermanentOffline>> {
  const ends = await offlineTimes.listProcessEnds(servers.map(({ id }) => id));
  const clusterIds = [...new Set(servers.map(({ clusterId }) => clusterId))];
  const limits = await offlineTimes.listLimits(clusterIds);
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
  // A server that runs has no deadline, and most lists show no other: nothing more is read for them.
  const listDeadlines = async (clusterId: number, views: readonly ObServer[]) =>
    views.every(({ status }) => status === 'RUNNING')
      ? new Map<number, PermanentOffline>()
      : listPermanentOffline(services, await services.servers.list([clusterId]));
  const decorate = async (clusterId: number, views: readonly ObServer[]): Promise<ObServer[]> => {
    const deadlines = await listDeadlines(clusterId, views);
    const windows = new Map(
      (await services.offlineTimes.listWindows()).map((window) => [window.serverId, window]),
    );
    const raised = windows.size === 0 ? undefined : await services.offlineTimes.fetchRaised(clusterId);
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
