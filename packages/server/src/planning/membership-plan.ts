/** The verdict on adding servers to a zone and on deleting them: what the kernel will refuse is told before. */
import { type ClusterSnapshot, findServer } from '../domain/cluster-snapshot.ts';
import { formatAddress, isSameAddress, type ServerAddress } from '../domain/server-address.ts';
import { type Check, fail, listOf, pass, unknown } from './check.ts';
import { isReason, rowsOf } from './section-rows.ts';
import { findHoldings } from './server-holdings.ts';
import type { StopTarget } from './stop-subject.ts';

/** What is judged of a cluster that answers; of one that does not, only that. Membership changes are the kernel's own doing. */
export function planSeen(
  snapshot: ClusterSnapshot | undefined,
  why: string,
  judge: (seen: ClusterSnapshot) => Check[],
): Check[] {
  if (snapshot !== undefined) return judge(snapshot);
  const looked = 'SQL connections to the servers of the cluster';
  return [unknown({ name: 'cluster-reachable', looked, overridable: false }, `${why}.`)];
}

export function planServerAdd(
  snapshot: ClusterSnapshot | undefined,
  zone: string,
  servers: readonly ServerAddress[],
  why: string,
): Check[] {
  return planSeen(snapshot, why, (seen) => [checkZoneActive(seen, zone), checkAddressesFree(seen, servers)]);
}

function checkZoneActive(snapshot: ClusterSnapshot, name: string): Check {
  const header = { name: 'zone-active', looked: 'DBA_OB_ZONES', overridable: false };
  const zones = rowsOf(snapshot.zones, 'DBA_OB_ZONES');
  if (isReason(zones)) return unknown(header, zones.reason);
  const zone = zones.find((row) => row.name === name);
  if (zone?.status === 'ACTIVE') return pass(header, `Zone ${name} is ACTIVE.`);
  return fail(header, {
    evidence: `Zone ${name} is ${zone?.status ?? 'not in the cluster'}.`,
    meaning: 'The kernel adds servers to active zones only.',
    remedy: zone === undefined ? 'Add the zone first.' : 'Start the zone first.',
  });
}

export function checkAddressesFree(snapshot: ClusterSnapshot, servers: readonly ServerAddress[]): Check {
  const header = { name: 'address-free', looked: 'DBA_OB_SERVERS', overridable: false };
  const known = rowsOf(snapshot.servers, 'DBA_OB_SERVERS');
  if (isReason(known)) return unknown(header, known.reason);
  const taken = servers.filter((server) => known.some((row) => isSameAddress(row, server)));
  if (taken.length === 0)
    return pass(header, `The cluster does not know ${listOf(servers.map(formatAddress))} yet.`);
  return fail(header, {
    evidence: `${listOf(taken.map(formatAddress))} is in the cluster already.`,
    meaning: 'A server is added once.',
    remedy: 'Start it if it is stopped, or choose other ports or another host.',
  });
}

export function planServerDelete(
  snapshot: ClusterSnapshot | undefined,
  targets: readonly StopTarget[],
  why: string,
): Check[] {
  return planSeen(snapshot, why, (seen) => [checkTargetsKnown(seen, targets), checkRoom(seen, targets)]);
}

function checkTargetsKnown(snapshot: ClusterSnapshot, targets: readonly ServerAddress[]): Check {
  const header = { name: 'target', looked: 'DBA_OB_SERVERS', overridable: false };
  const servers = rowsOf(snapshot.servers, 'DBA_OB_SERVERS');
  if (isReason(servers)) return unknown(header, servers.reason);
  const missing = targets.filter((target) => findServer(snapshot, target) === undefined);
  if (missing.length === 0) return pass(header, `The cluster knows ${listOf(targets.map(formatAddress))}.`);
  return fail(header, {
    evidence: `${listOf(missing.map(formatAddress))} is not in DBA_OB_SERVERS.`,
    meaning: 'The kernel has nothing to delete.',
    remedy: 'Synchronise the cluster.',
  });
}

/** Units and replicas move within their zone, so a zone with data needs a server that stays, and is able to take them. */
function checkRoom(snapshot: ClusterSnapshot, targets: readonly StopTarget[]): Check {
  const header = { name: 'room-in-zone', looked: 'DBA_OB_SERVERS, GV$OB_LOG_STAT', overridable: false };
  const servers = rowsOf(snapshot.servers, 'DBA_OB_SERVERS');
  if (isReason(servers)) return unknown(header, servers.reason);
  const problems: string[] = [];
  for (const zone of new Set(targets.map((target) => target.zone))) {
    const leaving = targets.filter((target) => target.zone === zone);
    const staying = servers.filter(
      (row) =>
        row.zone === zone &&
        row.status === 'ACTIVE' &&
        row.stopTime === null &&
        row.startServiceTime !== null &&
        !leaving.some((target) => isSameAddress(target, row)),
    );
    if (staying.length > 0) continue;
    for (const target of leaving) {
      const held = findHoldings(snapshot, target);
      if ('reason' in held) return unknown(header, `${held.reason}.`);
      if (held.length > 0)
        problems.push(`${formatAddress(target)} in ${zone} holds ${held.length} replicas and votes`);
    }
  }
  if (problems.length === 0) return pass(header, 'Every zone keeps a server in service that can take over.');
  return fail(header, {
    evidence: `${listOf(problems)}, and no other server of the zone is in service.`,
    meaning: 'What they hold could not be moved, so the kernel would refuse or never end.',
    remedy: 'Add or start another server in the zone first.',
  });
}
