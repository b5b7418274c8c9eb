/** ALTER SYSTEM STOP / FORCE STOP / ISOLATE / START ZONE. The servers' own stop_time is left alone. */
import type { StopKind } from '../cluster/messages.ts';
import type { ZoneRow } from '../cluster/rows.ts';
import { KernelError, kernelError, notAllowed } from '../kernel-error.ts';
import { nowUs } from '../timing.ts';
import { mayIsolate } from './isolate-check.ts';
import type { RootContext } from './root-context.ts';
import { notifySwitchLeader } from './server-operations.ts';
import { checkAllStreams, hasOtherStopTask, multiZoneText } from './stop-checks.ts';

export interface ZoneStop {
  readonly kind: StopKind;
  readonly zone: string;
  readonly sql: string;
  readonly remainingMs: number;
}

export async function stopZone(context: RootContext, stop: ZoneStop): Promise<void> {
  try {
    await recorded(context, 'stop_zone', stop.zone, stop.sql, async () => {
      await checkStopZone(context, stop);
      await context.exclusively(() => deactivate(context, stop.zone));
    });
  } finally {
    notifySwitchLeader(context);
  }
}

async function checkStopZone(context: RootContext, { kind, zone, remainingMs }: ZoneStop): Promise<void> {
  const { tables } = context;
  const row = zoneRow(context, zone);
  const servers = [...tables.servers]
    .filter(([, server]) => server.zone === zone)
    .map(([address]) => address);
  if (kind === 'ISOLATE') {
    if (row.status === 'ACTIVE' && !mayIsolate(tables, servers, zone)) {
      throw notAllowed('Stop all server in primary region is disabled');
    }
    return;
  }
  if (row.status === 'ACTIVE' && hasOtherStopTask(context, zone)) {
    throw kernelError('stopInMultipleZones', multiZoneText);
  }
  if (row.type !== 'ReadOnly' && servers.length > 0) {
    await checkAllStreams(context, { kind, toStop: new Set(servers), what: 'stop zone', remainingMs });
  }
}

async function deactivate(context: RootContext, zone: string): Promise<void> {
  const row = zoneRow(context, zone);
  if (row.status === 'INACTIVE') return;
  const active = [...context.tables.zones.values()].filter(({ status }) => status === 'ACTIVE');
  if (active.length === 1) throw kernelError('notAllowed');
  await context.write([
    { table: 'zones', key: zone, row: { ...row, status: 'INACTIVE', modifyTime: nowUs() } },
  ]);
}

export async function startZone(context: RootContext, zone: string, sql: string): Promise<void> {
  await recorded(context, 'start_zone', zone, sql, () =>
    context.exclusively(async () => {
      const row = zoneRow(context, zone);
      if (row.status === 'ACTIVE') throw kernelError('zoneStatusNotMatch');
      await context.write([
        { table: 'zones', key: zone, row: { ...row, status: 'ACTIVE', modifyTime: nowUs() } },
      ]);
    }),
  );
}

export function zoneRow(context: RootContext, zone: string): ZoneRow {
  const row = context.tables.zones.get(zone);
  if (row === undefined) throw kernelError('entryNotExist', 'zone not exist');
  return row;
}

/** Refusals are in the event history too. */
export async function recorded(
  context: RootContext,
  event: 'stop_zone' | 'start_zone' | 'add_zone' | 'alter_zone' | 'delete_zone',
  zone: string,
  sql: string,
  work: () => Promise<void>,
): Promise<void> {
  let ret = 0;
  try {
    await work();
  } catch (error) {
    ret = error instanceof KernelError ? error.code : -4016;
    throw error;
  } finally {
    context.effects.record(event, { target: zone, result: ret === 0 ? 'applied' : 'refused', ret });
    const events = [
      { module: 'zone', event, pairs: [['name', zone]] as [string, string][] },
      {
        module: 'root_service',
        event,
        pairs: [
          ['ret', String(ret)],
          ['sql_text', JSON.stringify(sql)],
        ] as [string, string][],
      },
    ];
    // ALTER ZONE has no event of module zone.
    const told = ret === 0 && event !== 'alter_zone' ? events : events.slice(1);
    await context.exclusively(() => context.write(context.eventChanges(told))).catch(() => undefined);
  }
}
