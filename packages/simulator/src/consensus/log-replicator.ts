/**
 * Keeps one log the same on a majority of members, led by the election of the same log stream. An entry is committed
 * when a majority holds it and it is of the leader's own term; only then is it applied, and only then is the proposer
 * told. A proposer that hears an error does not know whether its entry will survive.
 */
import { kernelError } from '../kernel-error.ts';
import type { PeerCalls } from '../rpc/peers.ts';
import { type Election, hasQuorum, type LogPosition } from './election.ts';
import type { LogEntry, LogSnapshot, ReplicatedLog } from './replicated-log.ts';

export interface AppendMessage<Change> {
  readonly term: number;
  readonly leader: string;
  readonly previous: LogPosition;
  readonly entries: readonly LogEntry<Change>[];
  readonly commit: number;
}

export interface SnapshotMessage {
  readonly term: number;
  readonly leader: string;
  readonly snapshot: LogSnapshot;
}

export interface AppendReply {
  readonly term: number;
  readonly accepted: boolean;
  readonly matched: boolean;
  readonly last: number;
}

export interface LogReplicatorOptions<Change> {
  readonly log: ReplicatedLog<Change>;
  readonly election: Election;
  readonly peers: PeerCalls;
  readonly timeoutMs: number;
  readonly now: () => number;
  /** The state that committed entries build. */
  readonly state: {
    readonly apply: (changes: readonly Change[], position: LogPosition) => void;
    readonly restore: (state: unknown, position: LogPosition) => void;
    readonly capture: () => unknown;
  };
}

interface Progress {
  next: number;
  match: number;
  toldCommit: number;
  busy: boolean;
}

interface Waiter {
  readonly index: number;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

const batch = 200;
const compactAfter = 500;

export class LogReplicator<Change> {
  readonly #options: LogReplicatorOptions<Change>;
  readonly #progress = new Map<string, Progress>();
  #waiters: Waiter[] = [];
  #commit: number;

  constructor(options: LogReplicatorOptions<Change>) {
    this.#options = options;
    const { snapshot } = options.log;
    this.#commit = snapshot.index;
    options.state.restore(snapshot.state, snapshot);
  }

  /** A new leader owns the state once an entry of its own term is committed. */
  takeOver(): Promise<void> {
    this.#progress.clear();
    return this.propose([]);
  }

  propose(changes: readonly Change[]): Promise<void> {
    const { log, election, now } = this.#options;
    if (!election.isLeader(now())) return Promise.reject(kernelError('notMaster'));
    const { index } = log.append(election.term, changes);
    const committed = new Promise<void>((resolve, reject) => {
      this.#waiters.push({ index, resolve, reject });
    });
    this.tick();
    this.#advance();
    return committed;
  }

  /** Leadership is gone: nobody can tell any more what becomes of the entries that wait. */
  abandon(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) waiter.reject(kernelError('notMaster'));
  }

  /** Sends every member what it lacks; called regularly while leading. */
  tick(): void {
    const { election, peers } = this.#options;
    if (!election.leading) return;
    for (const member of this.#progress.keys()) {
      if (!election.everyone.includes(member)) this.#progress.delete(member);
    }
    for (const member of election.everyone) {
      if (member !== peers.self) void this.#supply(member);
    }
  }

  /** Holds everything that was ever proposed, as far as the leader knows. */
  isCaughtUp(member: string): boolean {
    return this.#progress.get(member)?.match === this.#options.log.last.index;
  }

  onAppend(message: AppendMessage<Change>): AppendReply {
    const { log, election, now } = this.#options;
    const accepted = election.onBeat(message.term, message.leader, now());
    if (accepted) this.abandon();
    const matched = accepted && log.accept(message.previous, message.entries);
    if (matched) {
      const known = message.previous.index + message.entries.length;
      this.#commitTo(Math.min(message.commit, Math.max(known, log.snapshot.index)));
    }
    return { term: election.term, accepted, matched, last: log.last.index };
  }

  onSnapshot({ term, leader, snapshot }: SnapshotMessage): AppendReply {
    const { log, election, now, state } = this.#options;
    const accepted = election.onBeat(term, leader, now());
    if (accepted) this.abandon();
    if (accepted && snapshot.index > this.#commit) {
      log.compact(snapshot);
      this.#commit = snapshot.index;
      state.restore(snapshot.state, snapshot);
    }
    return { term: election.term, accepted, matched: accepted, last: log.last.index };
  }

  async #supply(member: string): Promise<void> {
    const { election, log, peers, timeoutMs } = this.#options;
    let progress = this.#progress.get(member);
    if (progress === undefined) {
      progress = { next: log.last.index + 1, match: 0, toldCommit: -1, busy: false };
      this.#progress.set(member, progress);
    }
    if (progress.busy) return;
    progress.busy = true;
    const term = election.term;
    try {
      while (election.leading && election.term === term && this.#lacks(progress)) {
        await this.#send(member, progress, term, peers, timeoutMs);
      }
    } catch {
      // Unreachable: the next tick tries again.
    } finally {
      progress.busy = false;
    }
  }

  #lacks(progress: Progress): boolean {
    return progress.match < this.#options.log.last.index || progress.toldCommit < this.#commit;
  }

  async #send(
    member: string,
    progress: Progress,
    term: number,
    peers: PeerCalls,
    timeoutMs: number,
  ): Promise<void> {
    const { log, election, now } = this.#options;
    const sentAt = now();
    const previousTerm = log.termAt(progress.next - 1);
    const commit = this.#commit;
    let reply: AppendReply;
    let holds: number;
    if (previousTerm === undefined) {
      const message: SnapshotMessage = { term, leader: peers.self, snapshot: log.snapshot };
      reply = await peers.call(member, 'snapshot', message, timeoutMs);
      holds = message.snapshot.index;
    } else {
      const previous = { term: previousTerm, index: progress.next - 1 };
      const entries = log.entriesAfter(previous.index, batch);
      const message: AppendMessage<Change> = { term, leader: peers.self, previous, entries, commit };
      reply = await peers.call(member, 'append', message, timeoutMs);
      holds = previous.index + entries.length;
    }
    if (election.term !== term) return;
    election.onBeatReply(member, reply.accepted, reply.term, sentAt);
    if (!reply.accepted) return;
    if (reply.matched) {
      progress.match = Math.max(progress.match, holds);
      progress.next = progress.match + 1;
      progress.toldCommit = Math.min(commit, holds);
      this.#advance();
    } else {
      progress.next = Math.max(1, Math.min(progress.next - 1, reply.last + 1));
    }
  }

  #advance(): void {
    const { election, log, peers } = this.#options;
    if (!election.leading) return;
    const held = (member: string) =>
      member === peers.self ? log.last.index : (this.#progress.get(member)?.match ?? 0);
    const index = Math.max(
      0,
      ...election.everyone
        .map(held)
        .filter((at) => hasQuorum(election.configuration, (member) => held(member) >= at)),
    );
    if (index > this.#commit && log.termAt(index) === election.term) this.#commitTo(index);
  }

  #commitTo(index: number): void {
    const { log, state } = this.#options;
    if (index <= this.#commit) return;
    for (const entry of log.entriesAfter(this.#commit, index - this.#commit)) {
      state.apply(entry.changes, entry);
      this.#commit = entry.index;
    }
    const settled = this.#waiters.filter((waiter) => waiter.index <= this.#commit);
    this.#waiters = this.#waiters.filter((waiter) => waiter.index > this.#commit);
    for (const waiter of settled) waiter.resolve();
    this.#compactWhenLong();
    this.tick();
  }

  #compactWhenLong(): void {
    const { log, state } = this.#options;
    const term = log.termAt(this.#commit);
    if (term === undefined || this.#commit - log.snapshot.index < compactAfter) return;
    log.compact({ term, index: this.#commit, state: state.capture() });
  }
}
