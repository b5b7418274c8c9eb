/** ALTER SYSTEM ADD, ALTER and DELETE ZONE. A new zone is INACTIVE until it is started. */
import type { ZoneOptions } from '../cluster/messages.ts';
import type { ZoneRow } from '../cluster/rows.ts';
import { kernelError } from '../kernel-error.ts';
import { nowUs } from '../timing.ts';
import type { RootContext } from './root-context.ts';
import { recorded, zoneRow } from './zone-operations.ts';

interface ZoneDefinition {
  readonly zone: string;
  readonly options: ZoneOptions;
  readonly sql: string;
}

export async function addZone(context: RootContext, { zone, options, sql }: ZoneDefinition): Promise<void> {
  await recorded(context, 'add_zone', zone, sql, () =>
    context.exclusively(async () => {
      if (context.tables.zones.has(zone)) throw kernelError('entryExist');
      const now = nowUs();
      const row: ZoneRow = {
        zone,
        status: 'INACTIVE',
        region: options.region ?? 'default_region',
        idc: options.idc ?? '',
        type: options.type ?? 'ReadWrite',
        createTime: now,
        modifyTime: now,
      };
      await context.write([{ table: 'zones', key: zone, row }]);
    }),
  );
}

export async function alterZone(context: RootContext, { zone, options, sql }: ZoneDefinition): Promise<void> {
  await recorded(context, 'alter_zone', zone, sql, () =>
    context.exclusively(async () => {
      const row = zoneRow(context, zone);
      // The type of a zone is settled when it is added.
      if (options.type !== undefined && options.type !== row.type)
        throw kernelError('notSupported', 'alter zone type not supported');
      await context.write([{ table: 'zones', key: zone, row: { ...row, ...options, modifyTime: nowUs() } }]);
    }),
  );
}

export async function deleteZone(
  context: RootContext,
  { zone, sql }: Omit<ZoneDefinition, 'options'>,
): Promise<void> {
  await recorded(context, 'delete_zone', zone, sql, () =>
    context.exclusively(async () => {
      const row = zoneRow(context, zone);
      const servers = [...context.tables.servers.values()].filter((server) => server.zone === zone);
      if (servers.length > 0) {
        const alive = servers.filter(({ lastOfflineTime }) => lastOfflineTime === 0).length;
        throw kernelError(
          'zoneNotEmpty',
          `The zone is not empty and can not be deleted. You should delete the servers of the zone. There are ${alive} servers alive and ${servers.length - alive} not alive.`,
        );
      }
      if (row.status !== 'INACTIVE') throw kernelError('zoneStatusNotMatch');
      await context.write([{ table: 'zones', key: zone, row: null }]);
    }),
  );
}
