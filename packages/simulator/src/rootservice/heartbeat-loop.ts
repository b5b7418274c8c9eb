/** Root service asks every listed server how it is, and writes down what changed. */
import type { Change } from '../cluster/inner-tables.ts';
import type { HeartbeatAnswer, HeartbeatRequest } from '../cluster/messages.ts';
import type { ServerRow } from '../cluster/rows.ts';
import { monotonicMs, nowUs, parseDurationMs } from '../timing.ts';
import { DiskWatch } from './disk-watch.ts';
import { type HeartbeatReply, heartbeatOutcome, isAcceptable } from './heartbeat-outcome.ts';
import { quoted, type RootContext } from './root-context.ts';

export class HeartbeatLoop {
  readonly #context: RootContext;
  readonly #lastReplyAt = new Map<string, number>();
  readonly #disks: DiskWatch;
  #timer: NodeJS.Timeout | undefined;
  #running = false;
  #again = false;

  constructor(context: RootContext) {
    this.#context = context;
    this.#disks = new DiskWatch(context);
  }

  /** A round at once; then the next one when its time has come. */
  async run(): Promise<void> {
    clearTimeout(this.#timer);
    if (this.#running) {
      this.#again = true;
      return;
    }
    this.#running = true;
    let idleMs = this.#context.timing.heartbeatMs;
    try {
      await this.#round();
    } catch {
      // A failed write is tried again soon, unless another server has become root service.
      idleMs /= 4;
    }
    this.#running = false;
    if (this.#context.ended) return;
    if (this.#again) {
      this.#again = false;
      idleMs = 0;
    }
    this.#timer = setTimeout(() => void this.run(), idleMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  async #round(): Promise<void> {
    const { tables } = this.#context;
    const replies = new Map<string, HeartbeatReply>();
    await Promise.all(
      [...tables.servers.keys()].map(async (server) => {
        const reply = await this.#ask(server).catch(() => undefined);
        if (reply !== undefined) replies.set(server, reply);
      }),
    );
    await this.#context.exclusively(() => this.#settle(replies));
  }

  async #ask(server: string): Promise<HeartbeatReply | undefined> {
    const { tables, peers, self, epoch, timing } = this.#context;
    const request: HeartbeatRequest = {
      rs: self,
      epoch,
      serverId: tables.servers.get(server)?.id ?? 0,
      stopped: tables.isUnfitToLead(server),
      isMember: [...tables.streams.values()].some(({ members }) => members.includes(server)),
      position: tables.position,
    };
    const answer = await peers.call<HeartbeatAnswer>(server, 'heartbeat', request, timing.rpcTimeoutMs);
    return 'refused' in answer ? undefined : answer;
  }

  async #settle(replies: ReadonlyMap<string, HeartbeatReply>): Promise<void> {
    const context = this.#context;
    const changes: Change[] = [];
    const events: { module: string; event: string; pairs: [string, string][] }[] = [];
    for (const [server, row] of context.tables.servers) {
      const reply = replies.get(server);
      const accepted = reply !== undefined && isAcceptable(row, reply) ? reply : undefined;
      const outcome = heartbeatOutcome(row, accepted, {
        nowUs: nowUs(),
        leaseExpired: this.#silentMs(server, accepted !== undefined) > this.#durationMs('lease_time'),
        isRootServer: server === context.self,
      });
      if (accepted !== undefined) this.#disks.note(server, accepted.diskHealth);
      if (outcome.changed) changes.push({ table: 'servers', key: server, row: outcome.row });
      const names = [...outcome.events, ...this.#permanentOffline(server, outcome.row)];
      events.push(
        ...names.map((event) => ({
          module: 'server',
          event,
          pairs: [['server', quoted(server)]] as [string, string][],
        })),
      );
    }
    if (events.length > 0) changes.push(...context.eventChanges(events));
    await context.write(changes);
  }

  /** A new root service grants every server that was online a fresh lease. */
  #silentMs(server: string, answered: boolean): number {
    const now = monotonicMs();
    const last = answered ? now : (this.#lastReplyAt.get(server) ?? now);
    this.#lastReplyAt.set(server, last);
    return now - last;
  }

  #permanentOffline(server: string, row: ServerRow): string[] {
    if (row.lastOfflineTime === 0) {
      this.#context.lost.delete(server);
      return [];
    }
    const offlineMs = (nowUs() - row.lastOfflineTime) / 1000 + this.#durationMs('lease_time');
    if (offlineMs < this.#durationMs('server_permanent_offline_time') || this.#context.lost.has(server))
      return [];
    this.#context.lost.add(server);
    return ['permanent_offline'];
  }

  #durationMs(parameter: string): number {
    return (parseDurationMs(this.#context.parameter(parameter)) ?? 0) * this.#context.timing.scale;
  }
}
