/** What the operations need from outside; main.ts hands it over. */

import type { AgentClient } from '../remote/agent-client.ts';
import type { ClusterSessions } from '../remote/oceanbase/cluster-sessions.ts';
import type { ClusterStore } from '../store/clusters.ts';
import type { HostStore } from '../store/hosts.ts';
import type { MovedOutStore } from '../store/moved-out-clusters.ts';
import type { OfflineTimeStore } from '../store/offline-times.ts';
import type { ServerStore } from '../store/servers.ts';
import type { TaskPauseStore } from '../store/task-pauses.ts';
import type { ZoneStore } from '../store/zones.ts';
import type { ClusterGuard } from './cluster-guard.ts';

export interface OperationServices {
  readonly clusters: ClusterStore;
  readonly movedOut: MovedOutStore;
  readonly zones: ZoneStore;
  readonly servers: ServerStore;
  readonly hosts: HostStore;
  readonly pauses: Pick<TaskPauseStore, 'fetch' | 'saveTaken'>;
  readonly sessions: ClusterSessions;
  readonly agents: AgentClient;
  readonly guard: ClusterGuard;
  readonly offlineTimes: OfflineTimeStore;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Refreshes what is stored about a cluster from the cluster itself. @returns one line for the log. */
  readonly syncCluster: (
    clusterId: number,
  ) => Promise<{ readonly reachable: boolean; readonly summary: string }>;
}
