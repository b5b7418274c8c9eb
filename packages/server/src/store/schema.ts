/** All tables of the metadata, for Kysely. Each resource declares its own tables beside its queries. */
import type { AccessKeyTables } from './access-keys.ts';
import type { AgentTrustTables } from './agent-trust.ts';
import type { AuditTables } from './audit.ts';
import type { AuthorityTable } from './authority.ts';
import type { GuardTables } from './cluster-guards.ts';
import type { ClusterTable } from './clusters.ts';
import type { CredentialTable } from './credentials.ts';
import type { ServerDriftTable, ServerProcessTable } from './drift.ts';
import type { GuessTable } from './guesses.ts';
import type { ClusterHostInfoTable, HostTypeTable } from './host-types.ts';
import type { HostTable } from './hosts.ts';
import type { OfflineTimeTables } from './offline-times.ts';
import type { PasswordChangeTable } from './password-changes.ts';
import type { ServerOwnIntentTable, ServerTable } from './servers.ts';
import type { SessionTable } from './sessions.ts';
import type { TaskPauseTable } from './task-pauses.ts';
import type { TaskTables } from './task-tables.ts';
import type { IamTables } from './user-tables.ts';
import type { ZoneIntentTable, ZoneTable } from './zones.ts';

interface AccessTables extends AccessKeyTables, AuditTables {
  iam_session: SessionTable;
  iam_guess: GuessTable;
}

interface InventoryTables {
  cluster: ClusterTable;
  zone: ZoneTable;
  zone_intent: ZoneIntentTable;
  server: ServerTable;
  host: HostTable;
  server_own_intent: ServerOwnIntentTable;
  authority: AuthorityTable;
  password_change: PasswordChangeTable;
  host_type: HostTypeTable;
  cluster_host_info: ClusterHostInfoTable;
  credential: CredentialTable;
  server_process: ServerProcessTable;
  server_drift: ServerDriftTable;
  task_pause: TaskPauseTable;
}

export interface Database
  extends TaskTables,
    IamTables,
    AccessTables,
    InventoryTables,
    GuardTables,
    OfflineTimeTables,
    AgentTrustTables {}
