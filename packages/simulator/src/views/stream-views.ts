import { endpointOf } from '../address.ts';
import { locationRows } from '../cluster/locations.ts';
import type { ReplicaTaskRow } from '../cluster/rows.ts';
import type { CurrentTables } from '../cluster/table-access.ts';
import { nowUs } from '../timing.ts';
import { defineView, type View, type ViewContext, type ViewRow } from './view.ts';

const locationColumns = `LS_ID bigint, SVR_IP varchar(46), SVR_PORT bigint, SQL_PORT bigint, ZONE varchar(128),
  ROLE varchar(8), MEMBER_LIST varchar(1024), PAXOS_REPLICA_NUMBER bigint, REPLICA_TYPE varchar(64),
  LEARNER_LIST longtext, REBUILD varchar(5)`;

function locationViewRows(current: CurrentTables): ViewRow[] {
  return locationRows(current, nowUs()).map((row) => {
    const { ip, port } = endpointOf(row.server);
    const server = current.tables.servers.get(row.server);
    return {
      CREATE_TIME: row.createTime,
      MODIFY_TIME: row.modifyTime,
      TENANT_ID: row.tenantId,
      LS_ID: row.lsId,
      SVR_IP: ip,
      SVR_PORT: port,
      SQL_PORT: server?.sqlPort ?? 0,
      ZONE: server?.zone ?? '',
      ROLE: row.role,
      MEMBER_LIST: row.memberList === '' ? null : row.memberList,
      PAXOS_REPLICA_NUMBER: row.paxosReplicaNum === 0 ? null : row.paxosReplicaNum,
      REPLICA_TYPE: 'FULL',
      LEARNER_LIST: '',
      REBUILD: 'FALSE',
    };
  });
}

const cdbObLsLocations = defineView(
  'CDB_OB_LS_LOCATIONS',
  `CREATE_TIME timestamp(6), MODIFY_TIME timestamp(6), TENANT_ID bigint, ${locationColumns}`,
  async ({ current }) => locationViewRows(await current()),
);

const dbaObLsLocations = defineView(
  'DBA_OB_LS_LOCATIONS',
  `CREATE_TIME timestamp(6), MODIFY_TIME timestamp(6), ${locationColumns}`,
  async ({ current, tenantId }) =>
    locationViewRows(await current()).filter((row) => row.TENANT_ID === tenantId),
  { anyTenant: true },
);

const streamColumns = `LS_ID bigint, STATUS varchar(100), PRIMARY_ZONE varchar(128), UNIT_GROUP_ID bigint,
  LS_GROUP_ID bigint, CREATE_SCN bigint unsigned, DROP_SCN bigint unsigned, SYNC_SCN bigint unsigned,
  READABLE_SCN bigint unsigned, FLAG varchar(2048)`;

async function streamRows({ current }: ViewContext): Promise<ViewRow[]> {
  const { tables } = await current();
  const scn = BigInt(nowUs()) * 1000n;
  return [...tables.streams.values()].map((row) => ({
    TENANT_ID: row.tenantId,
    LS_ID: row.lsId,
    STATUS: row.status,
    PRIMARY_ZONE: row.primaryZone,
    UNIT_GROUP_ID: row.unitGroupId,
    LS_GROUP_ID: row.lsGroupId,
    CREATE_SCN: BigInt(row.createScn),
    DROP_SCN: null,
    SYNC_SCN: scn,
    READABLE_SCN: scn,
    FLAG: '',
  }));
}

const cdbObLs = defineView('CDB_OB_LS', `TENANT_ID bigint, ${streamColumns}`, streamRows);

const dbaObLs = defineView(
  'DBA_OB_LS',
  streamColumns,
  async (context) => (await streamRows(context)).filter((row) => row.TENANT_ID === context.tenantId),
  { anyTenant: true },
);

const lsStatus = defineView(
  '__all_virtual_ls_status',
  'tenant_id bigint, ls_id bigint, status varchar(100), primary_zone varchar(128)',
  async ({ current }) =>
    [...(await current()).tables.streams.values()].map((row) => ({
      tenant_id: row.tenantId,
      ls_id: row.lsId,
      status: row.status,
      primary_zone: row.primaryZone,
    })),
);

function replicaTaskRow(row: ReplicaTaskRow): ViewRow {
  const target = endpointOf(row.target);
  const source = row.source === '' ? undefined : endpointOf(row.source);
  const dataSource = endpointOf(row.dataSource);
  const executor = endpointOf(row.executor);
  return {
    TENANT_ID: row.tenantId,
    LS_ID: row.lsId,
    TASK_TYPE: row.taskType,
    TASK_ID: row.taskId,
    TASK_STATUS: 'INPROGRESS',
    PRIORITY: row.priority,
    TARGET_REPLICA_SVR_IP: target.ip,
    TARGET_REPLICA_SVR_PORT: target.port,
    TARGET_PAXOS_REPLICA_NUMBER: row.replicaNum,
    TARGET_REPLICA_TYPE: 'FULL',
    SOURCE_REPLICA_SVR_IP: source?.ip ?? null,
    SOURCE_REPLICA_SVR_PORT: source?.port ?? null,
    SOURCE_PAXOS_REPLICA_NUMBER: row.replicaNum,
    SOURCE_REPLICA_TYPE: source === undefined ? null : 'FULL',
    DATA_SOURCE_SVR_IP: dataSource.ip,
    DATA_SOURCE_SVR_PORT: dataSource.port,
    IS_MANUAL: 'FALSE',
    TASK_EXEC_SVR_IP: executor.ip,
    TASK_EXEC_SVR_PORT: executor.port,
    CREATE_TIME: row.createTime,
    START_TIME: row.createTime,
    MODIFY_TIME: row.createTime,
    COMMENT: row.taskType.toLowerCase(),
  };
}

const replicaTasks = defineView(
  'CDB_OB_LS_REPLICA_TASKS',
  `TENANT_ID bigint, LS_ID bigint, TASK_TYPE varchar(64), TASK_ID varchar(64), TASK_STATUS varchar(64),
  PRIORITY varchar(64), TARGET_REPLICA_SVR_IP varchar(46), TARGET_REPLICA_SVR_PORT bigint,
  TARGET_PAXOS_REPLICA_NUMBER bigint, TARGET_REPLICA_TYPE varchar(64), SOURCE_REPLICA_SVR_IP varchar(46),
  SOURCE_REPLICA_SVR_PORT bigint, SOURCE_PAXOS_REPLICA_NUMBER bigint, SOURCE_REPLICA_TYPE varchar(64),
  DATA_SOURCE_SVR_IP varchar(46), DATA_SOURCE_SVR_PORT bigint, IS_MANUAL varchar(5), TASK_EXEC_SVR_IP varchar(46),
  TASK_EXEC_SVR_PORT bigint, CREATE_TIME timestamp(6), START_TIME timestamp(6), MODIFY_TIME timestamp(6),
  COMMENT varchar(65535)`,
  async ({ current }) => [...(await current()).tables.replicaTasks.values()].map(replicaTaskRow),
);

export const streamViews: readonly View[] = [
  cdbObLsLocations,
  dbaObLsLocations,
  cdbObLs,
  dbaObLs,
  lsStatus,
  replicaTasks,
];
