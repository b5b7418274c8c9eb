/** Stores, and the ways to the clusters and hosts that they name. */
import { hostname } from 'node:os';
import { createClusterSync } from '../app/cluster-sync.ts';
import { createDriftWatch } from '../app/drift-watch.ts';
import { createOfflineTimeNotes } from '../app/offline-times.ts';
import type { ListProgress } from '../app/operation-progress.ts';
import type { Config } from '../config.ts';
import { ClusterGuard } from '../operations/cluster-guard.ts';
import { type AgentClient, createAgentClient } from '../remote/agent-client.ts';
import { ClusterSessions } from '../remote/oceanbase/cluster-sessions.ts';
import { createOutboundPolicy, type OutboundPolicy } from '../remote/outbound-policy.ts';
import type { KeyPair } from '../security/certificate-authority.ts';
import type { SecretBox } from '../security/secret-box.ts';
import { type AgentTrustStore, createAgentTrustStore } from '../store/agent-trust.ts';
import { fetchOrCreateAuthority } from '../store/authority.ts';
import { createClusterGuardStore } from '../store/cluster-guards.ts';
import { createClusterStore } from '../store/clusters.ts';
import { createCredentialStore } from '../store/credentials.ts';
import type { MetadataDatabase } from '../store/database.ts';
import { createDriftStore } from '../store/drift.ts';
import { createHostTypeStore } from '../store/host-types.ts';
import { createHostStore } from '../store/hosts.ts';
import { createMovedOutStore } from '../store/moved-out-clusters.ts';
import { createOfflineTimeStore } from '../store/offline-times.ts';
import { createPasswordChangeStore } from '../store/password-changes.ts';
import { createServerStore } from '../store/servers.ts';
import { createTaskPauseStore } from '../store/task-pauses.ts';
import { createZoneStore } from '../store/zones.ts';
import { clock, monotonic, type Outside } from './parts.ts';

/** The inventory, and the ways to the clusters and hosts that it names. */
export async function openOutside(
  { instance, outbound }: Config,
  database: MetadataDatabase,
  box: SecretBox,
  listProgress: ListProgress,
  ends: (() => unknown)[],
): Promise<Outside> {
  const clusters = createClusterStore(database, box, clock);
  const zones = createZoneStore(database, clock);
  const servers = createServerStore(database, clock);
  const hosts = createHostStore(database, clock);
  const policy = createOutboundPolicy(outbound);
  // At once, so that a wrong key ends the start and not the first command to an agent.
  const authority = await fetchOrCreateAuthority(database.db, box, new Date());
  const trust = createAgentTrustStore(database, clock);
  const agents = connectAgents(authority, trust, policy);
  ends.push(() => agents.close());
  const sessions = new ClusterSessions(policy);
  ends.push(() => sessions.closeAll());
  const passwordChanges = createPasswordChangeStore(database, box, clock);
  const movedOut = createMovedOutStore(database, clock);
  const drift = createDriftStore(database, clock);
  const pauses = createTaskPauseStore(database, clock);
  const guards = createClusterGuardStore(database, clock);
  const guard = new ClusterGuard({ guards, clusters, sessions, instance, host: hostname(), now: clock });
  const offlineTimes = createOfflineTimeStore(database);
  const parts = {
    guards,
    offlineTimes,
    guard,
    clusters,
    movedOut,
    zones,
    servers,
    hosts,
    pauses,
    sessions,
    agents,
    authority,
    trust,
    passwordChanges,
    drift,
    driftWatch: createDriftWatch({ drift, listProgress }),
    listProgress,
    now: monotonic,
    clock,
  };
  return {
    ...parts,
    credentials: createCredentialStore(database, box, clock),
    hostTypes: createHostTypeStore(database, clock),
    ...createClusterSync({ ...parts, noteOfflineTimes: createOfflineTimeNotes(parts) }),
  };
}

function connectAgents(authority: KeyPair, trust: AgentTrustStore, outbound: OutboundPolicy): AgentClient {
  const identify = async () => {
    const { issueClientIdentity } = await import('../security/client-identity.ts');
    return issueClientIdentity(authority, clock());
  };
  return createAgentClient({ identify, trust, outbound, clock, monotonicNow: monotonic });
}
