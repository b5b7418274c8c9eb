/**
 * Hosts: listing, and registering one whose agent runs already. What is shown of a host is what its agent told last;
 * the periodic look keeps that fresh.
 */
import { formatDateTime, type HostStatus, listPermitted, type ObHost, OcpError } from '@openocp/contract';
import { type AgentClient, AgentRefusal, AgentUnreachable } from '../remote/agent-client.ts';
import type { ClusterStore } from '../store/clusters.ts';
import { agentServiceName } from '../store/host-list.ts';
import type { Host, HostStore } from '../store/hosts.ts';
import type { Server, ServerStore } from '../store/servers.ts';
import { isDuplicateKey } from '../store/transaction.ts';
import type { App } from './app.ts';
import { cutOf } from './list-page.ts';

export interface HostServices {
  readonly hosts: HostStore;
  readonly clusters: ClusterStore;
  readonly servers: ServerStore;
  readonly agents: AgentClient;
}

/** Everything that is stored about one host. */
interface HostRecord {
  readonly host: Host;
  readonly servers: readonly Server[];
  /** `name:obClusterId` and version by cluster id. */
  readonly clusters: ReadonlyMap<number, { readonly name: string; readonly version: string }>;
}

type HostUseCases = Pick<App, 'hostList' | 'hostGet' | 'hostRegister' | 'hostDelete'>;

export function createHosts(services: HostServices): HostUseCases {
  return {
    hostList: (caller, input) => listHosts(services, caller, input),
    hostGet: async (_caller, { hostId }) => viewHost(await loadHost(services, hostId)),
    hostRegister: (_caller, input) => registerHost(services, input),
    hostDelete: (_caller, { hostId }) => deleteHost(services, hostId),
  };
}

const DEFAULT_SORT = { field: 'id', direction: 'asc' } as const;

async function listHosts(
  services: HostServices,
  caller: Parameters<App['hostList']>[0],
  input: Parameters<App['hostList']>[1],
): ReturnType<App['hostList']> {
  const { page, size, sort = DEFAULT_SORT, status, keyword } = input;
  const { includedServiceType: included, excludedServiceType: excluded } = input;
  const { hosts, total } = await services.hosts.page({
    ids: listPermitted(caller.permissions, 'HOST:*:READ'),
    filter: { statuses: status, keyword, included, excluded },
    sort,
    ...cutOf({ page, size }),
  });
  return { contents: (await loadRecords(services, hosts)).map(viewHost), totalElements: total };
}

/** @throws OcpError HOST_NOT_FOUND */
async function loadHost(services: HostServices, hostId: number): Promise<HostRecord> {
  const host = await services.hosts.fetch(hostId);
  const [record] = host === undefined ? [] : await loadRecords(services, [host]);
  if (record === undefined) throw new OcpError('HOST_NOT_FOUND', { host: String(hostId) });
  return record;
}

async function loadRecords(services: HostServices, hosts: readonly Host[]): Promise<HostRecord[]> {
  const found = await services.servers.listOnHosts(hosts.map(({ ip }) => ip));
  const ids = [...new Set(found.map(({ clusterId }) => clusterId))];
  const { clusters: all } = await services.clusters.page({ ids, sort: DEFAULT_SORT });
  const shown = new Set(all.map(({ id }) => id));
  const servers = found.filter(({ clusterId }) => shown.has(clusterId));
  const serversOf = Map.groupBy(servers, (server) => server.hostId);
  const clusters = new Map(
    all.map(({ id, name, obClusterId, obVersion }) => [
      id,
      { name: `${name}:${obClusterId}`, version: obVersion },
    ]),
  );
  return hosts.map((host) => ({ host, servers: serversOf.get(host.id) ?? [], clusters }));
}

/** The agent must answer, and its certificate must be for this very host: whatever comes later rests on that. */
async function registerHost(
  services: HostServices,
  input: Parameters<App['hostRegister']>[1],
): ReturnType<App['hostRegister']> {
  const { innerIpAddress: ip, agentUrl, sshPort, kind, idcName, regionName, alias, description } = input;
  const info = await services.agents.info(agentUrl).catch((error: unknown) => {
    throw convertAgentError(error, ip);
  });
  if (info.host !== ip) {
    throw new OcpError('AGENT_OPERATION_FAILED', {
      host: ip,
      reason: `the agent at ${agentUrl} is that of host ${info.host}`,
    });
  }
  const host = { ip, kind, sshPort, idc: idcName, region: regionName, agentUrl };
  const id = await services.hosts
    .insert({ ...host, alias: alias ?? null, description: description ?? null })
    .catch((error: unknown) => {
      throw isDuplicateKey(error) ? new OcpError('HOST_EXISTS', { address: ip }) : error;
    });
  await services.hosts.saveAgent(id, agentUrl, info);
  return viewHost(await loadHost(services, id));
}

function convertAgentError(error: unknown, host: string): unknown {
  if (error instanceof AgentRefusal || error instanceof AgentUnreachable)
    return new OcpError('AGENT_CONNECT_FAILED', { host, reason: error.message }, { cause: error });
  return error;
}

async function deleteHost(services: HostServices, hostId: number): Promise<undefined> {
  const { host, servers } = await loadHost(services, hostId);
  if (servers.length > 0) throw new OcpError('HOST_OFFLINE', { host: host.ip });
  await services.hosts.delete(hostId);
  return undefined;
}

function deriveHostStatus(host: Host, serverCount: number): HostStatus {
  if (host.agentUrl === null) return serverCount > 0 ? 'ONLINE' : 'NEW';
  if (host.agentFailure !== null) return 'OFFLINE';
  return serverCount > 0 ? 'ONLINE' : 'AVAILABLE';
}

function viewHost({ host, servers, clusters }: HostRecord): ObHost {
  const agent =
    host.agentUrl === null ? [] : [serviceOf(agentServiceName, host.agentVersion, 'OCP_AGENT' as const)];
  const services = [...new Set(servers.map((server) => server.clusterId))].map((clusterId) => {
    const cluster = clusters.get(clusterId) ?? { name: '', version: '' };
    return serviceOf(cluster.name, cluster.version, 'OB_CLUSTER' as const);
  });
  return {
    id: host.id,
    name: host.alias ?? host.ip,
    alias: host.alias,
    description: host.description,
    operatingSystem: host.systemName,
    operatingSystemRelease: host.systemRelease,
    architecture: host.architecture,
    serialNumber: null,
    innerIpAddress: host.ip,
    sshPort: host.sshPort,
    kind: host.kind,
    publishPorts: null,
    services: [...services, ...agent],
    status: deriveHostStatus(host, servers.length),
    ...placeOf(host),
    hostAgentId: host.id,
    hostAgentVersion: host.agentVersion,
    hostAgentStatus: host.agentUrl === null || host.agentFailure !== null ? 'OFFLINE' : 'AVAILABLE',
    agentUrl: host.agentUrl,
    homes: homesOf(host, servers),
    createTime: formatDateTime(host.createTime),
    updateTime: formatDateTime(host.updateTime),
  };
}

function serviceOf<Type extends string>(name: string, version: string, type: Type) {
  return { name, version, type, softwarePackageId: null };
}

/** IDCs, regions and host types have no records of their own: they are names, and OCP's ids of them are 0. */
function placeOf({ idc, region }: Host) {
  return {
    idcId: 0,
    idcName: idc,
    idcDescription: null,
    typeId: 0,
    typeName: '',
    typeDescription: null,
    regionId: 0,
    regionName: region,
    regionDescription: null,
  };
}

function homesOf(host: Host, servers: readonly Server[]): ObHost['homes'] {
  const paths = new Set([...host.homes, ...servers.flatMap(({ home }) => home ?? [])]);
  return [...paths].map((path) => ({
    path,
    serverId: servers.find((server) => server.home === path)?.id ?? null,
  }));
}
