/** ALTER SYSTEM MIGRATE UNIT and CANCEL MIGRATE UNIT: a unit goes to a server of the same zone, by hand. */
import { kernelError } from '../kernel-error.ts';
import { jobChanges } from './jobs.ts';
import type { RootContext } from './root-context.ts';
import { cancelledMove } from './server-deletions.ts';

export async function migrateUnit(
  context: RootContext,
  { unitId, server, sql }: { readonly unitId: number; readonly server: string; readonly sql: string },
): Promise<void> {
  await context.exclusively(async () => {
    const { tables } = context;
    const unit = tables.units.get(String(unitId));
    const target = tables.servers.get(server);
    if (unit === undefined || target === undefined) throw kernelError('entryNotExist');
    if (unit.server === server) return;
    if (unit.migrateFrom !== '') throw kernelError('unitIsMigrating');
    if (target.zone !== unit.zone)
      throw kernelError('notSupported', 'migrate unit between zones not supported');
    if (target.lastOfflineTime !== 0 || target.startServiceTime === 0) throw kernelError('serverNotAlive');
    const isTaken = [...tables.units.values()].some(
      (one) => one.server === server && one.tenantId === unit.tenantId,
    );
    if (isTaken)
      throw kernelError('notSupported', 'migrate unit to a server with a unit of the tenant not supported');
    const { tenantId } = unit;
    await context.write([
      {
        table: 'units',
        key: String(unitId),
        row: { ...unit, server, migrateFrom: unit.server, isManual: true },
      },
      ...jobChanges(context, [{ jobType: 'MIGRATE_UNIT', server, unitId, tenantId, sqlText: sql }]),
    ]);
  });
}

export async function cancelMigrateUnit(
  context: RootContext,
  { unitId }: { readonly unitId: number },
): Promise<void> {
  await context.exclusively(async () => {
    const unit = context.tables.units.get(String(unitId));
    if (unit === undefined) throw kernelError('entryNotExist');
    if (unit.migrateFrom !== '') await context.write(cancelledMove(context, unit));
  });
}
