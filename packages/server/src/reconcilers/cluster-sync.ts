/**
 * Looks at every managed cluster again and again, so that what the API shows follows reality also when nobody asks.
 *
 * No input but the inventory, idempotent, at its own pace: the clusters are spread over the interval, and a cluster that
 * is slow to answer is skipped while its last look is still under way, without delaying the others.
 */
import type { SyncCluster } from '../app/cluster-sync.ts';
import type { ClusterStore } from '../store/clusters.ts';
import type { Reconciler } from './reconciler.ts';

export interface ClusterSyncOptions {
  readonly clusters: ClusterStore;
  readonly syncCluster: SyncCluster;
  readonly intervalMs: number;
  readonly onError: (clusterId: number | undefined, error: unknown) => void;
}

export function startClusterSync({
  clusters,
  syncCluster,
  intervalMs,
  onError,
}: ClusterSyncOptions): Reconciler {
  const running = new Map<number, Promise<void>>();
  const timers = new Set<NodeJS.Timeout>();
  let stopped = false;

  const later = (delayMs: number, action: () => void) => {
    if (stopped) return;
    const timer = setTimeout(() => {
      timers.delete(timer);
      action();
    }, delayMs);
    timers.add(timer);
  };
  const look = (clusterId: number) => {
    if (running.has(clusterId)) return;
    const done = syncCluster(clusterId)
      .then(
        () => undefined,
        (error: unknown) => onError(clusterId, error),
      )
      .finally(() => running.delete(clusterId));
    running.set(clusterId, done);
  };
  const round = () => {
    later(intervalMs, round);
    clusters.list().then(
      (all) => {
        const managed = all.filter((cluster) => cluster.phase === 'MANAGED');
        for (const [index, cluster] of managed.entries()) {
          later((index * intervalMs) / managed.length, () => look(cluster.id));
        }
      },
      (error: unknown) => onError(undefined, error),
    );
  };
  round();
  return {
    async stop() {
      stopped = true;
      for (const timer of timers) clearTimeout(timer);
      await Promise.allSettled(running.values());
    },
  };
}
