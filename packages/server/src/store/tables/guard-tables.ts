/** What keeps a cluster safe beside its tasks: the mark against a second control plane, and the time before a server is offline for good. */
interface ClusterGuardTable {
  cluster_id: number;
  /** 0 or 1 */
  enabled: number;
  /** 1 when the next write may take the row from whoever holds it. */
  adopts: number;
  /** Revision and token that we know to be ours; 0 and empty before the first write. */
  revision: number;
  token: string;
  /** The token of a write whose answer has not been recorded: it may be in the cluster or not. */
  pending_token: string | null;
  /** The task of the last write. */
  last_task_id: number;
  update_time: number;
}

interface ControlPlaneIdentityTable {
  id: number;
  control_plane: string;
}

export interface GuardTables {
  cluster_guard: ClusterGuardTable;
  control_plane_identity: ControlPlaneIdentityTable;
  /** server_permanent_offline_time as it was read last. */
  offline_limit: { cluster_id: number; limit_ms: number };
  /** When the process of a server was first seen gone; no row while it is up. */
  process_end: { server_id: number; end_time: number };
  return_window: {
    server_id: number;
    cluster_id: number;
    return_by: number;
    starts_server: number;
    user_id: number;
    user_name: string;
    stop_task_id: number;
    start_task_id: number;
  };
  /** Of the cluster's parameter: what it was before it was raised, and to what. Durable before the change. */
  raised_offline_time: { cluster_id: number; former_value: string; raised_value: string };
}
