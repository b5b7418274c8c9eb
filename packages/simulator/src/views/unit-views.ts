import { endpointOf } from '../address.ts';
import type { InnerTables } from '../cluster/inner-tables.ts';
import type { UnitRow } from '../cluster/rows.ts';
import { isOfThisServer } from './server-views.ts';
import { defineView, renameView, type View, yesNo } from './view.ts';

function configOf(tables: InnerTables, { unitConfigId }: UnitRow) {
  const config = tables.unitConfigs.get(String(unitConfigId));
  return {
    MAX_CPU: config?.maxCpu ?? 0,
    MIN_CPU: config?.minCpu ?? 0,
    MEMORY_SIZE: config?.memorySize ?? 0,
    LOG_DISK_SIZE: config?.logDiskSize ?? 0,
    MAX_IOPS: 9223372036854775807n,
    MIN_IOPS: 9223372036854775807n,
    IOPS_WEIGHT: 1,
    MAX_NET_BANDWIDTH: 9223372036854775807n,
    NET_BANDWIDTH_WEIGHT: 1,
  };
}

const configColumns = `MAX_CPU double, MIN_CPU double, MEMORY_SIZE bigint, LOG_DISK_SIZE bigint,
  DATA_DISK_SIZE bigint since 4.3.5, MAX_IOPS bigint, MIN_IOPS bigint, IOPS_WEIGHT bigint,
  MAX_NET_BANDWIDTH bigint since 4.3.5, NET_BANDWIDTH_WEIGHT bigint since 4.3.5`;

const dbaObUnits = defineView(
  'DBA_OB_UNITS',
  `UNIT_ID bigint, TENANT_ID bigint, STATUS varchar(64), RESOURCE_POOL_ID bigint, UNIT_GROUP_ID bigint,
  CREATE_TIME timestamp(6), MODIFY_TIME timestamp(6), ZONE varchar(128), SVR_IP varchar(46), SVR_PORT bigint,
  MIGRATE_FROM_SVR_IP varchar(46), MIGRATE_FROM_SVR_PORT bigint, MANUAL_MIGRATE varchar(3), UNIT_CONFIG_ID bigint,
  ${configColumns}`,
  async ({ current }) => {
    const { tables } = await current();
    return [...tables.units.values()].map((row) => {
      const { ip, port } = endpointOf(row.server);
      const from = row.migrateFrom === '' ? undefined : endpointOf(row.migrateFrom);
      return {
        UNIT_ID: row.unitId,
        TENANT_ID: row.tenantId,
        STATUS: 'ACTIVE',
        RESOURCE_POOL_ID: row.poolId,
        UNIT_GROUP_ID: row.unitGroupId,
        CREATE_TIME: row.createTime,
        MODIFY_TIME: row.createTime,
        ZONE: row.zone,
        SVR_IP: ip,
        SVR_PORT: port,
        MIGRATE_FROM_SVR_IP: from?.ip ?? null,
        MIGRATE_FROM_SVR_PORT: from?.port ?? null,
        MANUAL_MIGRATE: from === undefined ? null : yesNo(row.isManual),
        UNIT_CONFIG_ID: row.unitConfigId,
        ...configOf(tables, row),
      };
    });
  },
);

const dbaObUnitConfigs = defineView(
  'DBA_OB_UNIT_CONFIGS',
  `UNIT_CONFIG_ID bigint, NAME varchar(128), CREATE_TIME timestamp(6), MODIFY_TIME timestamp(6), ${configColumns}`,
  async ({ current }) =>
    [...(await current()).tables.unitConfigs.values()].map((row) => ({
      UNIT_CONFIG_ID: row.unitConfigId,
      NAME: row.name,
      CREATE_TIME: row.createTime,
      MODIFY_TIME: row.createTime,
      MAX_CPU: row.maxCpu,
      MIN_CPU: row.minCpu,
      MEMORY_SIZE: row.memorySize,
      LOG_DISK_SIZE: row.logDiskSize,
      MAX_IOPS: 9223372036854775807n,
      MIN_IOPS: 9223372036854775807n,
      IOPS_WEIGHT: 1,
      MAX_NET_BANDWIDTH: 9223372036854775807n,
      NET_BANDWIDTH_WEIGHT: 1,
    })),
);

const dbaObResourcePools = defineView(
  'DBA_OB_RESOURCE_POOLS',
  `RESOURCE_POOL_ID bigint, NAME varchar(128), TENANT_ID bigint, CREATE_TIME timestamp(6), MODIFY_TIME timestamp(6),
  UNIT_COUNT bigint, UNIT_CONFIG_ID bigint, ZONE_LIST varchar(8192), REPLICA_TYPE varchar(16)`,
  async ({ current }) =>
    [...(await current()).tables.pools.values()].map((row) => ({
      RESOURCE_POOL_ID: row.poolId,
      NAME: row.name,
      TENANT_ID: row.tenantId,
      CREATE_TIME: row.createTime,
      MODIFY_TIME: row.createTime,
      UNIT_COUNT: row.unitCount,
      UNIT_CONFIG_ID: row.unitConfigId,
      ZONE_LIST: row.zones.join(';'),
      REPLICA_TYPE: 'FULL',
    })),
);

/** Units as the servers themselves report them: those of reachable servers only. */
const gvObUnits = defineView(
  'GV$OB_UNITS',
  `SVR_IP varchar(46), SVR_PORT bigint, UNIT_ID bigint, TENANT_ID bigint, ZONE varchar(128), MAX_CPU double,
  MIN_CPU double, MEMORY_SIZE bigint, MAX_IOPS bigint, MIN_IOPS bigint, IOPS_WEIGHT bigint, LOG_DISK_SIZE bigint,
  LOG_DISK_IN_USE bigint, DATA_DISK_IN_USE bigint, STATUS varchar(64), CREATE_TIME timestamp(6)`,
  async ({ current, collect, tenantId }) => {
    const [{ tables }, stats] = await Promise.all([current(), collect('serverStat')]);
    const reachable = new Set(stats.map(({ server }) => server));
    return [...tables.units.values()]
      .filter((row) => reachable.has(row.server) && (tenantId === 1 || row.tenantId === tenantId))
      .map((row) => {
        const { ip, port } = endpointOf(row.server);
        return {
          SVR_IP: ip,
          SVR_PORT: port,
          UNIT_ID: row.unitId,
          TENANT_ID: row.tenantId,
          ZONE: row.zone,
          ...configOf(tables, row),
          LOG_DISK_IN_USE: 512 * 1024 ** 2,
          DATA_DISK_IN_USE: 128 * 1024 ** 2,
          STATUS: 'NORMAL',
          CREATE_TIME: row.createTime,
        };
      });
  },
  { anyTenant: true },
);

export const unitViews: readonly View[] = [
  dbaObUnits,
  dbaObUnitConfigs,
  dbaObResourcePools,
  gvObUnits,
  renameView(gvObUnits, 'V$OB_UNITS', isOfThisServer),
];
