/** Clusters, zones and servers as tables. Pure. */
import type { Cluster, Host, Server, Zone } from './answers.ts';
import { addressOf } from './find-objects.ts';
import type { Paint, Style } from './terminal.ts';
import { renderFields, renderTable } from './text-table.ts';

const good: ReadonlySet<string> = new Set(['RUNNING', 'SUCCESSFUL', 'ACTIVE', 'ONLINE', 'AVAILABLE']);
const bad: ReadonlySet<string> = new Set(['UNAVAILABLE', 'FAILED', 'INACTIVE', 'OFFLINE']);

/** Whatever is neither good nor on its way is what one looks for. */
export function styleOf(status: string): Style {
  if (good.has(status)) return 'green';
  if (bad.has(status)) return 'red';
  return 'yellow';
}

function paintStatus(paint: Paint, columns: readonly number[]) {
  return (text: string, column: number) =>
    columns.includes(column) ? paint(styleOf(text.trim()), text) : text;
}

export function renderClusters(clusters: readonly Cluster[], paint: Paint): string {
  if (clusters.length === 0) return 'No clusters.';
  const rows = clusters.map((each) => [
    String(each.id),
    each.name,
    each.status,
    String(each.serverCount),
    each.obVersion,
    String(each.obClusterId),
  ]);
  return renderTable(
    ['ID', 'NAME', 'STATUS', 'SERVERS', 'VERSION', 'OB CLUSTER ID'],
    rows,
    paintStatus(paint, [2]),
  );
}

/** The free homes are where a server can be added. */
export function renderHosts(hosts: readonly Host[], paint: Paint): string {
  if (hosts.length === 0) return 'No hosts.';
  const rows = hosts.map(({ id, innerIpAddress, status, agentUrl, homes }) => [
    String(id),
    innerIpAddress,
    status,
    String(homes.filter(({ serverId }) => serverId != null).length),
    homes.flatMap(({ path, serverId }) => (serverId == null ? [path] : [])).join(', ') || '-',
    agentUrl ?? '-',
  ]);
  return renderTable(
    ['ID', 'HOST', 'STATUS', 'SERVERS', 'FREE HOMES', 'AGENT'],
    rows,
    paintStatus(paint, [2]),
  );
}

export function renderZones(zones: readonly Zone[], paint: Paint): string {
  if (zones.length === 0) return 'No zones.';
  const rows = zones.map((each) => [
    each.name,
    each.status,
    each.innerStatus,
    String(each.serverCount),
    each.regionName,
  ]);
  return renderTable(['ZONE', 'STATUS', 'KERNEL', 'SERVERS', 'REGION'], rows, paintStatus(paint, [1, 2]));
}

/** The kernel's own word for its version goes on with the build; a table has no place for that. */
const shortVersion = (version: string) => version.split(/[_(-]/, 1)[0] ?? version;

/** @param clusterNames given when the servers are of several clusters */
export function renderServers(
  servers: readonly Server[],
  paint: Paint,
  clusterNames?: ReadonlyMap<number, string>,
): string {
  if (servers.length === 0) return 'No servers.';
  const rows = servers.map((each) => [
    ...(clusterNames === undefined ? [] : [clusterNames.get(each.clusterId) ?? String(each.clusterId)]),
    String(each.id),
    addressOf(each),
    each.zoneName,
    each.status,
    each.innerStatus,
    each.withRootserver ? 'yes' : '',
    shortVersion(each.version),
  ]);
  const head = ['ID', 'SERVER', 'ZONE', 'STATUS', 'KERNEL', 'ROOT', 'VERSION'];
  const shift = clusterNames === undefined ? 0 : 1;
  return renderTable(
    clusterNames === undefined ? head : ['CLUSTER', ...head],
    rows,
    paintStatus(paint, [3 + shift, 4 + shift]),
  );
}

function offersOf({
  availableOperations,
  unavailableOperations,
}: Server | Zone): [string, string | undefined][] {
  return [
    ['can be done', availableOperations?.join(', ') || 'nothing at the moment'],
    ...Object.entries(unavailableOperations ?? {}).map(([operation, reason]): [string, string] => [
      `no ${operation}`,
      reason,
    ]),
  ];
}

export function renderServer(server: Server, clusterName: string): string {
  const neverStopped = server.stopTime === undefined || server.stopTime.startsWith('1970-01-01');
  return renderFields([
    ['server', addressOf(server)],
    ['id', String(server.id)],
    ['cluster', `${clusterName} (${server.clusterId})`],
    ['zone', server.zoneName],
    ['status', server.status],
    ['kernel status', server.innerStatus],
    ['SQL port', String(server.sqlPort)],
    ['version', server.version],
    ['root service', server.withRootserver ? 'yes' : 'no'],
    ['serves since', server.startTime],
    ['told to stop', neverStopped ? undefined : server.stopTime],
    ['home', server.runPath],
    ...offersOf(server),
  ]);
}

export function renderZone(zone: Zone, clusterName: string, paint: Paint): string {
  const fields = renderFields([
    ['zone', zone.name],
    ['cluster', `${clusterName} (${zone.clusterId})`],
    ['status', zone.status],
    ['kernel status', zone.innerStatus],
    ['region', zone.regionName],
    ...offersOf(zone),
  ]);
  return `${fields}\n\n${renderServers(zone.servers ?? [], paint)}`;
}

export function renderCluster(cluster: Cluster, zones: readonly Zone[], paint: Paint): string {
  const fields = renderFields([
    ['cluster', cluster.name],
    ['id', String(cluster.id)],
    ['OB cluster id', String(cluster.obClusterId)],
    ['status', cluster.status],
    ['version', cluster.obVersion],
    ['servers', String(cluster.serverCount)],
    ['tenants', cluster.tenantCount === undefined ? undefined : String(cluster.tenantCount)],
    ['last read', cluster.syncTime ?? undefined],
    ['last look failed', cluster.failToQueryFromObReason],
  ]);
  return `${fields}\n\n${renderZones(zones, paint)}`;
}
