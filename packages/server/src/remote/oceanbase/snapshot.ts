/** One look at a whole cluster over one session. Each section fails by itself; a lost connection ends the look. */
import type { ClusterInventory, ClusterSnapshot, Section } from '../../domain/cluster-snapshot.ts';
import { ConnectionFailure } from './kernel-error.ts';
import type { Session } from './session.ts';
import {
  listJobs,
  listLeaders,
  listLogStreams,
  listParameterValues,
  listReplicas,
  listServers,
  listTenants,
  listZones,
} from './views.ts';

async function section<Row>(read: () => Promise<Row[]>): Promise<Section<Row>> {
  try {
    return { ok: true, rows: await read() };
  } catch (error) {
    // Without a connection nothing more can be read; whoever called may find another server.
    if (error instanceof ConnectionFailure) throw error;
    return { ok: false, reason: error instanceof Error ? error.message : String(error) };
  }
}

/** @param now monotonic milliseconds. @throws ConnectionFailure */
export async function takeInventory(session: Session, now: () => number): Promise<ClusterInventory> {
  const { ip, rpcPort } = session.endpoint;
  return {
    takenAt: now(),
    answeredBy: { ip, rpcPort },
    // One after the other on one connection.
    servers: await section(() => listServers(session)),
    zones: await section(() => listZones(session)),
    tenants: await section(() => listTenants(session)),
    permanentOffline: await section(() => fetchPermanentOffline(session)),
  };
}

/** @param now monotonic milliseconds. @throws ConnectionFailure */
export async function takeSnapshot(session: Session, now: () => number): Promise<ClusterSnapshot> {
  return {
    ...(await takeInventory(session, now)),
    jobs: await section(() => listJobs(session)),
    logStreams: await section(() => listLogStreams(session)),
    leaders: await section(() => listLeaders(session)),
    // Last, because their age matters most.
    replicas: await section(() => listReplicas(session)),
  };
}

async function fetchPermanentOffline(session: Session): Promise<{ seconds: number }[]> {
  const values = await listParameterValues(session, 'server_permanent_offline_time');
  const seconds = values.map(parseSeconds).filter((value) => value !== undefined);
  if (seconds.length === 0) throw new Error('server_permanent_offline_time has no value');
  return [{ seconds: Math.min(...seconds) }];
}

const secondsPerUnit: Readonly<Record<string, number>> = {
  us: 1e-6,
  ms: 1e-3,
  s: 1,
  m: 60,
  h: 3600,
  d: 86_400,
};

/** Parses a time parameter such as `3600s`, `72h`, `10m`. */
export function parseSeconds(value: string): number | undefined {
  const match = /^(\d+)(us|ms|s|m|h|d)$/i.exec(value.trim());
  const factor = secondsPerUnit[match?.[2]?.toLowerCase() ?? ''];
  return factor === undefined ? undefined : Number(match?.[1]) * factor;
}
