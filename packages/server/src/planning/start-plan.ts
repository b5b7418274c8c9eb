/** The verdict on starting OBServers: a start endangers nothing, but what will keep it from its goal is told before. */
import { type ClusterSnapshot, findServer } from '../domain/cluster-snapshot.ts';
import { formatAddress } from '../domain/server-address.ts';
import { type Check, fail, listOf, pass, warn } from './check.ts';
import { isReason, rowsOf } from './section-rows.ts';
import type { StopTarget } from './stop-subject.ts';

export function planStart(
  snapshot: ClusterSnapshot | undefined,
  targets: readonly StopTarget[],
  why: string,
): Check[] {
  if (snapshot === undefined) return [warnUnreachable(why)];
  return [checkKnown(snapshot, targets), checkZones(snapshot, targets)];
}

function warnUnreachable(why: string): Check {
  const looked = 'SQL connections to the servers of the cluster';
  return warn(
    { name: 'cluster-reachable', looked, overridable: true },
    {
      evidence: `${why}.`,
      meaning: 'A started server becomes active only when a majority of the cluster runs.',
      remedy: 'When the whole cluster is down, start the cluster instead.',
    },
  );
}

function checkKnown(snapshot: ClusterSnapshot, targets: readonly StopTarget[]): Check {
  const header = { name: 'target', looked: 'DBA_OB_SERVERS', overridable: false };
  const servers = rowsOf(snapshot.servers, 'DBA_OB_SERVERS');
  if (isReason(servers)) {
    return warn(header, {
      evidence: servers.reason,
      meaning: 'It is not known whether the cluster still knows what is to be started.',
      remedy: '',
    });
  }
  const missing = targets.filter((target) => findServer(snapshot, target) === undefined).map(formatAddress);
  if (missing.length === 0) return pass(header, `The cluster knows ${listOf(targets.map(formatAddress))}.`);
  return fail(header, {
    evidence: `${listOf(missing)} ${missing.length === 1 ? 'is' : 'are'} not in DBA_OB_SERVERS.`,
    meaning: 'The cluster does not know this server; it would never become active.',
    remedy: 'Synchronise the cluster; if the server was removed on purpose, remove it here too.',
  });
}

/** STOP ZONE and STOP SERVER are independent: a server that runs in a stopped zone serves nothing. */
function checkZones(snapshot: ClusterSnapshot, targets: readonly StopTarget[]): Check {
  const header = { name: 'zone-active', looked: 'DBA_OB_ZONES', overridable: true };
  const names = new Set(targets.map(({ zone }) => zone));
  const zones = snapshot.zones.ok ? snapshot.zones.rows : [];
  const stopped = zones.filter((zone) => names.has(zone.name) && zone.status !== 'ACTIVE');
  if (stopped.length === 0) return pass(header, `${listOf([...names])} not stopped.`);
  return warn(header, {
    evidence: `Zone ${listOf(stopped.map(({ name }) => name))} is stopped.`,
    meaning: 'Servers in it run, and serve only when the zone is started.',
    remedy: 'Start the zone.',
  });
}
