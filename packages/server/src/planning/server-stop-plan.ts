/** The verdict on stopping one OBServer. The dry run, the request and the execution all come here. */
import { type ClusterSnapshot, findServer } from '../domain/cluster-snapshot.ts';
import { formatAddress, isSameAddress } from '../domain/server-address.ts';
import { type Check, deriveVerdict, type Verdict } from './check.ts';
import {
  checkInSync,
  checkJobs,
  checkLeaders,
  checkLocality,
  checkMajority,
  checkOneZone,
  checkOthers,
  checkServerCount,
  checkTarget,
  judgeLogStreams,
  type StopSubject,
} from './stop-checks.ts';

/** An observation older than this proves nothing about now. Milliseconds. */
const freshnessLimitMs = 2_000;

export interface ServerStopPlan extends Verdict {
  /** Log streams led by the target: what must move. */
  readonly leadersToMove: readonly { readonly tenantId: number; readonly lsId: number }[];
  readonly tenantsAffected: readonly string[];
  /** Seconds until the kernel gives up a stopped process for good and rebuilds its replicas elsewhere; null: unknown. */
  readonly permanentOfflineInSec: number | null;
}

/** @param snapshot undefined when no server of the cluster answered; `why` then says what was tried. */
export function planServerStop(
  snapshot: ClusterSnapshot | undefined,
  subject: StopSubject,
  why = 'no server of the cluster answered',
): ServerStopPlan {
  if (snapshot === undefined) {
    const checks = [checkReachable(why), checkOneZone(undefined, subject)];
    return { ...deriveVerdict(checks), leadersToMove: [], tenantsAffected: [], permanentOfflineInSec: null };
  }
  const judgement = judgeLogStreams(snapshot, subject);
  const verdict = deriveVerdict([
    checkTarget(snapshot, subject),
    checkOneZone(snapshot, subject),
    checkServerCount(snapshot, subject),
    checkOthers(snapshot, subject),
    checkLocality(snapshot),
    checkLeaders(judgement),
    checkMajority(judgement),
    checkInSync(judgement),
    checkJobs(snapshot),
  ]);
  return { ...verdict, ...deriveImpact(snapshot, subject) };
}

function deriveImpact(
  snapshot: ClusterSnapshot,
  { target }: StopSubject,
): Pick<ServerStopPlan, 'leadersToMove' | 'tenantsAffected' | 'permanentOfflineInSec'> {
  const led = snapshot.leaders.ok ? snapshot.leaders.rows.filter((row) => isSameAddress(row, target)) : [];
  const tenants = snapshot.tenants.ok ? snapshot.tenants.rows : [];
  const names = new Set(
    led.map((row) => tenants.find((tenant) => tenant.id === row.tenantId)?.name ?? String(row.tenantId)),
  );
  return {
    leadersToMove: led.map(({ tenantId, lsId }) => ({ tenantId, lsId })),
    tenantsAffected: [...names],
    permanentOfflineInSec: snapshot.permanentOffline.ok
      ? (snapshot.permanentOffline.rows[0]?.seconds ?? null)
      : null,
  };
}

function checkReachable(why: string): Check {
  return {
    name: 'cluster-reachable',
    result: 'UNKNOWN',
    looked: 'SQL connections to the servers of the cluster',
    evidence: `${why}.`,
    meaning: 'Nothing about the cluster can be proven, so the stop cannot be proven safe.',
    remedy:
      'Check the network, the sys password and the servers. Force stops the process without the kernel.',
    overridable: true,
  };
}

export interface KillGate {
  /** Monotonic milliseconds when STOP SERVER was acknowledged; the observation must be newer. */
  readonly stoppedAt: number;
  /** Monotonic milliseconds now, right before the signal. */
  readonly now: number;
}

/**
 * The last look before the signal: everything the stop was judged by, again, and that the kernel shows the server
 * stopped without leaders, on an observation that is fresh and was begun after STOP SERVER had been acknowledged.
 */
export function planKill(
  snapshot: ClusterSnapshot | undefined,
  subject: StopSubject,
  gate: KillGate,
): Verdict {
  const plan = planServerStop(snapshot, subject);
  if (snapshot === undefined) return plan;
  return deriveVerdict([...plan.checks, checkFresh(snapshot, gate), checkIsolated(snapshot, subject)]);
}

function checkFresh(snapshot: ClusterSnapshot, gate: KillGate): Check {
  const ageMs = Math.round(gate.now - snapshot.takenAt);
  const fresh = ageMs <= freshnessLimitMs && snapshot.takenAt >= gate.stoppedAt;
  return {
    name: 'observation-fresh',
    result: fresh ? 'PASS' : 'FAIL',
    looked: 'age of the observation',
    evidence: `It is ${ageMs} ms old and was begun ${snapshot.takenAt >= gate.stoppedAt ? 'after' : 'before'} the server was stopped.`,
    meaning: fresh ? '' : 'An old observation proves nothing about now.',
    remedy: fresh ? '' : 'Look again.',
    overridable: true,
  };
}

function checkIsolated(snapshot: ClusterSnapshot, { target }: StopSubject): Check {
  const header = {
    name: 'isolated',
    looked: 'DBA_OB_SERVERS, CDB_OB_LS_LOCATIONS, GV$OB_LOG_STAT',
    overridable: true,
  };
  const address = formatAddress(target);
  if (!snapshot.servers.ok || !snapshot.leaders.ok || !snapshot.replicas.ok) {
    return {
      ...header,
      result: 'UNKNOWN',
      evidence: 'The views that show stopped servers and leaders could not be read.',
      meaning: 'Nobody knows whether the server still leads log streams.',
      remedy: 'Find out why the cluster does not answer, then retry.',
    };
  }
  const row = findServer(snapshot, target);
  const led = countLeaders(snapshot, target);
  if (row !== undefined && row.stopTime !== null && led === 0) {
    return {
      ...header,
      result: 'PASS',
      evidence: `${address} is marked stopped and leads nothing.`,
      meaning: '',
      remedy: '',
    };
  }
  return {
    ...header,
    result: 'FAIL',
    evidence: `${address} is ${row?.stopTime == null ? 'not marked stopped' : 'marked stopped'} and leads ${led} log streams.`,
    meaning: 'Killing it now would interrupt the tenants whose leaders it holds.',
    remedy: 'Retry the step "Stop server": it waits until the leaders have left.',
  };
}

/** Leaders on a server by both views: the location cache may lag behind the log service, and the other way round. */
export function countLeaders(snapshot: ClusterSnapshot, target: StopSubject['target']): number {
  const streams = new Set<string>();
  const rows = [
    ...(snapshot.leaders.ok ? snapshot.leaders.rows : []),
    ...(snapshot.replicas.ok ? snapshot.replicas.rows.filter((row) => row.role === 'LEADER') : []),
  ];
  for (const row of rows) if (isSameAddress(row, target)) streams.add(`${row.tenantId}/${row.lsId}`);
  return streams.size;
}
