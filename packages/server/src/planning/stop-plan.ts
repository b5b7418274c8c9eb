/**
 * The verdict on stopping OBServers together: one, a batch of a zone, or a whole zone. The dry run, the request and the
 * execution all come here.
 */
import { type ClusterSnapshot, findServer, type TenantRow } from '../domain/cluster-snapshot.ts';
import { formatAddress, isSameAddress, type ServerAddress } from '../domain/server-address.ts';
import { type Check, deriveVerdict, fail, listOf, pass, unknown, type Verdict } from './check.ts';
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
} from './stop-checks.ts';
import { type StopSubject, zonesOf } from './stop-subject.ts';
import { checkLastZone, checkZoneServers } from './zone-checks.ts';

/** An observation older than this proves nothing about now. Milliseconds. */
export const freshnessLimitMs = 2_000;

/** A log stream whose leader must move before its server can go. */
export interface LeaderToMove {
  readonly tenantId: number;
  readonly tenantName: string;
  readonly lsId: number;
  /** `ip:rpcPort` */
  readonly server: string;
}

export interface Impact {
  readonly leadersToMove: readonly LeaderToMove[];
  readonly tenantsAffected: readonly string[];
  /** Seconds until the kernel gives up a stopped process for good and rebuilds its replicas elsewhere; null: unknown. */
  readonly permanentOfflineInSec: number | null;
}

export interface StopPlan extends Verdict, Impact {}

export const noImpact: Impact = { leadersToMove: [], tenantsAffected: [], permanentOfflineInSec: null };

/** @param snapshot undefined when no server of the cluster answered; `why` then says what was tried. */
export function planStop(
  snapshot: ClusterSnapshot | undefined,
  subject: StopSubject,
  why = 'no server of the cluster answered',
): StopPlan {
  if (snapshot === undefined) {
    return { ...deriveVerdict([checkReachable(why), checkOneZone(undefined, subject)]), ...noImpact };
  }
  const judgement = judgeLogStreams(snapshot, subject);
  const verdict = deriveVerdict([
    checkTarget(snapshot, subject),
    checkOneZone(snapshot, subject),
    checkServerCount(snapshot, subject),
    ...(subject.isolatedBy === 'STOP ZONE'
      ? [checkLastZone(snapshot, subject), checkZoneServers(snapshot, subject)]
      : []),
    checkOthers(snapshot, subject),
    checkLocality(snapshot),
    checkLeaders(judgement),
    checkMajority(judgement),
    checkInSync(judgement),
    checkJobs(snapshot),
  ]);
  return { ...verdict, ...deriveImpact(snapshot, subject.targets) };
}

function deriveImpact(snapshot: ClusterSnapshot, targets: readonly ServerAddress[]): Impact {
  const stopped = new Set(targets.map(formatAddress));
  const tenants: readonly TenantRow[] = snapshot.tenants.ok ? snapshot.tenants.rows : [];
  const nameOf = new Map(tenants.map(({ id, name }) => [id, name]));
  const leaders = snapshot.leaders.ok ? snapshot.leaders.rows : [];
  const leadersToMove = leaders
    .map((row) => ({
      tenantId: row.tenantId,
      tenantName: nameOf.get(row.tenantId) ?? String(row.tenantId),
      lsId: row.lsId,
      server: formatAddress(row),
    }))
    .filter(({ server }) => stopped.has(server));
  return {
    leadersToMove,
    tenantsAffected: [...new Set(leadersToMove.map(({ tenantName }) => tenantName))],
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
  /** Monotonic milliseconds when the stop statement was acknowledged; the observation must be newer. */
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
  const plan = planStop(snapshot, subject);
  if (snapshot === undefined) return plan;
  return deriveVerdict([...plan.checks, checkFresh(snapshot, gate), checkIsolated(snapshot, subject)]);
}

function checkFresh(snapshot: ClusterSnapshot, gate: KillGate): Check {
  const header = { name: 'observation-fresh', looked: 'age of the observation', overridable: true };
  const ageMs = Math.round(gate.now - snapshot.takenAt);
  const fresh = ageMs <= freshnessLimitMs && snapshot.takenAt >= gate.stoppedAt;
  const evidence = `It is ${ageMs} ms old and was begun ${snapshot.takenAt >= gate.stoppedAt ? 'after' : 'before'} the server was stopped.`;
  if (fresh) return pass(header, evidence);
  return fail(header, {
    evidence,
    meaning: 'An old observation proves nothing about now.',
    remedy: 'Look again.',
  });
}

function checkIsolated(snapshot: ClusterSnapshot, subject: StopSubject): Check {
  const header = {
    name: 'isolated',
    looked: 'DBA_OB_SERVERS, DBA_OB_ZONES, CDB_OB_LS_LOCATIONS, GV$OB_LOG_STAT',
    overridable: true,
  };
  const problems = findUnisolated(snapshot, subject);
  if (problems === undefined) {
    return unknown(header, 'The views that show stopped servers and leaders could not be read.');
  }
  if (problems.length === 0) {
    const addresses = subject.targets.map(formatAddress);
    return pass(header, `Marked stopped, and leading nothing: ${listOf(addresses)}.`);
  }
  return fail(header, {
    evidence: `${listOf(problems)}.`,
    meaning: 'Killing it now would interrupt the tenants whose leaders it holds.',
    remedy:
      subject.isolatedBy === 'STOP ZONE'
        ? 'Retry the step "Stop zone": it waits until the leaders have left.'
        : 'Retry the step "Stop server": it waits until the leaders have left.',
  });
}

/** @returns which targets are not out of service and free of leaders, in words; undefined when that cannot be seen. */
export function findUnisolated(snapshot: ClusterSnapshot, subject: StopSubject): string[] | undefined {
  const { servers, zones, leaders, replicas } = snapshot;
  if (!servers.ok || !leaders.ok || !replicas.ok || !zones.ok) return undefined;
  const stopped = new Set(zones.rows.filter((zone) => zone.status !== 'ACTIVE').map((zone) => zone.name));
  if (subject.isolatedBy === 'STOP ZONE') {
    const active = zonesOf(subject).filter((zone) => !stopped.has(zone));
    if (active.length > 0) return [`zone ${active.join(', ')} is not marked stopped`];
  }
  return subject.targets.flatMap((target) => {
    const isMarked = subject.isolatedBy === 'STOP ZONE' || findServer(snapshot, target)?.stopTime != null;
    const led = countLeaders(snapshot, target);
    if (isMarked && led === 0) return [];
    return [
      `${formatAddress(target)} is ${isMarked ? 'marked stopped' : 'not marked stopped'} and leads ${led} log streams`,
    ];
  });
}

/** Leaders on a server by both views: the location cache may lag behind the log service, and the other way round. */
function countLeaders(snapshot: ClusterSnapshot, target: ServerAddress): number {
  const streams = new Set<string>();
  const rows = [
    ...(snapshot.leaders.ok ? snapshot.leaders.rows : []),
    ...(snapshot.replicas.ok ? snapshot.replicas.rows.filter((row) => row.role === 'LEADER') : []),
  ];
  for (const row of rows) if (isSameAddress(row, target)) streams.add(`${row.tenantId}/${row.lsId}`);
  return streams.size;
}
