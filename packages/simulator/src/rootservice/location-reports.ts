/**
 * What a leader's report changes in the tables: itself as the one leader, and the members when its configuration is
 * newer than the one known. Replicas that were taken out lose their rows.
 */
import { type Change, type InnerTables, locationKey, lsKey } from '../cluster/inner-tables.ts';
import { memberListText } from '../cluster/log-stat.ts';
import type { LocationReport } from '../cluster/messages.ts';
import { nowUs } from '../timing.ts';

export function locationChanges(
  tables: InnerTables,
  { tenantId, lsId, leader, proposalId, configuration }: LocationReport,
): Change[] {
  const known = tables.streams.get(lsKey(tenantId, lsId));
  const current = tables.locations.get(locationKey(tenantId, lsId, leader));
  const newest = Math.max(
    0,
    ...[...tables.locations.values()]
      .filter((row) => row.tenantId === tenantId && row.lsId === lsId && row.role === 'LEADER')
      .map((row) => row.proposalId),
  );
  if (known === undefined || proposalId < newest) return [];
  const isNewer = configuration.version > known.configurationVersion;
  if (current?.role === 'LEADER' && current.proposalId === proposalId && !isNewer) return [];
  const now = nowUs();
  const { members, replicaNum } = isNewer ? configuration : known;
  const changes: Change[] = known.members
    .filter((server) => !members.includes(server))
    .map((server) => ({ table: 'locations', key: locationKey(tenantId, lsId, server), row: null }));
  if (isNewer) {
    const row = { ...known, members, replicaNum, configurationVersion: configuration.version };
    changes.push({ table: 'streams', key: lsKey(tenantId, lsId), row });
  }
  const rows = members.map((server): Change => {
    const key = locationKey(tenantId, lsId, server);
    const leads = server === leader;
    const row = {
      tenantId,
      lsId,
      server,
      role: leads ? ('LEADER' as const) : ('FOLLOWER' as const),
      proposalId: leads ? proposalId : 0,
      memberList: leads ? memberListText(members) : '',
      paxosReplicaNum: leads ? replicaNum : 0,
      createTime: tables.locations.get(key)?.createTime ?? now,
      modifyTime: now,
    };
    return { table: 'locations', key, row };
  });
  return [...changes, ...rows];
}
