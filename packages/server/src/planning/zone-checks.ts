/** The checks that STOP ZONE must pass besides those of its servers. */
import type { ClusterSnapshot } from '../domain/cluster-snapshot.ts';
import { formatAddress } from '../domain/server-address.ts';
import { type Check, fail, listOf, pass, unknown } from './check.ts';
import { isReason, rowsOf } from './section-rows.ts';
import { isTarget, type StopSubject, zonesOf } from './stop-subject.ts';

/** The kernel refuses to stop the last active zone; a cluster is stopped as a whole. */
export function checkLastZone(snapshot: ClusterSnapshot, subject: StopSubject): Check {
  const header = { name: 'not-the-only-zone', looked: 'DBA_OB_ZONES', overridable: false };
  const zones = rowsOf(snapshot.zones, 'DBA_OB_ZONES');
  if (isReason(zones)) return unknown({ ...header, overridable: true }, zones.reason);
  const [own = ''] = zonesOf(subject);
  const others = zones.filter((zone) => zone.name !== own && zone.status === 'ACTIVE');
  if (others.length > 0) return pass(header, `${others.length} other zones are ACTIVE.`);
  return fail(header, {
    evidence: `No zone but ${own} is ACTIVE.`,
    meaning: 'The kernel does not stop the last active zone.',
    remedy: 'Start the other zones first, or stop the cluster instead of the zone.',
  });
}

/** Servers added or removed behind our back since the operation was asked for. */
export function checkZoneServers(snapshot: ClusterSnapshot, subject: StopSubject): Check {
  const header = { name: 'zone-servers', looked: 'DBA_OB_SERVERS', overridable: false };
  const servers = rowsOf(snapshot.servers, 'DBA_OB_SERVERS');
  if (isReason(servers)) return unknown({ ...header, overridable: true }, servers.reason);
  const [own = ''] = zonesOf(subject);
  const strangers = servers.filter((server) => server.zone === own && !isTarget(subject, server));
  if (strangers.length === 0)
    return pass(header, `Zone ${own} has the ${subject.targets.length} servers of this operation.`);
  return fail(header, {
    evidence: `Zone ${own} also has ${listOf(strangers.map(formatAddress))}.`,
    meaning: 'The zone has changed since the operation was asked for.',
    remedy: 'Synchronise the cluster, then ask for the operation anew.',
  });
}
