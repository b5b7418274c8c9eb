/** Adding, deleting and replacing servers: what is checked before there is a task, and the task. */
import { OcpError, serverStatusesOffering } from '@openocp/contract';
import type { AddedServer } from '../operations/server-add-steps.ts';
import type { Check } from '../planning/check.ts';
import { noOverride } from '../planning/check.ts';
import { planServerAdd, planServerDelete } from '../planning/membership-plan.ts';
import { noImpact } from '../planning/stop-plan.ts';
import type { Host, HostStore } from '../store/hosts.ts';
import type { Server } from '../store/servers.ts';
import type { App } from './app.ts';
import type { Inventory } from './inventory-view.ts';
import { type Findings, findAgents, findState } from './operation-findings.ts';
import { createOperation, type OperationRequest } from './operation-request.ts';
import {
  attributesOf,
  loadFresh,
  nameOf,
  pickServer,
  type SubjectServices,
  statusOf,
  targetOf,
} from './operation-subject.ts';

export interface MembershipServices extends SubjectServices {
  readonly hosts: HostStore;
}

type AddInput = Parameters<App['serverAdd']>[1];
type DeleteInput = Parameters<App['serverDelete']>[1];
type ReplaceInput = Parameters<App['serverReplace']>[1];
type MembershipUseCases = Pick<
  App,
  'serverAdd' | 'serverAddPlan' | 'serverDelete' | 'serverDeletePlan' | 'serverReplace' | 'serverReplacePlan'
>;

export function createMembershipOperations(services: MembershipServices): MembershipUseCases {
  const add = createOperation(services, prepareAdd);
  const remove = createOperation(services, prepareDelete);
  const replace = createOperation(services, prepareReplace);
  return {
    serverAdd: add.run,
    serverAddPlan: add.plan,
    serverDelete: remove.run,
    serverDeletePlan: remove.plan,
    serverReplace: replace.run,
    serverReplacePlan: replace.plan,
  };
}

async function prepareAdd(
  services: MembershipServices,
  { id, zoneName, servers: hostIds, ...wishes }: AddInput,
  findings: Findings,
): Promise<OperationRequest> {
  const { inventory, look } = await loadFresh(services, id, findings, () => []);
  requireZone(inventory, zoneName);
  const servers = await placeServers(services, inventory, hostIds, wishes);
  const addresses = servers.map(({ ip, rpcPort }) => `${ip}:${rpcPort}`).join(', ');
  return {
    ...request(inventory, `servers ${addresses}`, [], zoneName, {}),
    operation: 'server-add',
    parameters: { clusterId: id, zoneName, servers },
    checks: planServerAdd(look.snapshot, zoneName, servers, look.why),
  };
}

async function prepareDelete(
  services: MembershipServices,
  { id, servers: serverIds, skipHostOperation }: DeleteInput,
  findings: Findings,
): Promise<OperationRequest> {
  const pick = (known: Inventory) => [...new Set(serverIds)].map((serverId) => pickServer(known, serverId));
  const { inventory, look } = await loadFresh(services, id, findings, pick);
  const servers = pick(inventory);
  for (const server of servers) findDeletable(findings, inventory, server);
  if (!skipHostOperation) findAgents(findings, servers);
  const [first] = servers;
  return {
    ...request(inventory, `servers ${servers.map(nameOf).join(', ')}`, servers, first?.zoneName ?? '', {
      target_server_status: 'DELETED',
    }),
    operation: 'server-delete',
    parameters: {
      clusterId: id,
      servers: servers.map((server) => ({ id: server.id, zone: server.zoneName })),
      skipHosts: skipHostOperation,
    },
    checks: planServerDelete(look.snapshot, servers.map(targetOf), look.why),
  };
}

async function prepareReplace(
  services: MembershipServices,
  { id, serverId, hostId, skipHostOperation, ...wishes }: ReplaceInput,
  findings: Findings,
): Promise<OperationRequest> {
  const { inventory, look } = await loadFresh(services, id, findings, (known) => [
    pickServer(known, serverId),
  ]);
  const old = pickServer(inventory, serverId);
  findState(findings, stateOf(inventory, old, 'replace'));
  if (!skipHostOperation) findAgents(findings, [old]);
  const [server] = await placeServers(services, inventory, [hostId], wishes);
  if (server === undefined) throw new OcpError('HOST_NOT_FOUND', { host: String(hostId) });
  const { zoneName } = old;
  return {
    ...request(inventory, `server ${nameOf(old)}`, [old], zoneName, { target_server_status: 'DELETED' }),
    operation: 'server-replace',
    parameters: { clusterId: id, zoneName, serverId, server, skipHosts: skipHostOperation },
    // The new server will be there to take over, so the room in the zone is not a question yet.
    checks: planServerAdd(look.snapshot, zoneName, [server], look.why),
  };
}

function requireZone({ cluster, zones }: Inventory, zoneName: string): void {
  if (!zones.some(({ name }) => name === zoneName))
    throw new OcpError('ZONE_NOT_FOUND', { clusterId: cluster.id, zone: zoneName });
}

function stateOf(inventory: Inventory, server: Server, action: 'delete' | 'replace') {
  const state = statusOf(inventory, server);
  const allowed = serverStatusesOffering(action);
  const args = { server: nameOf(server), state, allowed: allowed.join(', ') };
  const error = () => new OcpError('SERVER_STATE_NOT_ALLOWED', args);
  return { subject: `Server ${nameOf(server)}`, state, allowed, error };
}

function findDeletable(findings: Findings, inventory: Inventory, server: Server): void {
  findState(findings, stateOf(inventory, server, 'delete'));
}

function request(
  inventory: Inventory,
  subject: string,
  servers: readonly Server[],
  zoneName: string,
  more: Readonly<Record<string, string>>,
) {
  const checks: Check[] = [];
  return {
    cluster: inventory.cluster,
    subject,
    attributes: attributesOf(inventory, servers, [zoneName], {
      former_cluster_status: 'RUNNING',
      target_cluster_status: 'RUNNING',
      zone_name: zoneName,
      ...more,
    }),
    checks,
    impact: noImpact,
    override: noOverride,
  };
}

/** Where the new servers shall be; what is left out follows from the cluster and the host. */
interface Wishes {
  readonly sqlPort?: number | undefined;
  readonly rpcPort?: number | undefined;
  readonly home?: string | undefined;
}

export async function placeServers(
  services: MembershipServices,
  { servers: members }: Inventory,
  hostIds: readonly number[],
  wishes: Wishes,
): Promise<AddedServer[]> {
  const managed = (await services.clusters.list()).map((cluster) => cluster.id);
  const used = new Set((await services.servers.list(managed)).flatMap(({ home, ip }) => `${ip} ${home}`));
  const placed: AddedServer[] = [];
  for (const hostId of new Set(hostIds)) {
    const host = await services.hosts.fetch(hostId);
    if (host === undefined) throw new OcpError('HOST_NOT_FOUND', { host: String(hostId) });
    const { agentUrl, ip } = host;
    if (agentUrl === null || host.agentFailure !== null)
      throw new OcpError('HOST_STATE_NOT_ALLOWED', {
        host: ip,
        state: agentUrl === null ? 'NEW' : 'OFFLINE',
      });
    placed.push({
      ip,
      agentUrl,
      home: chooseHome(host, wishes.home, (home) => used.has(`${ip} ${home}`)),
      rpcPort: wishes.rpcPort ?? members[0]?.rpcPort ?? 2882,
      sqlPort: wishes.sqlPort ?? members[0]?.sqlPort ?? 2881,
    });
  }
  return placed;
}

function chooseHome(
  { ip, homes }: Host,
  wish: string | undefined,
  isUsed: (home: string) => boolean,
): string {
  const refuse = (reason: string) => new OcpError('INVALID_PARAMETER', { parameter: 'home', reason });
  if (wish !== undefined) {
    if (!homes.includes(wish))
      throw refuse(`${wish} is not one of the homes that the agent of host ${ip} may touch`);
    if (isUsed(wish)) throw refuse(`${wish} holds a server on host ${ip}`);
    return wish;
  }
  const free = homes.filter((home) => !isUsed(home));
  const [only] = free;
  if (only !== undefined && free.length === 1) return only;
  throw refuse(
    only === undefined
      ? `no home is free on host ${ip}`
      : `${free.length} homes are free on host ${ip} and none was named`,
  );
}
