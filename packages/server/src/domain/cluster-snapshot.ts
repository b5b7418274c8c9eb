/**
 * What one look at a cluster showed, as plain data. Each section was read by its own query and says so when that query
 * failed: a decision must be able to tell "nothing there" from "could not look".
 */
import { isSameAddress, type ServerAddress } from './server-address.ts';

/** One part of a snapshot. A failed part keeps the reason in words for the operator. */
export type Section<Row> =
  | { readonly ok: true; readonly rows: readonly Row[] }
  | { readonly ok: false; readonly reason: string };

/** A row of DBA_OB_SERVERS. Times are epoch milliseconds; null is the kernel's NULL. */
export interface ServerRow extends ServerAddress {
  /** The kernel's own server id, not ours. */
  readonly kernelId: number;
  readonly zone: string;
  readonly sqlPort: number;
  readonly withRootServer: boolean;
  readonly status: string;
  readonly startServiceTime: number | null;
  readonly stopTime: number | null;
  readonly lastOfflineTime: number | null;
  readonly buildVersion: string;
}

/** A row of DBA_OB_ZONES. */
export interface ZoneRow {
  readonly name: string;
  readonly status: string;
  readonly region: string;
  readonly idc: string;
  readonly type: string;
}

/** A row of DBA_OB_TENANTS. */
export interface TenantRow {
  readonly id: number;
  readonly name: string;
  readonly type: string;
  readonly status: string;
  readonly locality: string;
  readonly previousLocality: string | null;
  readonly primaryZone: string;
  readonly role: string;
}

/** A log stream that must have a leader: CDB_OB_LS without CREATE_ABORT. */
export interface LogStreamRow {
  readonly tenantId: number;
  readonly lsId: number;
  readonly status: string;
}

/** A live replica as GV$OB_LOG_STAT shows it. */
export interface ReplicaRow extends ServerAddress {
  readonly tenantId: number;
  readonly lsId: number;
  readonly role: string;
  readonly proposalId: bigint;
  /** The paxos member list as text; meaningful in the leader's row. Learners are not in it. */
  readonly paxosMemberList: string;
  readonly paxosReplicaNumber: number;
  readonly inSync: boolean;
  /** Nanoseconds since the epoch. */
  readonly endScn: bigint;
  readonly arbitrationMember: string;
}

/** A leader as the location cache reports it (CDB_OB_LS_LOCATIONS); dead servers keep their rows there. */
export interface LeaderRow extends ServerAddress {
  readonly tenantId: number;
  readonly lsId: number;
}

/** Work of the kernel itself that is under way. */
export interface JobRow {
  readonly kind: string;
  readonly description: string;
}

/** What is stored of a cluster, to be shown. Nothing is decided by it. */
export interface ClusterInventory {
  /** Monotonic milliseconds when the first query was sent: the age of everything below. */
  readonly takenAt: number;
  /** The server that answered. */
  readonly answeredBy: ServerAddress;
  readonly servers: Section<ServerRow>;
  readonly zones: Section<ZoneRow>;
  readonly tenants: Section<TenantRow>;
  /** server_permanent_offline_time, seconds. */
  readonly permanentOffline: Section<{ readonly seconds: number }>;
}

/** What decisions rest on. */
export interface ClusterSnapshot extends ClusterInventory {
  readonly logStreams: Section<LogStreamRow>;
  readonly replicas: Section<ReplicaRow>;
  readonly leaders: Section<LeaderRow>;
  readonly jobs: Section<JobRow>;
}

/** The row of one server; undefined also when nothing could be read. */
export function findServer(
  snapshot: ClusterSnapshot | undefined,
  address: ServerAddress,
): ServerRow | undefined {
  return snapshot?.servers.ok ? snapshot.servers.rows.find((row) => isSameAddress(row, address)) : undefined;
}
