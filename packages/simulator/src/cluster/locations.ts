/** Where replicas are, as the location tables tell: a dead server's rows stay. */

import { lsKey, sysLsKey } from './inner-tables.ts';
import { memberListText } from './log-stat.ts';
import type { LocationRow } from './rows.ts';
import type { CurrentTables } from './table-access.ts';

/** The sys log stream's rows are not stored: root service, being its leader, knows them. */
export function locationRows({ tables, rs, rsEpoch }: CurrentTables, now: number): LocationRow[] {
  const sys = tables.streams.get(sysLsKey);
  const sysRows = (sys?.members ?? []).map((server): LocationRow => {
    const leads = server === rs;
    return {
      tenantId: 1,
      lsId: 1,
      server,
      role: leads ? 'LEADER' : 'FOLLOWER',
      proposalId: leads ? rsEpoch : 0,
      memberList: leads ? memberListText(sys?.members ?? []) : '',
      paxosReplicaNum: leads ? (sys?.replicaNum ?? 0) : 0,
      createTime: now,
      modifyTime: now,
    };
  });
  return [...sysRows, ...tables.locations.values()].filter(({ tenantId, lsId }) =>
    tables.streams.has(lsKey(tenantId, lsId)),
  );
}
