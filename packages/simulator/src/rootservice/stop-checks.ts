/** What root service checks before it stops a server or a zone. */
import type { InnerTables } from '../cluster/inner-tables.ts';
import { isVersionAtLeast } from '../cluster/kernel-version.ts';
import type { StopKind } from '../cluster/messages.ts';
import { kernelError, notAllowed, queryTimeout } from '../kernel-error.ts';
import { monotonicMs } from '../timing.ts';
import { wait } from '../wait.ts';
import { mayIsolate } from './isolate-check.ts';
import type { RootContext } from './root-context.ts';
import { checkStream, type StreamRefusal } from './stream-check.ts';

export const multiZoneText = 'cannot stop server or stop zone in multiple zones';

/** A parameter of the simulator itself: `off` lets servers be stopped in several zones. */
const multiZoneSwitch = '__sim_multi_zone_check';

/** Something is stopped, or a zone inactive, outside `zone`. */
export function hasOtherStopTask(context: RootContext, zone: string): boolean {
  if (context.parameter(multiZoneSwitch) === 'off') return false;
  const { servers, zones } = context.tables;
  return (
    [...servers.values()].some((row) => row.zone !== zone && row.stopTime > 0) ||
    [...zones.values()].some((row) => row.zone !== zone && row.status === 'INACTIVE')
  );
}

/** Checks 1 to 6 of STOP SERVER, before any transaction. */
export async function stopServerPrecheck(
  context: RootContext,
  kind: StopKind,
  servers: readonly string[],
  remainingMs: number,
): Promise<void> {
  const rows = servers.map((server) => {
    const row = context.tables.servers.get(server);
    if (row === undefined) throw kernelError('entryNotExist');
    return row;
  });
  // All stopped already: the kernel skips every further check.
  if (rows.every(({ stopTime }) => stopTime > 0)) return;
  const zone = rows[0]?.zone ?? '';
  if (rows.some((row) => row.zone !== zone)) throw kernelError('stopInMultipleZones');
  if (kind === 'ISOLATE') {
    if (!mayIsolate(context.tables, servers, zone)) {
      throw notAllowed('Stop all servers in primary region is');
    }
    return;
  }
  if (hasOtherStopTask(context, zone)) throw kernelError('stopInMultipleZones', multiZoneText);
  await checkAllStreams(context, { kind, toStop: new Set(servers), what: 'stop server', remainingMs });
}

export interface StreamsCheck {
  readonly kind: StopKind;
  readonly toStop: ReadonlySet<string>;
  readonly what: 'stop server' | 'stop zone';
  readonly remainingMs: number;
}

/** Every stream of the cluster, not only those on the target. A passing trouble is looked at again until time is over. */
export async function checkAllStreams(context: RootContext, check: StreamsCheck): Promise<void> {
  const deadline = monotonicMs() + check.remainingMs - 500;
  for (;;) {
    const refusal = await firstRefusal(context, check);
    if (refusal === undefined) return;
    const retry = refusal.retry && (!refusal.text.includes('log not sync') || retriesLogSync(context));
    if (!retry) throw notAllowed(refusal.text);
    if (context.ended) throw kernelError('notMaster');
    if (monotonicMs() >= deadline) throw queryTimeout(Math.round(check.remainingMs * 1000));
    await wait(100);
  }
}

/** Older kernels refuse at once. */
function retriesLogSync(context: RootContext): boolean {
  return isVersionAtLeast(context.version, '4.3');
}

async function firstRefusal(context: RootContext, check: StreamsCheck): Promise<StreamRefusal | undefined> {
  const stats = await context.collectLogStat();
  const { tables } = context;
  const streams = [...tables.streams.values()]
    .filter(({ status }) => status !== 'CREATE_ABORT')
    .sort((a, b) => a.tenantId - b.tenantId || a.lsId - b.lsId);
  for (const { tenantId, lsId } of streams) {
    const refusal = checkStream({
      tenantId,
      lsId,
      tenant: tables.tenants.get(String(tenantId)),
      rows: stats.filter((row) => row.tenantId === tenantId && row.lsId === lsId),
      isValid: (member) => isValidMember(tables, member) && !check.toStop.has(member),
      what: check.what,
      checkSync: check.kind === 'STOP',
    });
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function isValidMember(tables: InnerTables, member: string): boolean {
  const row = tables.servers.get(member);
  if (row === undefined) throw kernelError('entryNotExist');
  return row.lastOfflineTime === 0 && row.startServiceTime !== 0 && !tables.isServiceStopped(member);
}
