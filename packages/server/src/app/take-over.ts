/** Taking a running cluster over: the check that changes nothing, and the task. Both find out the same things. */
import { OcpError } from '@openocp/contract';
import type { Engine } from '@openocp/engine';
import type { Section } from '../domain/cluster-snapshot.ts';
import type { OperationProgress } from '../planning/operation-phase.ts';
import { findTakeOverFindings, type TakeOverFindings } from '../planning/take-over-findings.ts';
import type { ClusterSessions } from '../remote/oceanbase/cluster-sessions.ts';
import { ConnectionFailure, KernelError } from '../remote/oceanbase/kernel-error.ts';
import type { Session } from '../remote/oceanbase/session.ts';
import { fetchVersion, listParameterValues, listServers, listZones } from '../remote/oceanbase/views.ts';
import type { ClusterGuardStore } from '../store/cluster-guards.ts';
import type { CredentialStore } from '../store/credentials.ts';
import type { App, Caller } from './app.ts';
import { deriveVersion } from './cluster-sync.ts';
import type { InventoryServices } from './inventory.ts';
import { submitTask } from './submit-task.ts';
import { viewTask } from './task-view.ts';

export interface TakeOverServices extends InventoryServices {
  readonly engine: Engine;
  readonly credentials: CredentialStore;
  readonly guards: ClusterGuardStore;
  readonly sessions: ClusterSessions;
}

type Input = Parameters<App['clusterTakeOver']>[1];

/** OCP and its tools log in as this user. */
const sysUser = 'root@sys';
const connectTimeoutMs = 5_000;

/** What the named server tells of its cluster, and what follows from that. */
interface Found extends TakeOverFindings {
  /** Empty when the cluster does not tell it; then that is among the obstacles. */
  readonly name: string;
  readonly obClusterId: number;
  readonly obVersion: string;
  readonly known: Known;
}

/** How the cluster is known here already. */
interface Known {
  /** Our id, when it is managed. */
  readonly managedAs?: number;
  /** The unfinished operation that holds it. */
  readonly holder?: OperationProgress['holder'];
  readonly words?: string;
}

export function createTakeOver(
  services: TakeOverServices,
): Pick<App, 'clusterTakeOver' | 'clusterTakeOverPreCheck'> {
  return {
    clusterTakeOverPreCheck: (caller, input) => preCheck(services, caller, input),
    clusterTakeOver: (caller, input) => takeOver(services, caller, input),
  };
}

async function preCheck(
  services: TakeOverServices,
  caller: Caller,
  input: Input,
): ReturnType<App['clusterTakeOverPreCheck']> {
  try {
    const { name, obClusterId, obstacles, notes } = await explore(services, caller, input);
    return {
      ...(name === '' ? {} : { clusterName: name, obClusterId }),
      result: { valid: obstacles.length === 0, messages: [...obstacles], notes: [...notes] },
    };
  } catch (error) {
    if (error instanceof KernelError || error instanceof ConnectionFailure) {
      const unread = await listMissing(services, caller, input);
      return { result: { valid: false, messages: [error.message, ...unread], notes: [] } };
    }
    throw error;
  }
}

async function takeOver(
  services: TakeOverServices,
  caller: Caller,
  input: Input,
): ReturnType<App['clusterTakeOver']> {
  const found = await explore(services, caller, input).catch((error: unknown) => {
    throw convertError(error, input);
  });
  const { name, obClusterId, obstacles, known } = found;
  rejectKnown(known, name, obClusterId);
  if (obstacles.length > 0) {
    const reason = obstacles.join(' ').replace(/\.$/, '');
    throw new OcpError('TAKE_OVER_CHECK_FAILED', { reason }, { details: { messages: obstacles } });
  }
  const clusterId = await services.clusters.insert({
    name,
    obClusterId,
    obVersion: found.obVersion,
    sysUser,
    sysPassword: input.rootSysPassword,
    seed: { ip: input.address, sqlPort: input.port },
    creator: { id: caller.userId, name: caller.username },
  });
  await services.hostTypes.saveHostInfo(clusterId, input.hostInfo ?? {});
  const { guard = true, adopt = false } = input;
  await services.guards.saveWish(clusterId, { enabled: guard, adopts: guard && adopt });
  const agents = (input.agents ?? []).map(({ host, url, servers }) => ({
    host,
    url,
    servers: servers ?? [],
  }));
  const task = await submitTask(services.engine, caller, {
    operation: 'cluster-take-over',
    parameters: { clusterId, agents },
    cluster: { id: clusterId, name },
    attributes: attributesOf(clusterId, found),
  });
  // Its first step does the same; here, so that whoever reads the answer finds the cluster.
  await services.clusters.saveTakingOver(clusterId);
  return viewTask(task);
}

/** @throws OcpError CLUSTER_EXISTS, CLUSTER_OPERATION_UNFINISHED */
function rejectKnown({ managedAs, holder }: Known, name: string, obClusterId: number): void {
  if (managedAs !== undefined) {
    throw new OcpError('CLUSTER_EXISTS', { name, obClusterId, clusterId: managedAs });
  }
  if (holder === undefined) return;
  const { taskId, taskName, username } = holder;
  throw new OcpError(
    'CLUSTER_OPERATION_UNFINISHED',
    { taskId, taskName, username, cluster: name },
    { details: { taskId } },
  );
}

function attributesOf(clusterId: number, found: Found) {
  return {
    clusterId,
    clusterName: found.name,
    obClusterId: found.obClusterId,
    stringMap: {
      cluster_id: String(clusterId),
      cluster_name: found.name,
      ob_cluster_id: String(found.obClusterId),
      cluster_version: found.obVersion,
    },
    listMap: {},
  };
}

/** @throws KernelError, ConnectionFailure when the named server cannot be asked at all */
async function explore(services: TakeOverServices, caller: Caller, input: Input): Promise<Found> {
  const { address, port, rootSysPassword } = input;
  const session = await services.sessions.connect(
    { ip: address, rpcPort: 0, sqlPort: port },
    { user: sysUser, password: rootSysPassword },
    connectTimeoutMs,
  );
  try {
    return await describeCluster(services, caller, input, session);
  } finally {
    session.close();
  }
}

async function describeCluster(
  services: TakeOverServices,
  caller: Caller,
  input: Input,
  session: Session,
): Promise<Found> {
  const version = await fetchVersion(session);
  if (!/OceanBase/i.test(version)) {
    throw new ConnectionFailure(
      `${session.endpoint.ip}:${session.endpoint.sqlPort} is not OceanBase but ${version}`,
      true,
    );
  }
  const servers = await read(() => listServers(session));
  const zones = await read(() => listZones(session));
  const names = await read(() => listParameterValues(session, 'cluster'));
  const ids = await read(() => listParameterValues(session, 'cluster_id'));
  const name = names.ok ? names.rows[0] : undefined;
  const id = ids.ok ? Number(ids.rows[0]) : Number.NaN;
  const obClusterId = Number.isSafeInteger(id) ? id : undefined;
  const known = await findKnown(services, name, obClusterId);
  const findings = findTakeOverFindings({
    address: input.address,
    port: input.port,
    name,
    obClusterId,
    servers,
    zones,
    known: known.words,
    agentHosts: (input.agents ?? []).map(({ host }) => host),
    missing: await listMissing(services, caller, input),
  });
  const obVersion = deriveVersion((servers.ok ? servers.rows[0]?.buildVersion : undefined) ?? '');
  return { ...findings, name: name ?? '', obClusterId: obClusterId ?? 0, obVersion, known };
}

async function read<Row>(ask: () => Promise<Row[]>): Promise<Section<Row>> {
  try {
    return { ok: true, rows: await ask() };
  } catch (error) {
    if (error instanceof ConnectionFailure) throw error;
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

async function findKnown(
  { clusters, listProgress }: TakeOverServices,
  name: string | undefined,
  obClusterId: number | undefined,
): Promise<Known> {
  if (name === undefined || obClusterId === undefined) return {};
  const cluster = await clusters.fetchByKernelName(name, obClusterId);
  if (cluster === undefined) return {};
  const full = `${name}:${obClusterId}`;
  if (cluster.phase === 'MANAGED') {
    const words = `Cluster ${full} is already managed here as cluster ${cluster.id}.`;
    return { managedAs: cluster.id, words };
  }
  const holder = (await listProgress([cluster.id])).get(cluster.id)?.holder;
  if (holder === undefined) return {};
  const words = `Task ${holder.taskId} (${holder.taskName}) of ${holder.username} holds cluster ${full} and is not finished: let it end, or retry or roll it back.`;
  return { holder, words };
}

/** What the request refers to and what is not there. */
async function listMissing(
  { hostTypes, credentials }: TakeOverServices,
  { userId, username }: Caller,
  { hostInfo }: Input,
): Promise<string[]> {
  const missing: string[] = [];
  const { hostTypeId, credentialId } = hostInfo ?? {};
  if (hostTypeId !== undefined && (await hostTypes.fetch(hostTypeId)) === undefined) {
    missing.push(`There is no host type ${hostTypeId}; list them, or create one.`);
  }
  if (credentialId !== undefined && (await credentials.fetch(userId, credentialId)) === undefined) {
    missing.push(`User ${username} has no credential ${credentialId}; list them, or create one.`);
  }
  return missing;
}

function convertError(error: unknown, { address, port }: Input): unknown {
  if (error instanceof KernelError || error instanceof ConnectionFailure) {
    const target = `${address}:${port}`;
    const reason = error.message.replace(/\.$/, '');
    return new OcpError('TAKE_OVER_CHECK_FAILED', { reason }, { cause: error, target });
  }
  return error;
}
