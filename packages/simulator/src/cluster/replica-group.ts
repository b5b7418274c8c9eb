/**
 * All replicas of this server: drives their elections over RPC, beats for those it leads (one message per peer carries
 * all streams), and moves leaders to where they belong.
 */
import {
  type Configuration,
  type Election,
  everyoneIn,
  type VoteReply,
  type VoteRequest,
} from '../consensus/election.ts';
import {
  changeMembers,
  type MemberChange,
  type OfferConfiguration,
  settleMembers,
} from '../consensus/member-change.ts';
import type { FaultState } from '../faults/fault-state.ts';
import { kernelError } from '../kernel-error.ts';
import type { PeerCalls } from '../rpc/peers.ts';
import { monotonicMs, type Timing } from '../timing.ts';
import { lsKey } from './inner-tables.ts';
import { isUnfit, type LeaderStanding, leaderRank } from './leader-priority.ts';
import type { LsReplica } from './ls-replica.ts';
import type { ChangeMembersRequest, ConfigurationOffer } from './messages.ts';

interface BeatItem {
  readonly key: string;
  readonly term: number;
}

interface BeatMessage {
  readonly from: string;
  readonly items: readonly BeatItem[];
}

interface BeatReply {
  readonly zone: string;
  readonly stopped: boolean;
  /** Not yet, or no longer, in service: must not be given leaders. */
  readonly stopping: boolean;
  readonly items: readonly BeatAnswer[];
}

interface BeatAnswer {
  readonly accepted: boolean;
  readonly term: number;
  readonly lagMs: number;
  /** Of the configuration that the follower knows. */
  readonly version: number;
}

export interface ReplicaGroupOptions {
  readonly self: string;
  readonly zone: string;
  readonly peers: PeerCalls;
  readonly timing: Timing;
  readonly faults: FaultState;
  /** Further conditions of a target, e.g. that it holds the whole replicated log. */
  readonly mayReceive: (replica: LsReplica, member: string) => boolean;
  readonly onLeaderChange: (replica: LsReplica, leading: boolean) => void;
  /** All that the stream ever acknowledged is held by majorities of its members. */
  readonly secure: (replica: LsReplica) => Promise<void>;
  /** A configuration that names this server came for a stream without a replica here. */
  readonly create: (offer: ConfigurationOffer) => void;
  /** This server is no member any more. */
  readonly drop: (replica: LsReplica) => void;
}

export class ReplicaGroup {
  readonly replicas = new Map<string, LsReplica>();
  /** Told by root service. */
  stopped = false;
  /** This process ends soon. */
  stopping = false;
  /** Boot is over; before that no leader is handed over to this server. */
  serving = false;
  readonly #options: ReplicaGroupOptions;
  readonly #standings = new Map<string, LeaderStanding>();
  readonly #lags = new Map<string, number>();
  readonly #beating = new Set<string>();
  #nextBeatAt = 0;

  constructor(options: ReplicaGroupOptions) {
    this.#options = options;
  }

  get leading(): LsReplica[] {
    const now = monotonicMs();
    return [...this.replicas.values()].filter(({ election }) => election.isLeader(now));
  }

  tick(): void {
    const now = monotonicMs();
    for (const replica of this.replicas.values()) {
      const outcome = replica.election.tick(now, leaderRank(this.#ownStanding(replica), replica.primaryZone));
      if (outcome !== undefined && outcome !== 'lost') this.#campaign(replica, outcome);
      this.#noticeRole(replica, now);
      if (replica.wasLeading) this.#considerMove(replica, now);
    }
    if (now >= this.#nextBeatAt) {
      this.#nextBeatAt = now + this.#options.timing.renewMs - 10;
      this.#beatAll(now);
    }
  }

  /** Beats at once, so that a change of leader is known without waiting for the next round. */
  beatNow(): void {
    this.#nextBeatAt = 0;
    this.tick();
  }

  onVote({ key, request }: { key: string; request: VoteRequest }): VoteReply {
    const replica = this.#replica(key);
    const reply = replica.election.onVoteRequest(request, monotonicMs());
    this.#noticeRole(replica, monotonicMs());
    return reply;
  }

  onBeat({ from, items }: BeatMessage): BeatReply {
    const now = monotonicMs();
    const replies = items.map(({ key, term }) => {
      const replica = this.replicas.get(key);
      if (replica === undefined) return { accepted: false, term: 0, lagMs: 0, version: 0 };
      const accepted = replica.election.onBeat(term, from, now);
      if (accepted) replica.heardBeat(now);
      this.#noticeRole(replica, now);
      const { term: own, configuration } = replica.election;
      return { accepted, term: own, lagMs: replica.lagMs, version: configuration.version };
    });
    const { zone } = this.#options;
    const stopping = this.stopping || !this.serving;
    return { zone, stopped: this.stopped, stopping, items: replies };
  }

  onTakeOver({ key, leader, term }: { key: string; leader: string; term: number }): { standing: boolean } {
    const replica = this.#replica(key);
    const request = replica.election.takeOver(leader, term, monotonicMs());
    if (request !== undefined) this.#campaign(replica, request);
    return { standing: request !== undefined };
  }

  /** The leader's part. @throws KernelError when this server does not lead the stream, or must not go on leading it. */
  async changeMembers({ key, members }: ChangeMembersRequest): Promise<Configuration> {
    const replica = this.#replica(key);
    const { self } = this.#options;
    if (!replica.election.isLeader(monotonicMs())) throw kernelError('notMaster');
    if (!members.includes(self)) {
      // A leader does not put itself out: it names a successor, who is asked again.
      const target = this.#moveTarget(replica, monotonicMs(), Number.POSITIVE_INFINITY);
      if (target !== undefined) this.#handOver(replica, target);
      throw kernelError('needRetry');
    }
    await changeMembers(this.#changeOf(replica), members);
    return replica.election.configuration;
  }

  onOffer(offer: ConfigurationOffer): void {
    const key = lsKey(offer.tenantId, offer.lsId);
    const { self, create, drop } = this.#options;
    const isMember = everyoneIn(offer.configuration).includes(self);
    if (!this.replicas.has(key) && isMember) create(offer);
    const replica = this.replicas.get(key);
    if (replica === undefined) return;
    if (offer.term < replica.election.term) throw kernelError('notMaster');
    replica.election.adopt(offer.configuration);
    this.#noticeRole(replica, monotonicMs());
    if (!everyoneIn(replica.election.configuration).includes(self)) drop(replica);
  }

  #changeOf(replica: LsReplica): MemberChange {
    const { self, secure } = this.#options;
    const { election } = replica;
    return { election, self, offer: this.#offerOf(replica), secure: () => secure(replica) };
  }

  #offerOf(replica: LsReplica): OfferConfiguration {
    const { tenantId, lsId, primaryZone, election } = replica;
    const { peers, self, timing } = this.#options;
    return async (configuration, to) => {
      const offer = { tenantId, lsId, primaryZone, leader: self, term: election.term, configuration };
      const agreed = new Set<string>();
      await Promise.allSettled(
        to.map(async (member) => {
          await peers.call(member, 'offer_configuration', offer, timing.rpcTimeoutMs);
          agreed.add(member);
        }),
      );
      return agreed;
    };
  }

  #handOver({ key, election }: LsReplica, target: string): void {
    const { peers, self, timing } = this.#options;
    const body = { key, leader: self, term: election.term };
    peers.call(target, 'take_over', body, timing.rpcTimeoutMs).catch(() => undefined);
  }

  #replica(key: string): LsReplica {
    const replica = this.replicas.get(key);
    if (replica === undefined) throw new Error(`no replica of ${key} here`);
    return replica;
  }

  #ownStanding(replica: LsReplica): LeaderStanding {
    const { zone } = this.#options;
    return { stopping: this.stopping, stopped: this.stopped, lagMs: replica.lagMs, zone };
  }

  #campaign(replica: LsReplica, request: VoteRequest): void {
    const { peers, self, timing } = this.#options;
    this.#afterVotes(replica, replica.election.countOwnVote(request, monotonicMs()));
    for (const member of replica.election.everyone) {
      if (member === self) continue;
      peers.call<VoteReply>(member, 'vote', { key: replica.key, request }, timing.rpcTimeoutMs).then(
        (reply) => {
          this.#afterVotes(replica, replica.election.onVoteReply(request, member, reply, monotonicMs()));
        },
        () => {
          // A member that does not answer does not vote.
        },
      );
    }
  }

  #afterVotes(replica: LsReplica, outcome: ReturnType<Election['onVoteReply']>): void {
    if (outcome === undefined) return;
    if (outcome === 'won') this.beatNow();
    else this.#campaign(replica, outcome);
  }

  #noticeRole(replica: LsReplica, now: number): void {
    const { leading } = replica.election;
    if (leading === replica.wasLeading) return;
    replica.wasLeading = leading;
    replica.leaderSince = now;
    replica.moveDueAt = undefined;
    this.#options.onLeaderChange(replica, leading);
    // A predecessor may have left a change of members half done.
    if (leading && replica.election.configuration.previous !== null)
      void settleMembers(this.#changeOf(replica)).catch(() => undefined);
  }

  #beatAll(now: number): void {
    const { self } = this.#options;
    const byPeer = new Map<string, BeatItem[]>();
    for (const { election, key } of this.replicas.values()) {
      if (!election.leading) continue;
      for (const member of election.everyone) {
        if (member === self) continue;
        const items = byPeer.get(member) ?? [];
        items.push({ key, term: election.term });
        byPeer.set(member, items);
      }
    }
    for (const [peer, items] of byPeer) void this.#beat(peer, items, now);
  }

  async #beat(peer: string, items: readonly BeatItem[], sentAt: number): Promise<void> {
    // A peer that does not answer is not written to again and again.
    if (this.#beating.has(peer)) return;
    this.#beating.add(peer);
    try {
      const { peers, self, timing } = this.#options;
      const message: BeatMessage = { from: self, items };
      const reply = await peers.call<BeatReply>(peer, 'beat', message, timing.rpcTimeoutMs);
      const { zone, stopped, stopping } = reply;
      this.#standings.set(peer, { zone, stopped, stopping, lagMs: 0 });
      reply.items.forEach((item, index) => {
        const key = items[index]?.key ?? '';
        const replica = this.replicas.get(key);
        if (replica === undefined) return;
        this.#lags.set(`${key}@${peer}`, item.lagMs);
        replica.election.onBeatReply(peer, item.accepted, item.term, sentAt);
        const { configuration, leading } = replica.election;
        if (leading && item.version < configuration.version)
          void this.#offerOf(replica)(configuration, [peer]);
        this.#noticeRole(replica, monotonicMs());
      });
    } catch {
      // Unreachable: its lease promise runs out by itself.
    } finally {
      this.#beating.delete(peer);
    }
  }

  #considerMove(replica: LsReplica, now: number): void {
    const { faults, timing } = this.#options;
    if (faults.refuseLeaderMoves) return;
    const own = leaderRank(this.#ownStanding(replica), replica.primaryZone);
    const mustGo = isUnfit(this.#ownStanding(replica));
    const target = this.#moveTarget(replica, now, mustGo ? Number.POSITIVE_INFINITY : own);
    if (target === undefined || (!mustGo && now - replica.leaderSince < timing.balanceMs)) {
      replica.moveDueAt = undefined;
      return;
    }
    replica.moveDueAt ??=
      now + (mustGo ? (faults.slowLeaderMovesMs ?? Math.random() * timing.moveSpreadMs) : 0);
    if (now < replica.moveDueAt) return;
    // If the target fails to win, the next attempt comes a little later.
    replica.moveDueAt = now + timing.renewMs;
    this.#handOver(replica, target);
  }

  /** The best placed member that answers, is in service and keeps up; better than `rankToBeat`. */
  #moveTarget(replica: LsReplica, now: number, rankToBeat: number): string | undefined {
    const { self, timing, mayReceive } = this.#options;
    const candidates = replica.election.configuration.members.flatMap((member) => {
      const standing = this.#standings.get(member);
      const agreedAt = replica.election.agreedAt(member) ?? Number.NEGATIVE_INFINITY;
      if (member === self || standing === undefined || now - agreedAt > timing.renewMs * 3) return [];
      const lagMs = this.#lags.get(`${replica.key}@${member}`) ?? 0;
      const full = { ...standing, lagMs };
      if (isUnfit(full) || !mayReceive(replica, member)) return [];
      return [{ member, rank: leaderRank(full, replica.primaryZone) }];
    });
    const best = Math.min(rankToBeat, ...candidates.map(({ rank }) => rank));
    if (best === rankToBeat) return undefined;
    const equal = candidates.filter(({ rank }) => rank === best);
    // Streams that leave one server together spread over the others.
    return equal[(replica.tenantId + replica.lsId) % equal.length]?.member;
  }
}
