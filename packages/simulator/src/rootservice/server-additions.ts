/** ALTER SYSTEM ADD SERVER: an observer that was started by hand becomes a member of the cluster. */
import { endpointOf } from '../address.ts';
import type { Change } from '../cluster/inner-tables.ts';
import { isVersionAtLeast } from '../cluster/kernel-version.ts';
import type { NewcomerInfo } from '../cluster/messages.ts';
import type { ServerRow } from '../cluster/rows.ts';
import { kernelError, notAllowed } from '../kernel-error.ts';
import { nowUs } from '../timing.ts';
import type { RootContext } from './root-context.ts';
import { askServer, recorded, serverEvent } from './server-operations.ts';

export interface ServerAddition {
  readonly servers: readonly string[];
  /** Empty: the zone that the observer was started with. */
  readonly zone: string;
}

export async function addServers(context: RootContext, { servers, zone }: ServerAddition): Promise<void> {
  if (servers.length === 0) throw kernelError('invalidArgument');
  for (const server of servers) {
    await recorded(context, 'add_server', [server], () => addOne(context, server, zone));
  }
}

async function addOne(context: RootContext, server: string, zone: string): Promise<void> {
  const newcomer = await askServer<NewcomerInfo>(context, server, 'newcomer_info');
  if (!newcomer.isEmpty) throw notAllowed(`add non-empty server ${server}`);
  const isZoneWrong = zone !== '' && zone !== newcomer.zone;
  // From 4.3.3 on the first question includes the zone; before, the second one finds out.
  if (isZoneWrong && isVersionAtLeast(context.version, '4.3.3')) throw kernelError('zoneNotMatch');
  await prepare(context, server);
  if (isZoneWrong) throw kernelError('zoneNotMatch');
  await context.exclusively(() => insert(context, server, newcomer));
}

async function prepare(context: RootContext, server: string): Promise<void> {
  try {
    await askServer(context, server, 'newcomer_info');
  } catch (error) {
    throw Object.assign(kernelError('serverConnection', `Server '${server}' connection error`), {
      cause: error,
    });
  }
}

async function insert(context: RootContext, server: string, newcomer: NewcomerInfo): Promise<void> {
  const { tables } = context;
  const { zone } = newcomer;
  const zoneRow = tables.zones.get(zone);
  if (zoneRow === undefined) throw kernelError('entryNotExist', 'zone not exist');
  if (zoneRow.status !== 'ACTIVE') throw kernelError('zoneNotActive');
  if (tables.servers.has(server)) throw kernelError('entryExist');
  const [cluster] = tables.cluster.values();
  const id = (cluster?.lastServerId ?? tables.servers.size) + 1;
  const { ip, port } = endpointOf(server);
  const now = nowUs();
  const row: ServerRow = {
    svrIp: ip,
    svrPort: port,
    id,
    zone,
    sqlPort: newcomer.sqlPort,
    withRootserver: false,
    status: 'ACTIVE',
    blockMigrateInTime: 0,
    buildVersion: newcomer.buildVersion,
    stopTime: 0,
    startServiceTime: 0,
    lastOfflineTime: 0,
    createTime: now,
    modifyTime: now,
  };
  const changes: Change[] = [
    { table: 'servers', key: server, row },
    ...serverEvent(context, 'add_server', server, 0),
  ];
  if (cluster !== undefined)
    changes.push({ table: 'cluster', key: 'cluster', row: { ...cluster, lastServerId: id } });
  await context.write(changes);
  context.effects.record('add_server', { target: server, zone, id, result: 'applied' });
}
