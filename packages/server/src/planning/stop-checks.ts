/**
 * The checks that a stop of OBServers must pass (one, a batch, or a whole zone), each a pure function of a snapshot. They repeat what the kernel
 * checks on STOP SERVER, because the kernel skips all of it for a server that is already marked stopped, and they add
 * what only a control plane sees: its own intents and the age of the observation.
 *
 * A section that could not be read, or that came back empty where it cannot be empty, is UNKNOWN and blocks.
 */
import type { ClusterSnapshot, LogStreamRow, TenantRow } from '../domain/cluster-snapshot.ts';
import { formatAddress, isSameAddress } from '../domain/server-address.ts';
import { type Check, fail, listOf, pass, unknown, warn } from './check.ts';
import { findProblem, type LogStreamProblem } from './log-stream-health.ts';
import { isReason, rowsOf } from './section-rows.ts';
import { describeTargets, isTarget, type StopSubject, zonesOf } from './stop-subject.ts';

export function checkTarget(snapshot: ClusterSnapshot, { targets }: StopSubject): Check {
  const header = { name: 'target', looked: 'DBA_OB_SERVERS', overridable: false };
  const servers = rowsOf(snapshot.servers, 'DBA_OB_SERVERS');
  if (isReason(servers)) return unknown({ ...header, overridable: true }, servers.reason);
  const seen = targets.map((target) => ({
    address: formatAddress(target),
    row: servers.find((server) => isSameAddress(server, target)),
  }));
  const missing = seen.filter(({ row }) => row === undefined).map(({ address }) => address);
  if (missing.length > 0) {
    return fail(header, {
      evidence: `${listOf(missing)} ${missing.length === 1 ? 'is' : 'are'} not in DBA_OB_SERVERS.`,
      meaning: 'The cluster does not know what is to be stopped.',
      remedy: 'Synchronise the cluster; if the server was removed on purpose, remove it here too.',
    });
  }
  const deleting = seen.filter(({ row }) => row?.status === 'DELETING').map(({ address }) => address);
  if (deleting.length > 0) {
    return fail(header, {
      evidence: `${listOf(deleting)} ${deleting.length === 1 ? 'is' : 'are'} DELETING.`,
      meaning: 'The kernel is moving its units away; a stop would hinder that.',
      remedy: 'Wait until the deletion ends, or cancel it.',
    });
  }
  const described = seen.flatMap(({ address, row }) =>
    row === undefined
      ? []
      : [
          `${address} in zone ${row.zone} is ${row.status}${row.stopTime === null ? '' : ', already marked stopped'}`,
        ],
  );
  return pass(header, `${listOf(described)}.`);
}

/** Never two zones at once. Nothing lifts this one. */
export function checkOneZone(snapshot: ClusterSnapshot | undefined, subject: StopSubject): Check {
  const header = {
    name: 'one-zone',
    looked: 'DBA_OB_SERVERS, DBA_OB_ZONES, own records',
    overridable: false,
  };
  const [zone = '', ...others] = zonesOf(subject);
  if (others.length > 0) {
    return fail(header, {
      evidence: `The servers to stop are in ${others.length + 1} zones: ${listOf([zone, ...others])}.`,
      meaning: 'Servers of two zones must never be stopped at once: log streams would lose their majority.',
      remedy: 'Stop servers of one zone only. Force does not lift this check.',
    });
  }
  const elsewhere = new Set<string>();
  for (const server of subject.stoppedByUs) {
    if (server.zone !== zone) elsewhere.add(`${formatAddress(server)} in ${server.zone}`);
  }
  const blind = snapshot === undefined ? undefined : addStoppedElsewhere(snapshot, zone, elsewhere);
  // Our own records show nothing, and the kernel cannot be asked: a human may take that upon himself, as without a kernel.
  if (elsewhere.size === 0 && blind !== undefined) return unknown({ ...header, overridable: true }, blind);
  if (elsewhere.size === 0) return pass(header, `No server is stopped outside zone ${zone}.`);
  return fail(header, {
    evidence: `Stopped outside zone ${zone}: ${listOf([...elsewhere])}.`,
    meaning: 'Servers of two zones must never be stopped at once: log streams would lose their majority.',
    remedy: 'Start what is stopped in the other zone first. Force does not lift this check.',
  });
}

/** @returns why the kernel's views could not be read; undefined when they were. */
function addStoppedElsewhere(
  snapshot: ClusterSnapshot,
  ownZone: string,
  elsewhere: Set<string>,
): string | undefined {
  const servers = rowsOf(snapshot.servers, 'DBA_OB_SERVERS');
  const zones = rowsOf(snapshot.zones, 'DBA_OB_ZONES');
  if (!isReason(servers)) {
    for (const server of servers) {
      if (server.zone !== ownZone && server.stopTime !== null) {
        elsewhere.add(`${formatAddress(server)} in ${server.zone}`);
      }
    }
  }
  if (!isReason(zones)) {
    for (const zone of zones) {
      if (zone.name !== ownZone && zone.status !== 'ACTIVE')
        elsewhere.add(`zone ${zone.name} (${zone.status})`);
    }
  }
  if (isReason(servers)) return servers.reason;
  return isReason(zones) ? zones.reason : undefined;
}

export function checkServerCount(snapshot: ClusterSnapshot, subject: StopSubject): Check {
  const header = { name: 'not-the-only-server', looked: 'DBA_OB_SERVERS', overridable: true };
  const servers = rowsOf(snapshot.servers, 'DBA_OB_SERVERS');
  if (isReason(servers)) return unknown(header, servers.reason);
  if (servers.some((server) => !isTarget(subject, server)))
    return pass(header, `The cluster has ${servers.length} servers.`);
  return fail(header, {
    evidence:
      subject.targets.length === 1
        ? `${describeTargets(subject)} is the only server.`
        : `There is no other server than ${describeTargets(subject)}.`,
    meaning: 'Stopping it stops the cluster.',
    remedy: 'Stop the cluster instead of the server.',
  });
}

/** Sick servers elsewhere are noted; whether they matter is decided by the majority check. */
export function checkOthers(snapshot: ClusterSnapshot, subject: StopSubject): Check {
  const header = { name: 'other-servers', looked: 'DBA_OB_SERVERS', overridable: true };
  const servers = rowsOf(snapshot.servers, 'DBA_OB_SERVERS');
  if (isReason(servers)) return unknown(header, servers.reason);
  const others = servers.filter((server) => !isTarget(subject, server));
  const sick = others.filter((server) => server.status !== 'ACTIVE' || server.startServiceTime === null);
  if (sick.length === 0) return pass(header, `The other ${others.length} servers are ACTIVE and in service.`);
  return warn(header, {
    evidence: `${sick.length} not in service: ${listOf(sick.map((server) => `${formatAddress(server)} ${server.status}`))}.`,
    meaning: 'They do not count towards any majority while this stop lasts.',
    remedy: 'Consider repairing them first.',
  });
}

export function checkLocality(snapshot: ClusterSnapshot): Check {
  const header = { name: 'locality-stable', looked: 'DBA_OB_TENANTS', overridable: true };
  const tenants = rowsOf(snapshot.tenants, 'DBA_OB_TENANTS');
  if (isReason(tenants)) return unknown(header, tenants.reason);
  const changing = tenants.filter(
    (tenant) => tenant.previousLocality !== null && tenant.previousLocality !== '',
  );
  if (changing.length === 0)
    return pass(header, `No locality change is under way in ${tenants.length} tenants.`);
  return fail(header, {
    evidence: `Locality is changing for ${listOf(changing.map((tenant) => `tenant ${tenant.name} (${tenant.id})`))}.`,
    meaning: 'The kernel refuses a stop while replicas are being moved.',
    remedy: 'Wait until the locality change has finished.',
  });
}

interface JudgedStream {
  readonly stream: LogStreamRow;
  readonly problem: LogStreamProblem | undefined;
}

/** By tenant id. */
type TenantNames = ReadonlyMap<number, string>;

type Judgement =
  | { readonly ok: true; readonly streams: readonly JudgedStream[]; readonly tenants: TenantNames }
  | { readonly ok: false; readonly reason: string };

/** Judges every log stream of the cluster once; three checks read the result. */
export function judgeLogStreams(snapshot: ClusterSnapshot, { targets }: StopSubject): Judgement {
  const streams = rowsOf(snapshot.logStreams, 'CDB_OB_LS');
  const replicas = rowsOf(snapshot.replicas, 'GV$OB_LOG_STAT');
  const servers = rowsOf(snapshot.servers, 'DBA_OB_SERVERS');
  const zones = rowsOf(snapshot.zones, 'DBA_OB_ZONES');
  for (const rows of [streams, replicas, servers, zones])
    if (isReason(rows)) return { ok: false, reason: rows.reason };
  if (isReason(streams) || isReason(replicas) || isReason(servers) || isReason(zones)) {
    return { ok: false, reason: 'a view could not be read' };
  }
  const membership = { servers, zones, without: targets };
  const byStream = Map.groupBy(replicas, (row) => `${row.tenantId}/${row.lsId}`);
  const judged = streams.map((stream) => ({
    stream,
    problem: findProblem(stream, {
      ...membership,
      replicas: byStream.get(`${stream.tenantId}/${stream.lsId}`) ?? [],
    }),
  }));
  const tenants: readonly TenantRow[] = snapshot.tenants.ok ? snapshot.tenants.rows : [];
  return { ok: true, streams: judged, tenants: new Map(tenants.map(({ id, name }) => [id, name])) };
}

function nameStream({ stream }: JudgedStream, tenants: TenantNames): string {
  return `tenant ${tenants.get(stream.tenantId) ?? '?'} (${stream.tenantId}) log stream ${stream.lsId}`;
}

export function checkLeaders(judgement: Judgement): Check {
  const header = { name: 'leaders-known', looked: 'CDB_OB_LS, GV$OB_LOG_STAT', overridable: true };
  if (!judgement.ok) return unknown(header, judgement.reason);
  const problems = judgement.streams.flatMap((judged) => {
    const name = nameStream(judged, judgement.tenants);
    switch (judged.problem?.kind) {
      case 'no-leader':
        return [`${name} has no leader`];
      case 'two-leaders':
        return [`${name} shows two leaders of one term`];
      case 'unreadable-members':
        return [`${name} has the member list '${judged.problem.text}', which cannot be read`];
      default:
        return [];
    }
  });
  if (problems.length === 0)
    return pass(header, `All ${judgement.streams.length} log streams have one leader.`);
  return fail(header, {
    evidence: `${problems.length} of ${judgement.streams.length} log streams: ${listOf(problems)}.`,
    meaning: 'The kernel refuses a stop while any log stream of the cluster has no leader.',
    remedy: 'Restore the leader first: look for dead or isolated servers among its members.',
  });
}

export function checkMajority(judgement: Judgement): Check {
  const header = {
    name: 'majority',
    looked: 'GV$OB_LOG_STAT, DBA_OB_SERVERS, DBA_OB_ZONES',
    overridable: true,
  };
  if (!judgement.ok) return unknown(header, judgement.reason);
  const problems = judgement.streams.flatMap((judged) => {
    const name = nameStream(judged, judgement.tenants);
    if (judged.problem?.kind === 'single-replica') return [`${name} has its only replica on this server`];
    if (judged.problem?.kind !== 'no-majority') return [];
    const { valid, needed, replicas, excluded } = judged.problem;
    return [
      `${name} would keep ${valid} of ${replicas} members, ${needed} are needed (${excluded.join(', ')})`,
    ];
  });
  if (problems.length === 0)
    return pass(header, `All ${judgement.streams.length} log streams keep a majority without this server.`);
  const isOnlySilence = judgement.streams.every(
    ({ problem }) =>
      (problem?.kind !== 'no-majority' && problem?.kind !== 'single-replica') ||
      (problem.kind === 'no-majority' && problem.isOnlySilence),
  );
  const failed = fail(header, {
    evidence: `${problems.length} of ${judgement.streams.length} log streams: ${listOf(problems)}.`,
    meaning: 'These log streams would lose their majority: no writes, and no leader after the next failure.',
    remedy: 'Bring the other members back, or add replicas, before this stop.',
  });
  // The view asks every server: one that is slow for a moment is missing from it. The kernel looks again then, too.
  return isOnlySilence ? { ...failed, mayPass: true } : failed;
}

export function checkInSync(judgement: Judgement): Check {
  const header = { name: 'log-in-sync', looked: 'GV$OB_LOG_STAT', overridable: true };
  if (!judgement.ok) return unknown(header, judgement.reason);
  const problems = judgement.streams.flatMap((judged) => {
    if (judged.problem?.kind !== 'not-in-sync') return [];
    const { inSync, needed, lagging } = judged.problem;
    return [
      `${nameStream(judged, judgement.tenants)} would have ${inSync} members in sync, ${needed} are needed (more than 5 s behind: ${lagging.join(', ')})`,
    ];
  });
  if (problems.length === 0)
    return pass(header, 'The remaining members of every log stream are less than 5 s behind.');
  return fail(header, {
    evidence: `${problems.length} of ${judgement.streams.length} log streams: ${listOf(problems)}.`,
    meaning: 'Without this server these log streams have no majority that holds the newest log.',
    remedy: 'Wait until the followers have caught up, or find out what holds them back.',
  });
}

/** The kernel's own work in progress: not a danger by itself, but worth knowing. */
export function checkJobs(snapshot: ClusterSnapshot): Check {
  const header = {
    name: 'kernel-jobs',
    looked: 'DBA_OB_SERVER_JOBS, DBA_OB_UNIT_JOBS, DBA_OB_TENANT_JOBS',
    overridable: true,
  };
  if (!snapshot.jobs.ok) {
    return warn(header, {
      evidence: `The job views could not be read: ${snapshot.jobs.reason}.`,
      meaning: 'Jobs of the kernel may be under way; they are not needed to prove the stop safe.',
      remedy: '',
    });
  }
  const { rows } = snapshot.jobs;
  if (rows.length === 0) return pass(header, 'No kernel job is in progress.');
  return warn(header, {
    evidence: `${rows.length} in progress: ${listOf(rows.map((job) => `${job.kind} ${job.description}`))}.`,
    meaning: 'They may take longer, or wait, while the server is stopped.',
    remedy: 'Consider waiting for them.',
  });
}
