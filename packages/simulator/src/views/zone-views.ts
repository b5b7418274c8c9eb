import { defineView, type View, type ViewRow } from './view.ts';

const dbaObZones = defineView(
  'DBA_OB_ZONES',
  `ZONE varchar(128), CREATE_TIME timestamp(6), MODIFY_TIME timestamp(6), STATUS varchar(4096), IDC varchar(4096),
  REGION varchar(4096), TYPE varchar(4096)`,
  async ({ current }) =>
    [...(await current()).tables.zones.values()].map((row) => ({
      ZONE: row.zone,
      CREATE_TIME: row.createTime,
      MODIFY_TIME: row.modifyTime,
      STATUS: row.status,
      IDC: row.idc,
      REGION: row.region,
      TYPE: row.type,
    })),
);

const allZone = defineView(
  '__all_zone',
  `gmt_create timestamp(6), gmt_modified timestamp(6), zone varchar(128), name varchar(128), value bigint,
  info varchar(4096)`,
  async ({ current }) => {
    const { tables } = await current();
    const [cluster] = tables.cluster.values();
    const times = { gmt_create: cluster?.createTime ?? 0, gmt_modified: cluster?.createTime ?? 0 };
    const global: ViewRow[] = [{ ...times, zone: '', name: 'cluster', value: 0, info: cluster?.name ?? '' }];
    return [...tables.zones.values()].reduce<ViewRow[]>((rows, row) => {
      const base = { gmt_create: row.createTime, gmt_modified: row.modifyTime, zone: row.zone };
      // 2 is the kernel's number for ACTIVE, 1 for INACTIVE.
      const status = row.status === 'ACTIVE' ? 2 : 1;
      rows.push(
        { ...base, name: 'idc', value: 0, info: row.idc },
        { ...base, name: 'region', value: 0, info: row.region },
        { ...base, name: 'status', value: status, info: row.status },
        { ...base, name: 'zone_type', value: 0, info: row.type },
      );
      return rows;
    }, global);
  },
);

export const zoneViews: readonly View[] = [dbaObZones, allZone];
