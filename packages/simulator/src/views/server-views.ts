import { endpointOf } from '../address.ts';
import { serverCapacity } from '../cluster/server-capacity.ts';
import type { ServerStat } from '../cluster/virtual-rows.ts';
import { defineView, renameView, type View, type ViewRow, yesNo } from './view.ts';

const allServer = defineView(
  '__all_server',
  `gmt_create timestamp(6), gmt_modified timestamp(6), svr_ip varchar(46), svr_port bigint, id bigint,
  zone varchar(128), inner_port bigint, with_rootserver bigint, status varchar(64), block_migrate_in_time bigint,
  build_version varchar(256), stop_time bigint, start_service_time bigint, first_sessid bigint, with_partition bigint,
  last_offline_time bigint`,
  async ({ current }) =>
    [...(await current()).tables.servers.values()].map((row) => ({
      gmt_create: row.createTime,
      gmt_modified: row.modifyTime,
      svr_ip: row.svrIp,
      svr_port: row.svrPort,
      id: row.id,
      zone: row.zone,
      inner_port: row.sqlPort,
      with_rootserver: row.withRootserver ? 1 : 0,
      status: row.status,
      block_migrate_in_time: row.blockMigrateInTime,
      build_version: row.buildVersion,
      stop_time: row.stopTime,
      start_service_time: row.startServiceTime,
      first_sessid: 0,
      with_partition: 1,
      last_offline_time: row.lastOfflineTime,
    })),
);

const dbaObServers = defineView(
  'DBA_OB_SERVERS',
  `SVR_IP varchar(46), SVR_PORT bigint, ID bigint, ZONE varchar(128), SQL_PORT bigint, WITH_ROOTSERVER varchar(3),
  STATUS varchar(64), START_SERVICE_TIME timestamp(6), STOP_TIME timestamp(6), BLOCK_MIGRATE_IN_TIME timestamp(6),
  CREATE_TIME timestamp(6), MODIFY_TIME timestamp(6), BUILD_VERSION varchar(256), LAST_OFFLINE_TIME timestamp(6)`,
  async ({ current }) =>
    [...(await current()).tables.servers.values()].map((row) => ({
      SVR_IP: row.svrIp,
      SVR_PORT: row.svrPort,
      ID: row.id,
      ZONE: row.zone,
      SQL_PORT: row.sqlPort,
      WITH_ROOTSERVER: yesNo(row.withRootserver),
      STATUS: row.status,
      START_SERVICE_TIME: row.startServiceTime,
      STOP_TIME: row.stopTime,
      BLOCK_MIGRATE_IN_TIME: row.blockMigrateInTime,
      CREATE_TIME: row.createTime,
      MODIFY_TIME: row.modifyTime,
      BUILD_VERSION: row.buildVersion,
      LAST_OFFLINE_TIME: row.lastOfflineTime,
    })),
);

const gvObServers = defineView(
  'GV$OB_SERVERS',
  `SVR_IP varchar(46), SVR_PORT bigint, ZONE varchar(128), SQL_PORT bigint, CPU_CAPACITY bigint,
  CPU_CAPACITY_MAX double, CPU_ASSIGNED double, CPU_ASSIGNED_MAX double, MEM_CAPACITY bigint, MEM_ASSIGNED bigint,
  LOG_DISK_CAPACITY bigint, LOG_DISK_ASSIGNED bigint, LOG_DISK_IN_USE bigint, DATA_DISK_CAPACITY bigint,
  DATA_DISK_ASSIGNED bigint since 4.3.5, DATA_DISK_IN_USE bigint, DATA_DISK_HEALTH_STATUS varchar(32), MEMORY_LIMIT bigint, DATA_DISK_ALLOCATED bigint,
  DATA_DISK_ABNORMAL_TIME timestamp(6), SSL_CERT_EXPIRED_TIME timestamp(6),
  SS_DATA_DISK_OPERATION_SUGGESTED varchar(32) since 4.3.5, SS_DATA_DISK_SIZE_SUGGESTED varchar(64) since 4.3.5`,
  async ({ collect }) => (await collect('serverStat')).map(serverStatRow),
);

function serverStatRow(stat: ServerStat): ViewRow {
  const { ip, port } = endpointOf(stat.server);
  return {
    SVR_IP: ip,
    SVR_PORT: port,
    ZONE: stat.zone,
    SQL_PORT: stat.sqlPort,
    CPU_CAPACITY: stat.cpuCapacity,
    CPU_CAPACITY_MAX: stat.cpuCapacity,
    CPU_ASSIGNED: stat.cpuAssigned,
    CPU_ASSIGNED_MAX: stat.cpuAssigned,
    MEM_CAPACITY: stat.memoryLimit - serverCapacity.systemMemory,
    MEM_ASSIGNED: stat.memoryAssigned,
    LOG_DISK_CAPACITY: stat.logDiskCapacity,
    LOG_DISK_ASSIGNED: stat.logDiskAssigned,
    LOG_DISK_IN_USE: 2 * 1024 ** 3,
    DATA_DISK_CAPACITY: stat.dataDiskCapacity,
    DATA_DISK_IN_USE: stat.dataDiskInUse,
    DATA_DISK_HEALTH_STATUS: stat.diskHealth,
    MEMORY_LIMIT: stat.memoryLimit,
    DATA_DISK_ALLOCATED: stat.dataDiskCapacity,
    DATA_DISK_ABNORMAL_TIME: stat.diskErrorSince,
    SSL_CERT_EXPIRED_TIME: null,
  };
}

const vObServers = renameView(gvObServers, 'V$OB_SERVERS', isOfThisServer);

export function isOfThisServer(row: ViewRow, { self }: { self: string }): boolean {
  const { ip, port } = endpointOf(self);
  return row.SVR_IP === ip && row.SVR_PORT === port;
}

export const serverViews: readonly View[] = [allServer, dbaObServers, gvObServers, vObServers];
