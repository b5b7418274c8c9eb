/** One replica of a log stream on this server: its election and a log whose end is simulated from the clock. */
import type { Election } from '../consensus/election.ts';
import { monotonicMs, nowUs } from '../timing.ts';

/** How far a healthy follower trails its leader. */
const followerDelayNs = 20_000_000n;

export interface LsReplicaOptions {
  readonly key: string;
  readonly tenantId: number;
  readonly lsId: number;
  readonly primaryZone: string;
  readonly election: Election;
  readonly endScn: bigint;
  /** A beat older than this no longer carries log. */
  readonly beatFreshMs: number;
}

export class LsReplica {
  readonly key: string;
  readonly tenantId: number;
  readonly lsId: number;
  readonly primaryZone: string;
  readonly election: Election;
  #lag = { since: 0, ms: 0, rate: 0 };
  /** Since when this server leads, or noticed that it should not. */
  leaderSince = 0;
  moveDueAt: number | undefined;
  wasLeading = false;
  checkpointScn: bigint;
  readonly #beatFreshMs: number;
  #endScn: bigint;
  #lastBeatAt = Number.NEGATIVE_INFINITY;

  constructor(options: LsReplicaOptions) {
    this.key = options.key;
    this.tenantId = options.tenantId;
    this.lsId = options.lsId;
    this.primaryZone = options.primaryZone;
    this.election = options.election;
    this.#endScn = options.endScn;
    this.checkpointScn = options.endScn;
    this.#beatFreshMs = options.beatFreshMs;
  }

  /** Injected lag behind the leader; may grow or shrink with time. */
  get lagMs(): number {
    const { since, ms, rate } = this.#lag;
    return rate === 0 ? ms : Math.max(0, ms + (monotonicMs() - since) * rate);
  }

  lagBy(milliseconds: number): void {
    this.#lag = { since: monotonicMs(), ms: milliseconds, rate: 0 };
  }

  /** As a replica under a load that it takes only a part of: below 1 it falls behind, at 1 it catches up, four times as fast. */
  followAt(part: number): void {
    this.#lag = { since: monotonicMs(), ms: this.lagMs, rate: part < 1 ? 1 - part : -4 };
  }

  /** Everything up to now is on disk. */
  checkpoint(now: number): void {
    this.checkpointScn = this.endScn(now);
  }

  heardBeat(now: number): void {
    this.#lastBeatAt = now;
  }

  /** Nanoseconds. Moves while the stream works, stands still while it has no leader. */
  endScn(now: number): bigint {
    const clock = BigInt(nowUs()) * 1000n;
    if (this.election.isLeader(now)) this.#advanceTo(clock);
    else if (now - this.#lastBeatAt < this.#beatFreshMs) this.#advanceTo(clock - followerDelayNs);
    // A lag of the future would take that long to show, so it is taken off the end, even backwards.
    const { lagMs } = this;
    return lagMs > 0 ? this.#endScn - BigInt(Math.round(lagMs)) * 1_000_000n : this.#endScn;
  }

  #advanceTo(scn: bigint): void {
    if (scn > this.#endScn) this.#endScn = scn;
  }
}
