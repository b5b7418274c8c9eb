/** From what a person types to the object that is meant: names as well as ids, and never a guess between two. */
import {
  type Cluster,
  cluster,
  type Host,
  host,
  listOf,
  pageOf,
  type Server,
  server,
  type Zone,
  zone,
} from './answers.ts';
import type { Answer, ApiClient } from './api-client.ts';
import { CliFailure } from './failure.ts';

/** The API's largest page. */
const pageSize = 2000;
const clusterPage = pageOf(cluster);
const hostPage = pageOf(host);
const serverList = listOf(server);
const zoneList = listOf(zone);

export function fetchClusters(client: ApiClient) {
  return client.get(clusterPage, `/api/v2/ob/clusters?size=${pageSize}&sort=id,asc`);
}

export function fetchServers(client: ApiClient, clusterId: number) {
  return client.get(serverList, `/api/v2/ob/clusters/${clusterId}/servers`);
}

export function fetchZones(client: ApiClient, clusterId: number) {
  return client.get(zoneList, `/api/v2/ob/clusters/${clusterId}/zones`);
}

export function fetchHosts(client: ApiClient) {
  return client.get(hostPage, `/api/v2/compute/hosts?size=${pageSize}&sort=id,asc`);
}

const isNumber = (text: string) => /^\d+$/.test(text);

/** @param asked name or id; without it the only cluster there is */
export function chooseCluster(clusters: readonly Cluster[], asked: string | undefined): Cluster {
  const found =
    asked === undefined
      ? clusters
      : clusters.filter(({ id, name }) => (isNumber(asked) ? id === Number(asked) : name === asked));
  const [first, second] = found;
  const names = clusters.map(({ id, name }) => `${name} (${id})`).join(', ');
  if (first === undefined)
    throw new CliFailure(
      'missing',
      asked === undefined
        ? 'No cluster is managed here yet; take one over first.'
        : `There is no cluster ${asked}. Clusters: ${names === '' ? 'none' : names}.`,
    );
  if (second === undefined) return first;
  throw new CliFailure(
    'usage',
    asked === undefined
      ? `There are ${found.length} clusters; say which one with --cluster: ${names}.`
      : `${found.length} clusters are named ${asked}; use an id: ${found.map(({ id }) => id).join(', ')}.`,
  );
}

export async function findCluster(client: ApiClient, asked: string | undefined): Promise<Cluster> {
  return chooseCluster((await fetchClusters(client)).value.contents, asked);
}

export const addressOf = ({ ip, port }: Pick<Server, 'ip' | 'port'>) =>
  ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;

/** @param asked id, `ip:rpcPort`, or an ip with one server on it */
export function chooseServer(servers: readonly Server[], asked: string, clusterName: string): Server {
  const found = servers.filter((each) =>
    isNumber(asked)
      ? each.id === Number(asked)
      : asked === addressOf(each) || asked === `${each.ip}:${each.port}` || asked === each.ip,
  );
  const [first, second] = found;
  const all = servers.map((each) => `${addressOf(each)} (${each.id})`).join(', ');
  if (first === undefined)
    throw new CliFailure(
      'missing',
      `Cluster ${clusterName} has no server ${asked}. Servers: ${all === '' ? 'none' : all}.`,
    );
  if (second === undefined) return first;
  throw new CliFailure(
    'usage',
    `${asked} is not enough to tell servers apart: ${found.map((each) => `${addressOf(each)} (${each.id})`).join(', ')}.`,
  );
}

export function chooseZone(zones: readonly Zone[], asked: string, clusterName: string): Zone {
  const found = zones.find(({ name }) => name === asked);
  if (found !== undefined) return found;
  const names = zones.map(({ name }) => name).join(', ');
  throw new CliFailure('missing', `Cluster ${clusterName} has no zone ${asked}. Zones: ${names}.`);
}

/** @param asked id or address */
export function chooseHost(hosts: readonly Host[], asked: string): Host {
  const found = hosts.find(({ id, innerIpAddress }) =>
    isNumber(asked) ? id === Number(asked) : innerIpAddress === asked,
  );
  if (found !== undefined) return found;
  const all = hosts.map(({ id, innerIpAddress }) => `${innerIpAddress} (${id})`).join(', ');
  throw new CliFailure('missing', `There is no host ${asked}. Hosts: ${all === '' ? 'none' : all}.`);
}

/** The element of `raw.contents` that `value.contents[index]` was read from: what `--json` shows of one object. */
export function rawItem<T>({ value, raw }: Answer<{ readonly contents: readonly T[] }>, item: T): unknown {
  const index = value.contents.indexOf(item);
  const contents = typeof raw === 'object' && raw !== null && 'contents' in raw ? raw.contents : [];
  return Array.isArray(contents) ? contents[index] : undefined;
}
