/**
 * Who leads one log stream: terms, votes and leases, as a state machine without IO.
 *
 * A voter that hears a leader, or grants a vote, promises for one lease to vote for nobody else; a leader trusts itself
 * only while a majority's promises, counted from the moment it sent its beat, still hold. So two leaders never hold a
 * valid lease at once, whatever process freezes. A candidate first asks whether it would win (pre-vote) and raises the
 * term only then: a server that was away does not disturb the others on return. A leader may name its successor, who
 * then stands at once and is excused from the promise made to that leader.
 *
 * Members change in two steps: a configuration that still names the previous members, in which a majority of both sets
 * must agree to everything, and then one without them. Configurations have versions; nobody votes for a candidate with
 * an older one than its own, and whoever meets a newer one adopts it.
 *
 * All times are monotonic milliseconds.
 */
export interface HardState {
  readonly term: number;
  readonly votedFor: string | null;
}

export interface LogPosition {
  readonly term: number;
  readonly index: number;
}

export interface Configuration {
  readonly version: number;
  readonly members: readonly string[];
  /** While a change is under way. */
  readonly previous: readonly string[] | null;
  /** What majorities are counted of: more than there are members when a lost one has not been replaced. */
  readonly replicaNum: number;
}

export function firstConfiguration(members: readonly string[]): Configuration {
  return { version: 0, members, previous: null, replicaNum: members.length };
}

/** Members of both sets. */
export function everyoneIn({ members, previous }: Configuration): readonly string[] {
  return previous === null ? members : [...new Set([...members, ...previous])];
}

export function hasQuorum(configuration: Configuration, agrees: (member: string) => boolean): boolean {
  const { members, previous, replicaNum } = configuration;
  const majority = Math.floor(replicaNum / 2) + 1;
  return [members, previous ?? members].every((set) => set.filter(agrees).length >= majority);
}

export interface VoteRequest {
  readonly term: number;
  readonly candidate: string;
  /** Only asks; nobody's state changes. */
  readonly pre: boolean;
  readonly log: LogPosition;
  /** The leader, and its term, that asked the candidate to take over. */
  readonly takeOver: { readonly leader: string; readonly term: number } | null;
  readonly configuration: Configuration;
}

export interface VoteReply {
  readonly granted: boolean;
  readonly term: number;
  /** A newer one than the candidate's. */
  readonly configuration?: Configuration;
}

export interface ElectionOptions {
  readonly self: string;
  readonly configuration: Configuration;
  readonly hard: HardState;
  readonly leaseMs: number;
  readonly stepMs: number;
  readonly now: number;
  readonly random: () => number;
  /** Called before an answer that depends on the new state leaves. */
  readonly persist: (hard: HardState, configuration: Configuration) => void;
  readonly logPosition: () => LogPosition;
}

interface Candidacy {
  readonly request: VoteRequest;
  readonly startedAt: number;
  readonly votes: Set<string>;
}

export class Election {
  readonly #options: ElectionOptions;
  #configuration: Configuration;
  #term: number;
  #votedFor: string | null;
  #leading = false;
  #leader: string | undefined;
  #candidacy: Candidacy | undefined;
  /** Until then this member votes for nobody else. */
  #promisedUntil: number;
  #standNotBefore = 0;
  /** When the beat (or vote request) that a member last agreed to was sent. */
  readonly #agreedAt = new Map<string, number>();

  constructor(options: ElectionOptions) {
    this.#options = options;
    this.#configuration = options.configuration;
    this.#term = options.hard.term;
    this.#votedFor = options.hard.votedFor;
    // A restarted member does not remember its promise, so it assumes the longest one.
    this.#promisedUntil = options.hard.term > 0 ? options.now + options.leaseMs : options.now;
  }

  get term(): number {
    return this.#term;
  }

  get configuration(): Configuration {
    return this.#configuration;
  }

  /** Whom a leader keeps informed: also those who are about to leave. */
  get everyone(): readonly string[] {
    return everyoneIn(this.#configuration);
  }

  /** Takes over a newer configuration; a leader that it leaves out leads no more. */
  adopt(configuration: Configuration): void {
    if (configuration.version <= this.#configuration.version) return;
    this.#configuration = configuration;
    if (!this.everyone.includes(this.#options.self)) this.#follow(undefined);
    this.#persist();
  }

  /** Led when last looked at; `isLeader` also asks whether the lease still holds. */
  get leading(): boolean {
    return this.#leading;
  }

  /** The leader this member last agreed to; itself while leading. */
  get leader(): string | undefined {
    return this.#leader;
  }

  isLeader(now: number): boolean {
    return this.#leading && this.#leaseEnd() > now;
  }

  /** True while this member counts on the leader it knows. */
  hearsLeader(now: number): boolean {
    return this.isLeader(now) || (this.#leader !== undefined && this.#promisedUntil > now);
  }

  /** `lost`: the lease ran out. A request: ask every other member for that vote. */
  tick(now: number, rank: number): 'lost' | VoteRequest | undefined {
    if (this.#leading) {
      if (this.#leaseEnd() > now) return undefined;
      this.#follow(undefined);
      this.#standNotBefore = now + this.#options.leaseMs / 2;
      return 'lost';
    }
    if (!this.everyone.includes(this.#options.self)) return undefined;
    const { stepMs, random } = this.#options;
    if (now < this.#standNotBefore || now < this.#promisedUntil) return undefined;
    if (this.#standNotBefore < this.#promisedUntil) {
      // The lease has just run out: better placed members get their turn first.
      // A new stream has all the time to be born where it belongs.
      this.#standNotBefore = now + (this.#term > 0 ? stepMs * (rank + random()) : stepMs * 6 * rank);
      if (rank > 0 || this.#term > 0) return undefined;
    }
    this.#standNotBefore = now + stepMs * (1 + rank + 2 * random());
    return this.#stand(now, true, null);
  }

  /** The leader asked this member to stand. Undefined when it is not its leader any more. */
  takeOver(leader: string, term: number, now: number): VoteRequest | undefined {
    if (term !== this.#term || leader !== this.#leader || this.#leading) return undefined;
    return this.#stand(now, false, { leader, term });
  }

  onVoteRequest(request: VoteRequest, now: number): VoteReply {
    this.adopt(request.configuration);
    if (request.configuration.version < this.#configuration.version)
      return { granted: false, term: this.#term, configuration: this.#configuration };
    const refuse = { granted: false, term: this.#term };
    if (!this.everyone.includes(request.candidate) || request.term < this.#term) return refuse;
    const excused =
      request.takeOver !== null &&
      request.takeOver.leader === this.#leader &&
      request.takeOver.term === this.#term;
    if (!excused && (this.isLeader(now) || now < this.#promisedUntil)) return refuse;
    if (!this.#isUpToDate(request.log)) return refuse;
    if (request.pre) return { granted: request.term > this.#term, term: this.#term };
    if (request.term > this.#term) this.#enterTerm(request.term);
    if (this.#votedFor !== null && this.#votedFor !== request.candidate) {
      return { granted: false, term: this.#term };
    }
    this.#votedFor = request.candidate;
    this.#promisedUntil = now + this.#options.leaseMs;
    this.#persist();
    return { granted: true, term: this.#term };
  }

  /** `won`: leads from now on. A request: the pre-vote was won, ask for the real one. */
  onVoteReply(
    request: VoteRequest,
    from: string,
    reply: VoteReply,
    now: number,
  ): 'won' | VoteRequest | undefined {
    if (reply.configuration !== undefined) {
      // The next candidacy is under that configuration.
      this.adopt(reply.configuration);
      this.#candidacy = undefined;
    }
    if (reply.term > this.#term && !reply.granted) {
      this.#enterTerm(reply.term);
      this.#persist();
      return undefined;
    }
    const candidacy = this.#candidacy;
    if (candidacy?.request !== request || !reply.granted) return undefined;
    candidacy.votes.add(from);
    return this.#countVotes(candidacy, now);
  }

  /** Whether the beat of `leader` is accepted. */
  onBeat(term: number, leader: string, now: number): boolean {
    if (term < this.#term) return false;
    if (term > this.#term) {
      this.#enterTerm(term);
      this.#persist();
    }
    this.#follow(leader);
    this.#promisedUntil = now + this.#options.leaseMs;
    return true;
  }

  /** `lost`: somebody has a newer term. */
  onBeatReply(from: string, accepted: boolean, term: number, sentAt: number): 'lost' | undefined {
    if (term > this.#term) {
      const led = this.#leading;
      this.#enterTerm(term);
      this.#persist();
      return led ? 'lost' : undefined;
    }
    if (accepted) this.#agreedAt.set(from, Math.max(sentAt, this.#agreedAt.get(from) ?? 0));
    return undefined;
  }

  /** When a member last agreed, for judging whether it is alive. */
  agreedAt(member: string): number | undefined {
    return this.#agreedAt.get(member);
  }

  /** Resolves a single-member stream at once; otherwise the votes decide. */
  countOwnVote(request: VoteRequest, now: number): 'won' | VoteRequest | undefined {
    return this.#candidacy?.request === request ? this.#countVotes(this.#candidacy, now) : undefined;
  }

  #stand(now: number, pre: boolean, takeOver: VoteRequest['takeOver']): VoteRequest {
    const { self, logPosition } = this.#options;
    const term = this.#term + 1;
    if (!pre) {
      this.#enterTerm(term);
      this.#votedFor = self;
      this.#persist();
    }
    const request = {
      term,
      candidate: self,
      pre,
      log: logPosition(),
      takeOver,
      configuration: this.#configuration,
    };
    this.#candidacy = { request, startedAt: now, votes: new Set([self]) };
    return request;
  }

  #countVotes(candidacy: Candidacy, now: number): 'won' | VoteRequest | undefined {
    if (!hasQuorum(this.#configuration, (member) => candidacy.votes.has(member))) return undefined;
    if (candidacy.request.pre) {
      // Meanwhile a leader may have been heard; then its promise counts.
      if (now < this.#promisedUntil || candidacy.request.term !== this.#term + 1) return undefined;
      return this.#stand(now, false, null);
    }
    if (candidacy.request.term !== this.#term) return undefined;
    this.#candidacy = undefined;
    this.#leading = true;
    this.#leader = this.#options.self;
    this.#agreedAt.clear();
    for (const voter of candidacy.votes) this.#agreedAt.set(voter, candidacy.startedAt);
    return 'won';
  }

  #enterTerm(term: number): void {
    this.#term = term;
    this.#votedFor = null;
    this.#follow(undefined);
  }

  #follow(leader: string | undefined): void {
    this.#leading = false;
    this.#leader = leader;
    this.#candidacy = undefined;
  }

  #persist(): void {
    this.#options.persist({ term: this.#term, votedFor: this.#votedFor }, this.#configuration);
  }

  #leaseEnd(): number {
    const { self, leaseMs } = this.#options;
    const { members, previous, replicaNum } = this.#configuration;
    const agreedBy = (set: readonly string[]) => {
      const times = set.map((member) =>
        member === self ? Number.POSITIVE_INFINITY : (this.#agreedAt.get(member) ?? 0),
      );
      return times.sort((a, b) => b - a)[Math.floor(replicaNum / 2)] ?? 0;
    };
    return Math.min(agreedBy(members), agreedBy(previous ?? members)) + leaseMs;
  }

  #isUpToDate(log: LogPosition): boolean {
    const own = this.#options.logPosition();
    return log.term > own.term || (log.term === own.term && log.index >= own.index);
  }
}
