/**
 * Root service: runs on the leader of tenant 1, log stream 1, and only there. It lives as long as that leadership; its
 * successor starts from the replicated tables.
 */
import type { Change } from '../cluster/inner-tables.ts';
import { locationKey, lsKey } from '../cluster/inner-tables.ts';
import { memberListText } from '../cluster/log-stat.ts';
import type { AdminReply, AdminRequest, LocationReport } from '../cluster/messages.ts';
import { nowUs } from '../timing.ts';
import { administer } from './administer.ts';
import { HeartbeatLoop } from './heartbeat-loop.ts';
import type { RootContext } from './root-context.ts';
import { changeUserRows } from './user-tables.ts';

export class RootService {
  readonly context: RootContext;
  readonly #heartbeats: HeartbeatLoop;

  constructor(context: RootContext) {
    this.context = context;
    this.#heartbeats = new HeartbeatLoop(context);
  }

  start(): void {
    void this.#heartbeats.run();
  }

  end(): void {
    this.context.ended = true;
    this.#heartbeats.stop();
  }

  async administer(request: AdminRequest): Promise<AdminReply> {
    // Rows of users concern no other server; whoever reads them asks for them.
    if (request.verb === 'user-dml') return changeUserRows(this.context, request.dml, request.facts);
    await administer(this.context, request);
    // Whoever is concerned hears of the change by heartbeat, without waiting for the next round.
    void this.#heartbeats.run();
    return { affectedRows: 0, matchedRows: 0 };
  }

  /** A report of a newer leader demotes all other replicas of the stream in the same write. */
  async report(reports: readonly LocationReport[]): Promise<void> {
    await this.context.exclusively(async () => {
      await this.context.write(reports.flatMap((report) => this.#locationChanges(report)));
    });
  }

  #locationChanges({ tenantId, lsId, leader, proposalId, members }: LocationReport): Change[] {
    const { tables } = this.context;
    const known = tables.streams.get(lsKey(tenantId, lsId));
    const current = tables.locations.get(locationKey(tenantId, lsId, leader));
    const newest = Math.max(
      0,
      ...[...tables.locations.values()]
        .filter((row) => row.tenantId === tenantId && row.lsId === lsId && row.role === 'LEADER')
        .map((row) => row.proposalId),
    );
    if (known === undefined || proposalId < newest) return [];
    if (current?.role === 'LEADER' && current.proposalId === proposalId) return [];
    const now = nowUs();
    return members.map((server): Change => {
      const key = locationKey(tenantId, lsId, server);
      const leads = server === leader;
      const row = {
        tenantId,
        lsId,
        server,
        role: leads ? ('LEADER' as const) : ('FOLLOWER' as const),
        proposalId: leads ? proposalId : 0,
        memberList: leads ? memberListText(members) : '',
        paxosReplicaNum: leads ? members.length : 0,
        createTime: tables.locations.get(key)?.createTime ?? now,
        modifyTime: now,
      };
      return { table: 'locations', key, row };
    });
  }
}
