/** What is known of clusters, zones, servers and hosts, and what they are meant to be. */
import type { Generated } from 'kysely';

interface ClusterTable {
  id: Generated<number>;
  name: string;
  /** The kernel's own id of the cluster. */
  ob_cluster_id: number;
  ob_version: string;
  /**
   * FORGOTTEN, as if it were not there, before a take-over and after its rollback; TAKINGOVER meanwhile; then MANAGED;
   * MOVED_OUT, as if it were not there, until the task that moved it out has ended and everything of it is removed (`moved-out-clusters.ts`).
   */
  phase: string;
  sys_user: string;
  /** Sealed; opened only to log in. */
  sys_password: string;
  /** The server through which the cluster was taken over; asked while no other is known. */
  seed_ip: string;
  seed_sql_port: number;
  tenant_count: number;
  /** Epoch milliseconds of the last complete look. */
  sync_time: number | null;
  /** Why the last look failed; null when it did not. */
  unreachable_reason: string | null;
  creator_id: number;
  creator_name: string;
  create_time: number;
  update_time: number;
}

interface ZoneTable {
  cluster_id: number;
  name: string;
  inner_status: string;
  region: string;
  idc: string;
  type: string;
  create_time: number;
  update_time: number;
}

/** Only zones that an operation of ours has ever stopped or started have a row. */
interface ZoneIntentTable {
  cluster_id: number;
  zone_name: string;
  intent: string;
}

interface ServerTable {
  id: Generated<number>;
  cluster_id: number;
  zone_name: string;
  ip: string;
  rpc_port: number;
  sql_port: number;
  kernel_id: number;
  version: string;
  with_root_server: number;
  /** STATUS of DBA_OB_SERVERS; null when the server has no row there any more. */
  inner_status: string | null;
  start_service_time: number | null;
  stop_time: number | null;
  last_offline_time: number | null;
  /** up, absent or unknown, by the agent of the host. */
  process: string;
  agent_url: string | null;
  home: string | null;
  intent: string;
  create_time: number;
  update_time: number;
}

/** Only servers that an operation of ours has ever stopped or started have a row. */
interface ServerOwnIntentTable {
  server_id: number;
  intent: string;
}

interface ServerProcessTable {
  server_id: number;
  cluster_id: number;
  boot_id: string;
  pid: number;
  start_ticks: string;
}

interface ServerDriftTable {
  server_id: number;
  cluster_id: number;
  kind: string;
  evidence: string;
  create_time: number;
}

interface HostTable {
  id: Generated<number>;
  ip: string;
  alias: string | null;
  description: string | null;
  kind: string;
  ssh_port: number;
  idc: string;
  region: string;
  agent_url: string | null;
  /** Why the agent gave no answer when it was asked last; null when it did. */
  agent_failure: string | null;
  /** As the agent told last; empty before. */
  agent_version: string;
  /** JSON array of paths. */
  homes: string;
  system_name: string;
  system_release: string;
  architecture: string;
  /** Epoch milliseconds. */
  create_time: number;
  update_time: number;
}

interface HostTypeTable {
  id: Generated<number>;
  name: string;
  description: string | null;
  create_time: number;
  update_time: number;
}

interface ClusterHostInfoTable {
  cluster_id: number;
  kind: string | null;
  host_type_id: number | null;
  credential_id: number | null;
  ssh_port: number | null;
}

interface CredentialTable {
  id: Generated<number>;
  user_id: number;
  target_type: string;
  name: string;
  description: string | null;
  username: string;
  /** JSON. */
  properties: string;
  /** Sealed. */
  secret: string;
  create_time: number;
  update_time: number;
}

interface PasswordChangeTable {
  cluster_id: number;
  /** Sealed like the present one. */
  new_password: string;
  create_time: number;
}

export interface InventoryTables {
  cluster: ClusterTable;
  zone: ZoneTable;
  zone_intent: ZoneIntentTable;
  server: ServerTable;
  server_own_intent: ServerOwnIntentTable;
  server_process: ServerProcessTable;
  server_drift: ServerDriftTable;
  host: HostTable;
  host_type: HostTypeTable;
  cluster_host_info: ClusterHostInfoTable;
  credential: CredentialTable;
  password_change: PasswordChangeTable;
}
