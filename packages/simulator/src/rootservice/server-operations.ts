/** ALTER SYSTEM STOP / FORCE STOP / ISOLATE / START SERVER, as root service carries them out. */
import type { Change } from '../cluster/inner-tables.ts';
import { isVersionAtLeast } from '../cluster/kernel-version.ts';
import type { StopKind } from '../cluster/messages.ts';
import type { ServerRow } from '../cluster/rows.ts';
import type { DiskHealth } from '../cluster/virtual-rows.ts';
import { KernelError, kernelError, notAllowed } from '../kernel-error.ts';
import { RpcError } from '../rpc/rpc-error.ts';
import { nowUs } from '../timing.ts';
import { quoted, type RootContext } from './root-context.ts';
import { hasOtherStopTask, multiZoneText, stopServerPrecheck } from './stop-checks.ts';

export interface ServerStop {
  readonly kind: StopKind;
  readonly servers: readonly string[];
  readonly zone: string;
  readonly remainingMs: number;
}

export async function stopServers(context: RootContext, stop: ServerStop): Promise<void> {
  if (stop.servers.length === 0) throw kernelError('invalidArgument');
  try {
    await recorded(context, 'stop_server', stop.servers, () =>
      stopServerPrecheck(context, stop.kind, stop.servers, stop.remainingMs),
    );
    // Each server is a transaction of its own: a failure at the second leaves the first stopped.
    for (const server of stop.servers) {
      await recorded(context, 'stop_server', [server], () =>
        context.exclusively(() => stopOne(context, stop, server)),
      );
    }
  } finally {
    // Also after a refusal, as the kernel does; only servers that are stopped act on it.
    notifySwitchLeader(context);
  }
}

async function stopOne(context: RootContext, { kind, zone }: ServerStop, server: string): Promise<void> {
  const row = rowOf(context, server, zone);
  if (kind !== 'ISOLATE' && hasOtherStopTask(context, row.zone)) {
    throw kernelError('stopInMultipleZones', multiZoneText);
  }
  const now = nowUs();
  const changes = serverEvent(context, 'stop_server', server, 0);
  if (row.stopTime === 0)
    changes.push({ table: 'servers', key: server, row: { ...row, stopTime: now, modifyTime: now } });
  await context.write(changes);
  context.effects.record('stop_server', {
    target: server,
    kind,
    result: 'applied',
    stopTime: row.stopTime || now,
  });
}

export interface ServerStart {
  readonly servers: readonly string[];
  readonly zone: string;
}

export async function startServers(context: RootContext, { servers, zone }: ServerStart): Promise<void> {
  if (servers.length === 0) throw kernelError('invalidArgument');
  for (const server of servers) {
    await recorded(context, 'start_server', [server], async () => {
      if (checksMachine(context.version)) await checkMachine(context, server);
      await context.exclusively(() => startOne(context, server, zone));
    });
  }
}

async function startOne(context: RootContext, server: string, zone: string): Promise<void> {
  const row = rowOf(context, server, zone);
  const changes = serverEvent(context, 'start_server', server, 0);
  if (row.stopTime !== 0)
    changes.push({ table: 'servers', key: server, row: { ...row, stopTime: 0, modifyTime: nowUs() } });
  await context.write(changes);
  context.effects.record('start_server', { target: server, result: 'applied' });
}

export function rowOf(context: RootContext, server: string, zone: string): ServerRow {
  const row = context.tables.servers.get(server);
  if (row === undefined) throw kernelError('notInWhiteList');
  if (zone !== '' && zone !== row.zone) throw kernelError('zoneNotMatch');
  return row;
}

/** From 4.2.5 on the 4.2 line, and from 4.3.2, root service looks at the disks of servers. */
export function checksMachine(version: string): boolean {
  return isVersionAtLeast(version, version.startsWith('4.2') ? '4.2.5' : '4.3.2');
}

async function checkMachine(context: RootContext, server: string): Promise<void> {
  if (!context.tables.servers.has(server)) throw kernelError('notInWhiteList');
  const { diskHealth } = await askServer<{ diskHealth: DiskHealth }>(context, server, 'machine_status');
  if (diskHealth === 'NORMAL') return;
  throw notAllowed(
    `The target server ${server} may encounter device failures. Please check GV$OB_SERVERS for more information. START SERVER is`,
  );
}

/** A call whose failure is the statement's own: the error of the RPC reaches the user as it is. */
export async function askServer<Result>(
  { peers, timing }: RootContext,
  server: string,
  method: string,
): Promise<Result> {
  try {
    return await peers.call<Result>(server, method, {}, timing.rpcTimeoutMs);
  } catch (error) {
    if (error instanceof RpcError && error.failure === 'timeout') throw kernelError('timeout');
    throw kernelError('rpcConnect');
  }
}

/** A refusal is in the event history and in the record of effects too; then it goes on its way. */
export async function recorded(
  context: RootContext,
  event: 'stop_server' | 'start_server' | 'add_server' | 'delete_server' | 'cancel_delete_server',
  servers: readonly string[],
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    const ret = error instanceof KernelError ? error.code : -4016;
    const message = error instanceof Error ? error.message : String(error);
    for (const target of servers) context.effects.record(event, { target, result: 'refused', ret, message });
    // Best effort: a root service that was deposed cannot write it.
    await context
      .exclusively(async () => {
        for (const server of servers) await context.write(serverEvent(context, event, server, ret));
      })
      .catch(() => undefined);
    throw error;
  }
}

export function serverEvent(context: RootContext, event: string, server: string, ret: number): Change[] {
  return context.eventChanges([
    {
      module: 'server',
      event,
      pairs: [
        ['server', quoted(server)],
        ['ret', String(ret)],
      ],
    },
  ]);
}

/** Every server learns at once who is stopped; whoever cannot be told hears it by heartbeat. */
export function notifySwitchLeader({ tables, peers, epoch, timing }: RootContext): void {
  const stopped = [...tables.servers.keys()].filter((server) => tables.isUnfitToLead(server));
  for (const server of tables.servers.keys()) {
    peers
      .call(server, 'notify_switch_leader', { epoch, stopped }, timing.rpcTimeoutMs)
      .catch(() => undefined);
  }
}
