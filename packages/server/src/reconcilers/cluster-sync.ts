/** Looks at every managed cluster again and again, so that what the API shows follows reality also when nobody asks. */
import type { SyncCluster } from '../app/cluster-sync.ts';
import type { ClusterStore } from '../store/clusters.ts';
import type { Reconciler } from './reconciler.ts';
import type { ShareOfInstance } from './share-of-instance.ts';
import { type SpreadRounds, startSpreadRounds } from './spread-rounds.ts';

export interface ClusterSyncOptions extends Pick<SpreadRounds, 'intervalMs' | 'onError'> {
  readonly share: ShareOfInstance;
  readonly clusters: ClusterStore;
  readonly refreshCluster: SyncCluster;
}

export function startClusterSync({
  share,
  clusters,
  refreshCluster,
  ...pace
}: ClusterSyncOptions): Reconciler {
  return startSpreadRounds({
    list: async () => {
      const managed = (await clusters.list()).filter((cluster) => cluster.phase === 'MANAGED');
      return share(managed.map((cluster) => cluster.id));
    },
    look: refreshCluster,
    ...pace,
  });
}
