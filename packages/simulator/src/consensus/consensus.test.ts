/**
 * Elections and the replicated log together, in simulated time over a network that delays and loses, with members that
 * die and come back from their files at random. Each seed is one history.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { PeerCalls } from '../rpc/peers.ts';
import {
  type Configuration,
  Election,
  firstConfiguration,
  type HardState,
  type VoteReply,
  type VoteRequest,
} from './election.ts';
import { type AppendMessage, LogReplicator, type SnapshotMessage } from './log-replicator.ts';
import { changeMembers, type MemberChange, type OfferConfiguration, settleMembers } from './member-change.ts';
import { ReplicatedLog } from './replicated-log.ts';

const names = ['a', 'b', 'c', 'd'];
const firstMembers = names.slice(0, 3);
const leaseMs = 400;
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** mulberry32 */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Scheduled {
  readonly at: number;
  readonly run: () => void;
}

class World {
  now = 1000;
  readonly random: () => number;
  readonly folder: string;
  readonly hard = new Map<string, HardState>();
  readonly configurations = new Map<string, Configuration>();
  readonly members = new Map<string, Member>();
  readonly acknowledged: string[] = [];
  lossRate = 0.05;
  #queue: Scheduled[] = [];

  constructor(seed: number) {
    this.random = randomFrom(seed);
    this.folder = mkdtempSync(join(tmpdir(), 'openocp-consensus-'));
    folders.push(this.folder);
    for (const name of names) {
      ReplicatedLog.create(join(this.folder, name), { term: 0, index: 1, state: [] });
      this.start(name);
    }
  }

  start(name: string): void {
    this.members.set(name, new Member(this, name));
  }

  crash(name: string): void {
    this.members.delete(name);
  }

  later(delayMs: number, run: () => void): void {
    this.#queue.push({ at: this.now + delayMs, run });
  }

  send<Result>(to: string, handle: (member: Member) => unknown): Promise<Result> {
    return new Promise((resolve, reject) => {
      this.later(150, () => reject(new Error('timeout')));
      if (this.random() < this.lossRate) return;
      this.later(this.random() * 20, () => {
        const member = this.members.get(to);
        if (member === undefined) return;
        const reply = structuredClone(handle(member));
        if (this.random() < this.lossRate) return;
        this.later(this.random() * 20, () => resolve(reply as Result));
      });
    });
  }

  async step(): Promise<void> {
    this.now += 10;
    const due = this.#queue.filter(({ at }) => at <= this.now);
    this.#queue = this.#queue.filter(({ at }) => at > this.now);
    for (const { run } of due) {
      run();
      await settle();
    }
    for (const member of this.members.values()) member.tick();
    await settle();
  }

  get leaders(): Member[] {
    return [...this.members.values()].filter(({ election }) => election.isLeader(this.now));
  }
}

/** Lets everything that was resolved go on. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 12; turn += 1) await Promise.resolve();
}

class Member {
  readonly election: Election;
  readonly replicator: LogReplicator<string>;
  state: string[] = [];
  /** Applied by log index, to compare members. */
  readonly applied = new Map<number, string>();
  readonly #world: World;
  readonly #name: string;
  #nextBeatAt = 0;
  #wasLeading = false;

  constructor(world: World, name: string) {
    this.#world = world;
    this.#name = name;
    const log = ReplicatedLog.open<string>(join(world.folder, name));
    if (log === undefined) throw new Error('no log');
    this.election = new Election({
      self: name,
      configuration: world.configurations.get(name) ?? firstConfiguration(firstMembers),
      hard: world.hard.get(name) ?? { term: 0, votedFor: null },
      leaseMs,
      stepMs: 40,
      now: world.now,
      random: world.random,
      persist: (hard, configuration) => {
        world.hard.set(name, hard);
        world.configurations.set(name, configuration);
      },
      logPosition: () => log.last,
    });
    const peers: PeerCalls = {
      self: name,
      call: (to, method, body) =>
        world.send(to, ({ replicator }) =>
          method === 'append'
            ? replicator.onAppend(structuredClone(body) as AppendMessage<string>)
            : replicator.onSnapshot(structuredClone(body) as SnapshotMessage),
        ),
    };
    this.replicator = new LogReplicator<string>({
      log,
      election: this.election,
      peers,
      timeoutMs: 150,
      now: () => world.now,
      state: {
        apply: (changes, { index }) => {
          this.state.push(...changes);
          this.applied.set(index, changes.join());
        },
        restore: (state) => {
          this.state = [...(state as string[])];
        },
        capture: () => [...this.state],
      },
    });
  }

  tick(): void {
    const { now } = this.#world;
    const outcome = this.election.tick(now, names.indexOf(this.#name));
    if (outcome !== undefined && outcome !== 'lost') this.#campaign(outcome);
    if (this.election.leading !== this.#wasLeading) {
      this.#wasLeading = this.election.leading;
      if (this.#wasLeading) this.replicator.takeOver().catch(() => undefined);
      else this.replicator.abandon();
    }
    if (this.election.leading && now >= this.#nextBeatAt) {
      this.#nextBeatAt = now + 50;
      this.#beat();
    }
    this.replicator.tick();
  }

  propose(text: string): void {
    this.replicator.propose([text]).then(
      () => this.#world.acknowledged.push(text),
      () => undefined,
    );
  }

  changeMembers(members: readonly string[]): Promise<void> {
    return changeMembers(this.#change, members);
  }

  settle(): void {
    settleMembers(this.#change).catch(() => undefined);
  }

  get #change(): MemberChange {
    const secure = () => this.replicator.propose([]);
    return { election: this.election, self: this.#name, offer: this.#offer, secure };
  }

  readonly #offer: OfferConfiguration = async (configuration, to) => {
    const agreed = new Set<string>();
    await Promise.allSettled(
      to.map(async (name) => {
        await this.#world.send(name, ({ election }) => election.adopt(structuredClone(configuration)));
        agreed.add(name);
      }),
    );
    return agreed;
  };

  #beat(): void {
    const { now } = this.#world;
    const { term } = this.election;
    for (const to of this.election.everyone.filter((name) => name !== this.#name)) {
      const reply = this.#world.send<{ accepted: boolean; term: number }>(to, ({ election }) => {
        const accepted = election.onBeat(term, this.#name, this.#world.now);
        return { accepted, term: election.term };
      });
      reply.then(
        (answer) => this.election.onBeatReply(to, answer.accepted, answer.term, now),
        () => undefined,
      );
    }
  }

  #campaign(request: VoteRequest): void {
    for (const to of this.election.everyone.filter((name) => name !== this.#name)) {
      this.#world
        .send<VoteReply>(to, ({ election }) => election.onVoteRequest(request, this.#world.now))
        .then(
          (reply) => {
            const outcome = this.election.onVoteReply(request, to, reply, this.#world.now);
            if (outcome !== undefined && outcome !== 'won') this.#campaign(outcome);
          },
          () => undefined,
        );
    }
  }
}

/** Some leader tries to replace, to remove or to add a member, itself excepted. */
function changeSomebody(world: World, counts: { changes: number }): void {
  const [leader] = world.leaders;
  if (leader === undefined) return;
  const self = leader.election.leader ?? '';
  const others = names.filter((name) => name !== self).sort(() => world.random() - 0.5);
  const members = [self, ...others.slice(0, world.random() < 0.3 ? 1 : 2)];
  leader.changeMembers(members).then(
    () => {
      counts.changes += 1;
    },
    () => undefined,
  );
}

async function runHistory(seed: number, steps: number, counts?: { changes: number }): Promise<World> {
  const world = new World(seed);
  const committed = new Map<number, string>();
  let proposals = 0;
  for (let step = 0; step < steps; step += 1) {
    await world.step();
    expect(world.leaders.length, `seed ${seed}, step ${step}`).toBeLessThanOrEqual(1);
    for (const member of world.members.values()) {
      for (const [index, text] of member.applied) {
        expect(committed.get(index) ?? text, `seed ${seed}, index ${index}`).toBe(text);
        committed.set(index, text);
      }
      member.applied.clear();
    }
    if (world.random() < 0.2) world.leaders[0]?.propose(`p${proposals++}`);
    if (counts !== undefined && world.random() < 0.02) changeSomebody(world, counts);
    const name = names[Math.floor(world.random() * names.length)] ?? 'a';
    if (world.random() < 0.01) world.crash(name);
    else if (world.random() < 0.02 && !world.members.has(name)) world.start(name);
  }
  return world;
}

describe('election and replicated log', () => {
  it('never has two leaders with a valid lease, and members apply the same entries, whoever dies when', async () => {
    let acknowledged = 0;
    for (let seed = 1; seed <= 25; seed += 1) {
      const world = await runHistory(seed, 800);
      world.lossRate = 0;
      for (const name of names) if (!world.members.has(name)) world.start(name);
      for (let step = 0; step < 400; step += 1) await world.step();
      expect(world.leaders, `seed ${seed}`).toHaveLength(1);
      const [first, ...others] = firstMembers.map((name) => world.members.get(name)?.state);
      for (const state of others) expect(state, `seed ${seed}`).toEqual(first);
      expect(first, `seed ${seed}: acknowledged entries`).toEqual(expect.arrayContaining(world.acknowledged));
      acknowledged += world.acknowledged.length;
    }
    expect(acknowledged).toBeGreaterThan(500);
  });

  it('keeps both promises while members are replaced, removed and added', async () => {
    const counts = { changes: 0 };
    for (let seed = 101; seed <= 125; seed += 1) {
      const world = await runHistory(seed, 800, counts);
      world.lossRate = 0;
      for (const name of names) if (!world.members.has(name)) world.start(name);
      for (let step = 0; step < 400; step += 1) {
        await world.step();
        if (step % 50 === 0) world.leaders[0]?.settle();
      }
      const [leader, ...more] = world.leaders;
      expect(more, `seed ${seed}`).toEqual([]);
      const configuration = leader?.election.configuration;
      expect(configuration?.previous, `seed ${seed}`).toBe(null);
      for (const name of configuration?.members ?? [])
        expect(world.members.get(name)?.state, `seed ${seed}, ${name}`).toEqual(leader?.state);
      expect(leader?.state, `seed ${seed}: acknowledged entries`).toEqual(
        expect.arrayContaining(world.acknowledged),
      );
    }
    expect(counts.changes).toBeGreaterThan(50);
  });

  it('keeps its leader while a member is away and comes back', async () => {
    const world = new World(7);
    world.lossRate = 0;
    for (let step = 0; step < 100; step += 1) await world.step();
    const [leader] = world.leaders;
    const term = leader?.election.term;
    world.crash('c');
    for (let step = 0; step < 100; step += 1) await world.step();
    world.start('c');
    for (let step = 0; step < 200; step += 1) await world.step();
    expect(world.leaders).toEqual([leader]);
    expect(leader?.election.term).toBe(term);
  });

  it('elects nobody without a majority', async () => {
    const world = new World(8);
    world.lossRate = 0;
    for (let step = 0; step < 100; step += 1) await world.step();
    const [leader] = world.leaders;
    leader?.propose('never acknowledged');
    for (const name of names) {
      if (world.members.get(name) !== leader) world.crash(name);
    }
    for (let step = 0; step < 200; step += 1) await world.step();
    expect(world.leaders).toEqual([]);
    expect(world.acknowledged).toEqual([]);
  });
});
