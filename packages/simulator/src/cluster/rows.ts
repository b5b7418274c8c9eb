/**
 * The rows of the cluster's inner tables, as root service keeps and replicates them. Times are microseconds since the
 * epoch, 0 for unset, as in the kernel; servers are named by `ip:rpcPort`.
 */
export interface ServerRow {
  readonly svrIp: string;
  readonly svrPort: number;
  readonly id: number;
  readonly zone: string;
  readonly sqlPort: number;
  readonly withRootserver: boolean;
  readonly status: 'ACTIVE' | 'INACTIVE' | 'DELETING';
  readonly blockMigrateInTime: number;
  readonly buildVersion: string;
  readonly stopTime: number;
  readonly startServiceTime: number;
  readonly lastOfflineTime: number;
  readonly createTime: number;
  readonly modifyTime: number;
}

export interface ZoneRow {
  readonly zone: string;
  readonly status: 'ACTIVE' | 'INACTIVE';
  readonly region: string;
  readonly idc: string;
  readonly type: 'ReadWrite' | 'ReadOnly' | 'Encryption';
  readonly createTime: number;
  readonly modifyTime: number;
}

export interface TenantRow {
  readonly tenantId: number;
  readonly tenantName: string;
  readonly tenantType: 'SYS' | 'META' | 'USER';
  readonly primaryZone: string;
  readonly locality: string;
  readonly previousLocality: string;
  readonly paxosReplicaNum: number;
  readonly status: string;
  readonly tenantRole: 'PRIMARY' | 'STANDBY';
  readonly unitNum: number;
  readonly compatible: string;
  readonly createTime: number;
  readonly modifyTime: number;
}

export interface UnitConfigRow {
  readonly unitConfigId: number;
  readonly name: string;
  readonly maxCpu: number;
  readonly minCpu: number;
  readonly memorySize: number;
  readonly logDiskSize: number;
  readonly createTime: number;
}

export interface PoolRow {
  readonly poolId: number;
  readonly name: string;
  readonly tenantId: number;
  readonly unitCount: number;
  readonly unitConfigId: number;
  readonly zones: readonly string[];
  readonly createTime: number;
}

export interface UnitRow {
  readonly unitId: number;
  readonly tenantId: number;
  readonly poolId: number;
  readonly unitGroupId: number;
  readonly unitConfigId: number;
  readonly zone: string;
  readonly server: string;
  /** Where its replicas come from while it moves; empty otherwise. */
  readonly migrateFrom: string;
  /** By MIGRATE UNIT. */
  readonly isManual: boolean;
  readonly createTime: number;
}

/** A log stream. Its members are what its leader last told root service; the replicas themselves know best. */
export interface LsRow {
  readonly tenantId: number;
  readonly lsId: number;
  readonly status: string;
  /** `zone1;zone2,zone3`: zones of one rank are parted by commas, ranks by semicolons. */
  readonly primaryZone: string;
  readonly unitGroupId: number;
  readonly lsGroupId: number;
  readonly createScn: string;
  readonly members: readonly string[];
  readonly replicaNum: number;
  /** Of the configuration that the members are from. */
  readonly configurationVersion: number;
}

/** What replicas last reported: stays when the reporter dies. */
export interface LocationRow {
  readonly tenantId: number;
  readonly lsId: number;
  readonly server: string;
  readonly role: 'LEADER' | 'FOLLOWER';
  readonly proposalId: number;
  readonly memberList: string;
  readonly paxosReplicaNum: number;
  readonly createTime: number;
  readonly modifyTime: number;
}

/** A configured value; `server` empty means every server. */
export interface ParameterRow {
  readonly name: string;
  readonly server: string;
  readonly value: string;
}

export interface EventRow {
  readonly sequence: number;
  readonly time: number;
  readonly module: string;
  readonly event: string;
  readonly pairs: readonly (readonly [string, string])[];
  readonly extraInfo: string;
  readonly rs: string;
}

export interface UserRow {
  readonly tenantId: number;
  readonly user: string;
  /** SHA1(SHA1(password)) in hex; empty for no password. */
  readonly passwordHash: string;
}

export interface ClusterRow {
  readonly name: string;
  readonly clusterId: number;
  /** The version switch, e.g. `4.3.5`. */
  readonly kernel: string;
  readonly version: string;
  readonly buildVersion: string;
  readonly createTime: number;
  /** The greatest id that a server ever had; ids are not used again. */
  readonly lastServerId: number;
}

export interface JobRow {
  readonly jobId: number;
  readonly jobType: 'DELETE_SERVER' | 'MIGRATE_UNIT';
  readonly jobStatus: 'INPROGRESS' | 'SUCCESS' | 'FAILED';
  readonly resultCode: number | null;
  /** Percent. */
  readonly progress: number;
  readonly server: string;
  readonly unitId: number | null;
  readonly tenantId: number | null;
  readonly sqlText: string;
  readonly rs: string;
  readonly createTime: number;
  readonly modifyTime: number;
}

/** A change of the members of one stream, while it is under way. */
export interface ReplicaTaskRow {
  readonly tenantId: number;
  readonly lsId: number;
  readonly taskType: string;
  readonly taskId: string;
  readonly priority: 'HIGH' | 'LOW';
  readonly target: string;
  /** Empty when nothing moves. */
  readonly source: string;
  readonly dataSource: string;
  readonly replicaNum: number;
  readonly executor: string;
  readonly createTime: number;
}

export interface DatabaseRow {
  readonly name: string;
  readonly createTime: number;
}

export interface UserColumn {
  readonly name: string;
  /** As the kernel shows it, e.g. `bigint(20)`, `varchar(64)`, `datetime(6)`. */
  readonly type: string;
  readonly isNullable: boolean;
  /** An expression of the statement engine; null when there is none. */
  readonly defaultSql: string | null;
  /** As DESC shows it. */
  readonly defaultText: string | null;
  /** ON UPDATE CURRENT_TIMESTAMP */
  readonly isTouched: boolean;
}

export interface UserKey {
  /** `PRIMARY` for the primary key. */
  readonly name: string;
  readonly columns: readonly string[];
}

/** A table that a user of the sys tenant made. */
export interface UserTableRow {
  readonly tableId: number;
  readonly database: string;
  readonly name: string;
  readonly columns: readonly UserColumn[];
  readonly keys: readonly UserKey[];
  readonly createTime: number;
}

/** Whole numbers are digits, because they may exceed 2^53; timestamps are microseconds, other times are text. */
export type UserValue = string | number | null;

export interface UserDataRow {
  readonly tableId: number;
  readonly rowId: number;
  readonly values: readonly UserValue[];
}

export interface TableRows {
  readonly cluster: ClusterRow;
  readonly servers: ServerRow;
  readonly zones: ZoneRow;
  readonly tenants: TenantRow;
  readonly unitConfigs: UnitConfigRow;
  readonly pools: PoolRow;
  readonly units: UnitRow;
  readonly streams: LsRow;
  readonly locations: LocationRow;
  readonly parameters: ParameterRow;
  readonly events: EventRow;
  readonly users: UserRow;
  readonly jobs: JobRow;
  readonly replicaTasks: ReplicaTaskRow;
  readonly databases: DatabaseRow;
  readonly userTables: UserTableRow;
  readonly userRows: UserDataRow;
}

export type TableName = keyof TableRows;
