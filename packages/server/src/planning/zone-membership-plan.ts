/** The verdict on adding a zone and on deleting one: what the kernel would refuse, or never end, is told before. */
import type { ClusterSnapshot } from '../domain/cluster-snapshot.ts';
import { formatAddress, isSameAddress, type ServerAddress } from '../domain/server-address.ts';
import { type Check, fail, listOf, pass, unknown } from './check.ts';
import { checkAddressesFree, planSeen } from './membership-plan.ts';
import { isReason, rowsOf } from './section-rows.ts';
import { findHoldings } from './server-holdings.ts';

export function planZoneAdd(
  snapshot: ClusterSnapshot | undefined,
  zone: string,
  servers: readonly ServerAddress[],
  why: string,
): Check[] {
  return planSeen(snapshot, why, (seen) => [checkNameFree(seen, zone), checkAddressesFree(seen, servers)]);
}

function checkNameFree(snapshot: ClusterSnapshot, name: string): Check {
  const header = { name: 'zone-name-free', looked: 'DBA_OB_ZONES', overridable: false };
  const zones = rowsOf(snapshot.zones, 'DBA_OB_ZONES');
  if (isReason(zones)) return unknown(header, zones.reason);
  if (!zones.some((row) => row.name === name)) return pass(header, `The cluster has no zone ${name} yet.`);
  return fail(header, {
    evidence: `The cluster has a zone ${name} already.`,
    meaning: 'A zone is added once.',
    remedy: 'Add servers to it, or choose another name.',
  });
}

/** @param servers all servers of the zone, as the product knows them. */
export function planZoneDelete(
  snapshot: ClusterSnapshot | undefined,
  zone: string,
  servers: readonly ServerAddress[],
  why: string,
): Check[] {
  return planSeen(snapshot, why, (seen) => [
    checkOtherZones(seen, zone),
    checkServersKnown(seen, zone, servers),
    checkLocality(seen, zone),
    checkHoldsNothing(seen, zone),
  ]);
}

/** The zone is stopped on the way, and two zones are never stopped at once. */
function checkOtherZones(snapshot: ClusterSnapshot, name: string): Check {
  const header = { name: 'one-zone', looked: 'DBA_OB_ZONES, DBA_OB_SERVERS', overridable: false };
  const zones = rowsOf(snapshot.zones, 'DBA_OB_ZONES');
  const servers = rowsOf(snapshot.servers, 'DBA_OB_SERVERS');
  if (isReason(zones)) return unknown(header, zones.reason);
  if (isReason(servers)) return unknown(header, servers.reason);
  const stopped = zones
    .filter((row) => row.name !== name)
    .filter(
      (row) => row.status !== 'ACTIVE' || servers.some((it) => it.zone === row.name && it.stopTime !== null),
    );
  if (stopped.length === 0) return pass(header, 'Nothing is stopped in another zone.');
  return fail(header, {
    evidence: `Something is stopped in ${listOf(stopped.map((row) => `zone ${row.name}`))}.`,
    meaning: 'A zone is stopped before it is deleted, and two zones must never be stopped at once.',
    remedy: 'Start what is stopped there first.',
  });
}

/** A server that joined unseen would be left behind, and the kernel would keep the zone for it. */
function checkServersKnown(snapshot: ClusterSnapshot, name: string, known: readonly ServerAddress[]): Check {
  const header = { name: 'servers-known', looked: 'DBA_OB_SERVERS', overridable: false };
  const servers = rowsOf(snapshot.servers, 'DBA_OB_SERVERS');
  if (isReason(servers)) return unknown(header, servers.reason);
  const strange = servers.filter(
    (row) => row.zone === name && !known.some((each) => isSameAddress(each, row)),
  );
  if (strange.length === 0) return pass(header, `All ${known.length} servers of zone ${name} are known.`);
  return fail(header, {
    evidence: `${listOf(strange.map(formatAddress))} in zone ${name} is not one of the servers of this request.`,
    meaning: 'The kernel deletes empty zones only.',
    remedy: 'Synchronise the cluster, then ask again.',
  });
}

/** Deleting a zone that a locality names would take a replica from every log stream of that tenant. */
function checkLocality(snapshot: ClusterSnapshot, name: string): Check {
  const header = { name: 'locality', looked: 'DBA_OB_TENANTS', overridable: false };
  const tenants = rowsOf(snapshot.tenants, 'DBA_OB_TENANTS');
  if (isReason(tenants)) return unknown(header, tenants.reason);
  const naming = tenants.filter(({ locality, previousLocality }) =>
    [locality, previousLocality ?? ''].some((each) => zonesOf(each).includes(name)),
  );
  if (naming.length === 0) return pass(header, `The locality of no tenant names zone ${name}.`);
  return fail(header, {
    evidence: `Zone ${name} is in the locality of ${listOf(naming.map((tenant) => `tenant ${tenant.name} (${tenant.id})`))}.`,
    meaning: 'Their log streams have a replica there, and count on it for their majority.',
    remedy: 'Take the zone out of the locality of these tenants first, and wait until that has finished.',
  });
}

/** Of `FULL{1}@zone1, READONLY{ALL_SERVER}@zone2`: the zones. */
function zonesOf(locality: string): string[] {
  return locality.split(',').map((part) => part.slice(part.lastIndexOf('@') + 1).trim());
}

function checkHoldsNothing(snapshot: ClusterSnapshot, name: string): Check {
  const header = { name: 'holds-nothing', looked: 'GV$OB_LOG_STAT, CDB_OB_LS_LOCATIONS', overridable: false };
  const servers = rowsOf(snapshot.servers, 'DBA_OB_SERVERS');
  if (isReason(servers)) return unknown(header, servers.reason);
  const problems: string[] = [];
  for (const server of servers.filter((row) => row.zone === name)) {
    const held = findHoldings(snapshot, server);
    if ('reason' in held) return unknown(header, `${held.reason}.`);
    if (held.length > 0) problems.push(`${formatAddress(server)} holds ${held.length} replicas and votes`);
  }
  if (problems.length === 0) return pass(header, `No server of zone ${name} holds a replica or a vote.`);
  return fail(header, {
    evidence: `${listOf(problems)}.`,
    meaning: 'Units and replicas move within their zone only, so these could not be moved out of it.',
    remedy: 'Remove the replicas of the tenants from this zone first.',
  });
}
