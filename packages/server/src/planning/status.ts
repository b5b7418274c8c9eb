/**
 * The statuses that the API shows, derived from what was observed, what we intended, and the operation under way.
 * Nothing stores a status that could be derived: a stored one would be wrong the moment something happens.
 */

/** What an operation of ours left a server in on purpose. */
export type ServerIntent = 'RUNNING' | 'SERVICE_STOPPED' | 'PROCESS_STOPPED';

export type SettledServerStatus =
  /** It is to be added, and the kernel does not know it yet. */
  'CREATING' | 'RUNNING' | 'UNAVAILABLE' | 'SERVICE_STOPPED' | 'PROCESS_STOPPED' | 'DELETED' | 'DELETING';
export type TransientServerStatus =
  | 'DELETING'
  | 'SERVICE_STOPPING'
  | 'PROCESS_STOPPING'
  | 'STARTING'
  | 'RESTARTING';
export type ServerStatus = SettledServerStatus | TransientServerStatus;

export interface ServerObservation {
  /** The kernel's id of the server; 0 when it has never been part of the cluster. */
  readonly kernelId: number;
  /** False when the last look at the cluster failed: the kernel's columns are then history. */
  readonly clusterReachable: boolean;
  /** STATUS of DBA_OB_SERVERS; null when the server has no row. */
  readonly innerStatus: string | null;
  readonly startServiceTime: number | null;
  readonly stopTime: number | null;
  readonly zoneInnerStatus: string;
  /** What the agent of the host saw; unknown without an agent, or without an answer. */
  readonly process: 'up' | 'absent' | 'unknown';
  readonly intent: ServerIntent;
}

export function deriveServerStatus(server: ServerObservation): SettledServerStatus {
  if (server.kernelId === 0) return 'CREATING';
  if (server.process === 'absent')
    return server.intent === 'PROCESS_STOPPED' ? 'PROCESS_STOPPED' : 'UNAVAILABLE';
  if (!server.clusterReachable) return 'UNAVAILABLE';
  if (server.innerStatus === null) return 'DELETED';
  if (server.innerStatus === 'DELETING') return 'DELETING';
  if (server.innerStatus !== 'ACTIVE') {
    // Without an agent the kernel's word is all there is: a server that we stopped and that is INACTIVE is as intended.
    const asIntended = server.process === 'unknown' && server.intent === 'PROCESS_STOPPED';
    return asIntended ? 'PROCESS_STOPPED' : 'UNAVAILABLE';
  }
  if (server.stopTime !== null || server.zoneInnerStatus !== 'ACTIVE') {
    const stillCounted = server.process === 'unknown' && server.intent === 'PROCESS_STOPPED';
    return stillCounted ? 'PROCESS_STOPPED' : 'SERVICE_STOPPED';
  }
  return server.startServiceTime === null ? 'UNAVAILABLE' : 'RUNNING';
}

type TransientZoneStatus = 'CREATING' | 'DELETING' | 'STOPPING' | 'STARTING' | 'RESTARTING' | 'OPERATING';
export type ZoneStatus = 'RUNNING' | 'UNAVAILABLE' | 'SERVICE_STOPPED' | 'STOPPED' | TransientZoneStatus;

/** A zone is what the kernel says of it, unless none of its servers serves. */
export function deriveZoneStatus(innerStatus: string, servers: readonly ServerStatus[]): ZoneStatus {
  const allStopped = servers.length > 0 && servers.every((status) => status === 'PROCESS_STOPPED');
  if (innerStatus !== 'ACTIVE') return allStopped ? 'STOPPED' : 'SERVICE_STOPPED';
  const down = (status: ServerStatus) => status === 'PROCESS_STOPPED' || status === 'UNAVAILABLE';
  if (servers.length > 0 && servers.every(down)) return allStopped ? 'STOPPED' : 'UNAVAILABLE';
  return 'RUNNING';
}

type TransientClusterStatus = 'STOPPING' | 'STARTING' | 'RESTARTING' | 'OPERATING';
export type ClusterStatus =
  | 'RUNNING'
  | 'UNAVAILABLE'
  | 'STOPPED'
  | 'TAKINGOVER'
  | 'MOVINGOUT'
  | TransientClusterStatus;

export function deriveClusterStatus(reachable: boolean, servers: readonly ServerStatus[]): ClusterStatus {
  if (servers.length > 0 && servers.every((status) => status === 'PROCESS_STOPPED')) return 'STOPPED';
  return reachable ? 'RUNNING' : 'UNAVAILABLE';
}
