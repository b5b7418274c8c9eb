/**
 * Makes what is stored about a cluster equal to what the cluster and the agents show. It records and undoes nothing:
 * when somebody stopped a server behind our back, the next look shows it.
 *
 * A host that does not answer is recorded as unknown; the others are not kept waiting for it.
 *
 * A fleet is looked at all the time, so a look asks for no more than it records, and one that finds nothing new writes
 * nothing but its time.
 */
import type { ProcessIdentity } from '@openocp/contract';
import type { ClusterAccess } from '../domain/cluster-access.ts';
import type { ClusterInventory, Section } from '../domain/cluster-snapshot.ts';
import type { AgentClient } from '../remote/agent-client.ts';
import type { ClusterSessions } from '../remote/oceanbase/cluster-sessions.ts';
import { type Look, type LookOf, lookAtCluster, lookAtInventory } from '../remote/oceanbase/look.ts';
import type { ClusterStore, SeenCluster } from '../store/clusters.ts';
import type { PasswordChangeStore } from '../store/password-changes.ts';
import type { Server, ServerStore } from '../store/servers.ts';
import type { ZoneStore } from '../store/zones.ts';
import type { DriftWatch, ObservedProcess } from './drift-watch.ts';
import type { NoteOfflineTimes } from './offline-times.ts';
import { settleOldPasswordChange } from './password-settlement.ts';

export interface ClusterSyncServices {
  readonly clusters: ClusterStore;
  readonly zones: ZoneStore;
  readonly servers: ServerStore;
  readonly sessions: ClusterSessions;
  readonly agents: AgentClient;
  readonly passwordChanges: PasswordChangeStore;
  readonly driftWatch: DriftWatch;
  readonly noteOfflineTimes: NoteOfflineTimes;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Epoch milliseconds. */
  readonly clock: () => number;
}

export interface SyncResult {
  readonly reachable: boolean;
  /** One line for a log. */
  readonly summary: string;
}

export type SyncCluster = (clusterId: number) => Promise<SyncResult>;
/**
 * The same, with all that the cluster shows, for a decision right after.
 * @param serverIds whose agents are asked: the caller decides about them alone, and waits for no other host.
 */
export type SyncAndLook = (clusterId: number, serverIds: readonly number[]) => Promise<Look>;

export interface ClusterSync {
  readonly syncCluster: SyncCluster;
  /** By a loop: nobody waits for what it records. */
  readonly refreshCluster: SyncCluster;
  readonly syncAndLook: SyncAndLook;
}

/** Agents answer in milliseconds; one that takes longer than this counts as silent. */
const silentAfterMs = 2_000;

export function createClusterSync(services: ClusterSyncServices): ClusterSync {
  const { sessions, now } = services;
  const syncInventory = async (clusterId: number, urgency: 'now' | 'soon'): Promise<SyncResult> => {
    const access = await fetchSettledAccess(services, clusterId);
    return record(services, { clusterId, urgency }, await lookAtInventory(sessions, access, { now }));
  };
  return {
    syncCluster: (clusterId) => syncInventory(clusterId, 'now'),
    refreshCluster: (clusterId) => syncInventory(clusterId, 'soon'),
    async syncAndLook(clusterId, serverIds) {
      const access = await fetchSettledAccess(services, clusterId);
      const look = await lookAtCluster(sessions, access, { now });
      await record(services, { clusterId, serverIds, urgency: 'now' }, look);
      return look;
    },
  };
}

interface Recording {
  readonly clusterId: number;
  /** Whose agents are asked; all by default. */
  readonly serverIds?: readonly number[];
  readonly urgency: 'now' | 'soon';
}

async function record(
  services: ClusterSyncServices,
  recording: Recording,
  { snapshot, why }: LookOf<ClusterInventory>,
): Promise<SyncResult> {
  const { clusterId, serverIds } = recording;
  const failure = snapshot === undefined ? why : whyUnusable(snapshot);
  const all =
    snapshot === undefined || failure !== undefined
      ? await saveFailure(services, clusterId, failure ?? why)
      : await saveInventory(services, recording, snapshot);
  const servers = serverIds === undefined ? all : all.filter((server) => serverIds.includes(server.id));
  const seen = await Promise.all(servers.map((server) => observeProcess(services, server)));
  await services.driftWatch.noticeProcesses(clusterId, seen);
  await services.noteOfflineTimes(clusterId, snapshot, seen);
  const up = seen.filter(({ process }) => process !== null && process !== undefined).length;
  const processes = `${up} of ${servers.length} processes are up by their agents`;
  if (failure !== undefined)
    return { reachable: false, summary: `The cluster could not be read: ${failure}; ${processes}.` };
  return { reachable: true, summary: `${servers.length} servers read; ${processes}.` };
}

/** A change of the password that a crash has left open is settled first. */
async function fetchSettledAccess(services: ClusterSyncServices, clusterId: number): Promise<ClusterAccess> {
  const access = await services.clusters.fetchAccess(clusterId);
  if (access.next === undefined) return access;
  const cluster = await services.clusters.fetch(clusterId);
  if (cluster !== undefined) await settleOldPasswordChange(services, cluster);
  return services.clusters.fetchAccess(clusterId);
}

/** @returns undefined when it can be stored. */
function whyUnusable({ servers, zones }: ClusterInventory): string | undefined {
  if (!servers.ok) return `DBA_OB_SERVERS: ${servers.reason}`;
  if (!zones.ok) return `DBA_OB_ZONES: ${zones.reason}`;
  return servers.rows.length === 0 || zones.rows.length === 0 ? 'its views came back empty' : undefined;
}

/** @returns the servers as they are stored. */
async function saveFailure(
  { clusters, servers }: ClusterSyncServices,
  clusterId: number,
  why: string,
): Promise<readonly Server[]> {
  await clusters.saveUnreachable(clusterId, why);
  return servers.list([clusterId]);
}

/** @returns the servers as they are stored now. */
async function saveInventory(
  services: ClusterSyncServices,
  { clusterId, urgency }: Recording,
  snapshot: ClusterInventory,
): Promise<readonly Server[]> {
  const { before, after } = await services.servers.saveAll(clusterId, rowsOf(snapshot.servers));
  await services.zones.saveAll(clusterId, rowsOf(snapshot.zones));
  // The first look of all finds every server; that is the take-over, and no news.
  const added =
    before.length === 0 ? [] : after.filter(({ id }) => !before.some((server) => server.id === id));
  await services.driftWatch.noticeAdded(clusterId, added);
  // Last: what the time of a look speaks of is stored.
  await services.clusters.saveReachable(clusterId, seenCluster(snapshot), urgency);
  return after;
}

function seenCluster(snapshot: ClusterInventory): SeenCluster {
  const tenants = snapshot.tenants.ok ? snapshot.tenants.rows : undefined;
  return {
    obVersion: deriveVersion(rowsOf(snapshot.servers)[0]?.buildVersion ?? ''),
    tenantCount: tenants?.filter((tenant) => tenant.type !== 'META').length,
  };
}

function rowsOf<Row>(section: Section<Row>): readonly Row[] {
  return section.ok ? section.rows : [];
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
      // No ports: nobody records them, and to read them costs the host more than all the rest.
      const request = { home: server.home, address: server.ip, ports: [] };
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
