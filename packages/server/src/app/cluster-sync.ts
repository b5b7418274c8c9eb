/**
 * Makes what is stored about a cluster equal to what the cluster and the agents show. It records and undoes nothing:
 * when somebody stopped a server behind our back, the next look shows it.
 *
 * A host that does not answer is recorded as unknown; the others are not kept waiting for it.
 */
import type { ProcessIdentity } from '@openocp/contract';
import type { ClusterAccess } from '../domain/cluster-access.ts';
import type { ClusterSnapshot } from '../domain/cluster-snapshot.ts';
import type { AgentClient } from '../remote/agent-client.ts';
import type { ClusterSessions } from '../remote/oceanbase/cluster-sessions.ts';
import { type Look, lookAtCluster } from '../remote/oceanbase/look.ts';
import type { ClusterStore } from '../store/clusters.ts';
import type { PasswordChangeStore } from '../store/password-changes.ts';
import type { Server, ServerStore } from '../store/servers.ts';
import type { ZoneStore } from '../store/zones.ts';
import type { DriftWatch, ObservedProcess } from './drift-watch.ts';
import { settleOldPasswordChange } from './password-settlement.ts';

export interface ClusterSyncServices {
  readonly clusters: ClusterStore;
  readonly zones: ZoneStore;
  readonly servers: ServerStore;
  readonly sessions: ClusterSessions;
  readonly agents: AgentClient;
  readonly passwordChanges: PasswordChangeStore;
  readonly driftWatch: DriftWatch;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Epoch milliseconds. */
  readonly clock: () => number;
}

export interface SyncResult {
  readonly reachable: boolean;
  /** One line for a log. */
  readonly summary: string;
  /** What was seen, for a decision right after. */
  readonly look: Look;
}

export interface SyncScope {
  /** Ask the agents of these servers alone: the caller decides about them, and waits for no other host. */
  readonly serverIds?: readonly number[];
}

export type SyncCluster = (clusterId: number, scope?: SyncScope) => Promise<SyncResult>;

/** Agents answer in milliseconds; one that takes longer than this counts as silent. */
const silentAfterMs = 2_000;

export function createClusterSync(services: ClusterSyncServices): SyncCluster {
  return async (clusterId, { serverIds } = {}) => {
    const access = await fetchSettledAccess(services, clusterId);
    const look = await lookAtCluster(services.sessions, access, { now: services.now });
    const { snapshot, why } = look;
    const before = await services.servers.list([clusterId]);
    const saved = snapshot === undefined ? why : await saveSnapshot(services, clusterId, snapshot);
    if (saved !== undefined) await services.clusters.saveUnreachable(clusterId, saved);
    const all = await services.servers.list([clusterId]);
    // The first look of all finds every server; that is the take-over, and no news.
    const added = all.filter((server) => before.length > 0 && !before.some(({ id }) => id === server.id));
    await services.driftWatch.noticeAdded(clusterId, added);
    const servers = serverIds === undefined ? all : all.filter((server) => serverIds.includes(server.id));
    const seen = await Promise.all(servers.map((server) => observeProcess(services, server)));
    await services.driftWatch.noticeProcesses(clusterId, seen);
    const up = seen.filter(({ process }) => process !== null && process !== undefined).length;
    const processes = `${up} of ${servers.length} processes are up by their agents`;
    if (saved !== undefined)
      return { reachable: false, look, summary: `The cluster could not be read: ${saved}; ${processes}.` };
    return { reachable: true, look, summary: `${servers.length} servers read; ${processes}.` };
  };
}

/** A change of the password that a crash has left open is settled first. */
async function fetchSettledAccess(services: ClusterSyncServices, clusterId: number): Promise<ClusterAccess> {
  const access = await services.clusters.fetchAccess(clusterId);
  if (access.next === undefined) return access;
  const cluster = await services.clusters.fetch(clusterId);
  if (cluster !== undefined) await settleOldPasswordChange(services, cluster);
  return services.clusters.fetchAccess(clusterId);
}

/** @returns why the snapshot could not be used; undefined when it was saved. */
async function saveSnapshot(
  { clusters, zones, servers }: ClusterSyncServices,
  clusterId: number,
  snapshot: ClusterSnapshot,
): Promise<string | undefined> {
  if (!snapshot.servers.ok) return `DBA_OB_SERVERS: ${snapshot.servers.reason}`;
  if (!snapshot.zones.ok) return `DBA_OB_ZONES: ${snapshot.zones.reason}`;
  if (snapshot.servers.rows.length === 0 || snapshot.zones.rows.length === 0)
    return 'its views came back empty';
  await servers.saveAll(clusterId, snapshot.servers.rows);
  for (const zone of snapshot.zones.rows) await zones.save(clusterId, zone);
  await zones.deleteExcept(
    clusterId,
    snapshot.zones.rows.map((zone) => zone.name),
  );
  await clusters.saveReachable(clusterId, {
    obVersion: deriveVersion(snapshot.servers.rows[0]?.buildVersion ?? ''),
    tenantCount: snapshot.tenants.ok
      ? snapshot.tenants.rows.filter((tenant) => tenant.type !== 'META').length
      : undefined,
  });
  return undefined;
}

/** `4.2.1.2_102000042023120514-<sha>(<build date>)` -> `4.2.1.2`. */
export function deriveVersion(buildVersion: string): string {
  return /^[0-9.]+/.exec(buildVersion)?.[0] ?? '';
}

async function observeProcess(
  { agents, servers }: ClusterSyncServices,
  server: Server,
): Promise<ObservedProcess> {
  let process: ProcessIdentity | null | undefined;
  if (server.agentUrl !== null && server.home !== null) {
    try {
      const request = { home: server.home, address: server.ip, ports: [server.sqlPort, server.rpcPort] };
      const seen = await agents.inspect(server.agentUrl, request, silentAfterMs);
      process = seen.process;
    } catch {
      // A silent agent means that nothing is known of the process; the status then rests on the kernel's word.
      process = undefined;
    }
  }
  const state = process === undefined ? 'unknown' : process === null ? 'absent' : 'up';
  if (state !== server.process) await servers.saveProcess(server.id, state);
  return { server, process };
}
