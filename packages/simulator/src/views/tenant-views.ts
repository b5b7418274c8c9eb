import { nowUs } from '../timing.ts';
import { defineView, renameView, type View } from './view.ts';

const dbaObTenants = defineView(
  'DBA_OB_TENANTS',
  `TENANT_ID bigint, TENANT_NAME varchar(128), TENANT_TYPE varchar(4), CREATE_TIME timestamp(6),
  MODIFY_TIME timestamp(6), PRIMARY_ZONE varchar(128), LOCALITY varchar(4096), PREVIOUS_LOCALITY varchar(4096),
  COMPATIBILITY_MODE varchar(6), STATUS varchar(64), IN_RECYCLEBIN varchar(3), LOCKED varchar(3),
  TENANT_ROLE varchar(128), SWITCHOVER_STATUS varchar(128), SWITCHOVER_EPOCH bigint, SYNC_SCN bigint unsigned,
  REPLAYABLE_SCN bigint unsigned, READABLE_SCN bigint unsigned, RECOVERY_UNTIL_SCN bigint unsigned,
  LOG_MODE varchar(12), ARBITRATION_SERVICE_STATUS varchar(64), UNIT_NUM bigint, COMPATIBLE varchar(65535),
  MAX_LS_ID bigint, RESTORE_DATA_MODE varchar(17) since 4.3.5`,
  async ({ current, tenantId: viewer }) => {
    const { tables } = await current();
    const scn = BigInt(nowUs()) * 1000n;
    return [...tables.tenants.values()]
      .filter(({ tenantId }) => viewer === 1 || tenantId === viewer)
      .map((row) => {
        // A standby has replayed up to a moment ago.
        const replayed = row.tenantRole === 'STANDBY' ? scn - 1_000_000_000n : scn;
        const recorded = row.tenantType === 'USER' ? replayed : null;
        const lsIds = [...tables.streams.values()]
          .filter((ls) => ls.tenantId === row.tenantId)
          .map((ls) => ls.lsId);
        return {
          TENANT_ID: row.tenantId,
          TENANT_NAME: row.tenantName,
          TENANT_TYPE: row.tenantType,
          CREATE_TIME: row.createTime,
          MODIFY_TIME: row.modifyTime,
          PRIMARY_ZONE: row.primaryZone,
          LOCALITY: row.locality,
          PREVIOUS_LOCALITY: row.previousLocality === '' ? null : row.previousLocality,
          COMPATIBILITY_MODE: 'MYSQL',
          STATUS: row.status,
          IN_RECYCLEBIN: 'NO',
          LOCKED: 'NO',
          TENANT_ROLE: row.tenantRole,
          SWITCHOVER_STATUS: 'NORMAL',
          SWITCHOVER_EPOCH: 0,
          SYNC_SCN: recorded,
          REPLAYABLE_SCN: recorded,
          READABLE_SCN: recorded,
          RECOVERY_UNTIL_SCN: row.tenantType === 'USER' ? 4611686018427387903n : null,
          LOG_MODE: 'NOARCHIVELOG',
          ARBITRATION_SERVICE_STATUS: 'DISABLED',
          UNIT_NUM: row.unitNum,
          COMPATIBLE: row.compatible,
          MAX_LS_ID: Math.max(1, ...lsIds),
          RESTORE_DATA_MODE: row.tenantType === 'USER' ? 'NORMAL' : null,
        };
      });
  },
  { anyTenant: true },
);

const allTenant = defineView(
  '__all_tenant',
  `gmt_create timestamp(6), gmt_modified timestamp(6), tenant_id bigint, tenant_name varchar(128),
  primary_zone varchar(128), locked bigint, info varchar(4096), locality varchar(4096), previous_locality varchar(4096),
  status varchar(64), in_recyclebin bigint`,
  async ({ current }) =>
    [...(await current()).tables.tenants.values()].map((row) => ({
      gmt_create: row.createTime,
      gmt_modified: row.modifyTime,
      tenant_id: row.tenantId,
      tenant_name: row.tenantName,
      primary_zone: row.primaryZone,
      locked: 0,
      info: row.tenantType === 'SYS' ? 'system tenant' : '',
      locality: row.locality,
      previous_locality: row.previousLocality,
      status: row.status,
      in_recyclebin: 0,
    })),
);

export const tenantViews: readonly View[] = [
  dbaObTenants,
  allTenant,
  renameView(allTenant, '__all_virtual_tenant'),
];
