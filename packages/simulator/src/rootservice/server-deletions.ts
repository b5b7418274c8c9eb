/** ALTER SYSTEM DELETE SERVER and CANCEL DELETE SERVER. The statement marks; the balancer then empties the server. */
import type { Change } from '../cluster/inner-tables.ts';
import { leaderAmong } from '../cluster/log-stat.ts';
import type { ServerRow, UnitRow } from '../cluster/rows.ts';
import { kernelError, notAllowed } from '../kernel-error.ts';
import { monotonicMs, nowUs } from '../timing.ts';
import { wait } from '../wait.ts';
import { canceledCode, endJob, jobChanges } from './jobs.ts';
import { chooseServer, type PlacementView, serversFor } from './placement.ts';
import type { RootContext } from './root-context.ts';
import { recorded, rowOf, serverEvent } from './server-operations.ts';

export interface ServerDeletion {
  readonly servers: readonly string[];
  readonly zone: string;
  readonly sql: string;
  readonly remainingMs: number;
}

export async function deleteServers(context: RootContext, deletion: ServerDeletion): Promise<void> {
  if (deletion.servers.length === 0) throw kernelError('invalidArgument');
  await recorded(context, 'delete_server', deletion.servers, async () => {
    for (const server of deletion.servers) {
      const row = rowOf(context, server, deletion.zone);
      if (row.status !== 'DELETING') checkResources(context, server);
    }
    await checkLeaders(context, deletion.remainingMs);
  });
  for (const server of deletion.servers) {
    await recorded(context, 'delete_server', [server], () =>
      context.exclusively(() => markDeleting(context, deletion, server)),
    );
  }
}

function checkResources(context: RootContext, server: string): void {
  const { tables } = context;
  const view: PlacementView = { tables, isLost: (one) => context.isLost(one) };
  const units = [...tables.units.values()].filter((unit) => unit.server === server);
  const planned: [UnitRow, string][] = [];
  for (const unit of units) {
    const { zone, unitId } = unit;
    if (serversFor(view, unit, []).length === 0) {
      throw kernelError(
        'deleteServerNotAllowed',
        `can not migrate out unit '${unitId}', no other available servers on zone '${zone}', delete server not allowed`,
      );
    }
    const target = chooseServer(view, unit, planned);
    if (target === undefined) {
      throw kernelError(
        'deleteServerNotAllowed',
        `can not migrate out all units, zone '${zone}' resource not enough, delete server not allowed`,
      );
    }
    planned.push([unit, target]);
  }
}

async function checkLeaders(context: RootContext, remainingMs: number): Promise<void> {
  const deadline = monotonicMs() + remainingMs - 500;
  for (;;) {
    const stats = await context.collectLogStat();
    const leaderless = [...context.tables.streams.values()].find(
      ({ tenantId, lsId }) =>
        leaderAmong(stats.filter((row) => row.tenantId === tenantId && row.lsId === lsId)) === undefined,
    );
    if (leaderless === undefined) return;
    if (monotonicMs() >= deadline) throw notAllowed('check leader for all LS timeout, delete server');
    await wait(100);
  }
}

async function markDeleting(
  context: RootContext,
  { zone, sql }: ServerDeletion,
  server: string,
): Promise<void> {
  const row = rowOf(context, server, zone);
  if (row.status === 'DELETING') throw kernelError('serverDeleted');
  await context.write([
    { table: 'servers', key: server, row: { ...row, status: 'DELETING', modifyTime: nowUs() } },
    ...jobChanges(context, [
      { jobType: 'DELETE_SERVER', server, unitId: null, tenantId: null, sqlText: sql },
    ]),
    ...serverEvent(context, 'delete_server', server, 0),
  ]);
  context.effects.record('delete_server', { target: server, result: 'applied' });
}

export async function cancelDeleteServers(
  context: RootContext,
  { servers, zone }: Pick<ServerDeletion, 'servers' | 'zone'>,
): Promise<void> {
  for (const server of servers) {
    await recorded(context, 'cancel_delete_server', [server], () =>
      context.exclusively(() => cancelDeletion(context, server, zone)),
    );
  }
}

async function cancelDeletion(context: RootContext, server: string, zone: string): Promise<void> {
  const { tables } = context;
  const row = rowOf(context, server, zone);
  if (row.status !== 'DELETING') throw kernelError('serverNotDeleting');
  const status: ServerRow['status'] = row.lastOfflineTime === 0 ? 'ACTIVE' : 'INACTIVE';
  const returning = [...tables.units.values()].filter((unit) => unit.migrateFrom === server);
  const changes: Change[] = [
    { table: 'servers', key: server, row: { ...row, status, modifyTime: nowUs() } },
    ...endJob(context, (job) => job.jobType === 'DELETE_SERVER' && job.server === server, canceledCode),
    ...returning.flatMap((unit) => cancelledMove(context, unit)),
    ...serverEvent(context, 'cancel_delete_server', server, 0),
  ];
  await context.write(changes);
  context.effects.record('cancel_delete_server', { target: server, result: 'applied' });
}

/** The unit is where it was again; replicas that have left already come back. */
export function cancelledMove(context: RootContext, unit: UnitRow): Change[] {
  const row = { ...unit, server: unit.migrateFrom, migrateFrom: '', isManual: false };
  return [
    { table: 'units', key: String(unit.unitId), row },
    ...endJob(context, (job) => job.jobType === 'MIGRATE_UNIT' && job.unitId === unit.unitId, canceledCode),
  ];
}
