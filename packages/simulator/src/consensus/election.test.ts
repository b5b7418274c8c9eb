import { describe, expect, it } from 'vitest';
import { Election, firstConfiguration, type HardState, type VoteRequest } from './election.ts';

function electionOf(
  self: string,
  hard: HardState = { term: 0, votedFor: null },
  now = 0,
  persisted: HardState[] = [],
) {
  return new Election({
    self,
    configuration: firstConfiguration(['a', 'b', 'c']),
    hard,
    leaseMs: 400,
    stepMs: 40,
    now,
    random: () => 0.5,
    persist: (state) => persisted.push(state),
    logPosition: () => ({ term: 0, index: 0 }),
  });
}

function voteFor(candidate: string, term: number, more: Partial<VoteRequest> = {}): VoteRequest {
  return {
    term,
    candidate,
    pre: false,
    log: { term: 0, index: 0 },
    takeOver: null,
    configuration: firstConfiguration(['a', 'b', 'c']),
    ...more,
  };
}

/** A stands, and is elected with the vote of b, at the time given. */
function elected(now: number): Election {
  const election = electionOf('a', undefined, now);
  const pre = election.tick(now, 0);
  if (pre === undefined || pre === 'lost') throw new Error('did not stand');
  const real = election.onVoteReply(pre, 'b', { granted: true, term: 0 }, now);
  if (real === undefined || real === 'won') throw new Error('did not ask for the vote');
  expect(election.onVoteReply(real, 'b', { granted: true, term: 1 }, now)).toBe('won');
  return election;
}

describe('Election', () => {
  it('leads only while a majority agreed less than a lease ago', () => {
    const election = elected(1000);
    expect(election.isLeader(1399)).toBe(true);
    expect(election.isLeader(1400)).toBe(false);
    election.onBeatReply('c', true, 1, 1300);
    expect(election.isLeader(1699)).toBe(true);
    expect(election.tick(1700, 0)).toBe('lost');
    expect(election.leading).toBe(false);
  });

  it('does not vote, after a restart, before the longest promise it may have made is over', () => {
    const restarted = electionOf('b', { term: 3, votedFor: 'a' }, 1000);
    expect(restarted.onVoteRequest(voteFor('c', 4), 1399).granted).toBe(false);
    expect(restarted.onVoteRequest(voteFor('c', 4), 1400).granted).toBe(true);
  });

  it('votes once in a term, and writes the vote down before it answers', () => {
    const persisted: HardState[] = [];
    const election = electionOf('b', undefined, 0, persisted);
    expect(election.onVoteRequest(voteFor('a', 1), 0).granted).toBe(true);
    expect(persisted.at(-1)).toEqual({ term: 1, votedFor: 'a' });
    expect(election.onVoteRequest(voteFor('c', 1), 1000).granted).toBe(false);
    expect(election.onVoteRequest(voteFor('a', 1), 1000).granted).toBe(true);
  });

  it('refuses everybody while it hears a leader, except the successor that the leader named', () => {
    const election = electionOf('b');
    election.onBeat(1, 'a', 0);
    expect(election.onVoteRequest(voteFor('c', 2), 100).granted).toBe(false);
    const other = voteFor('c', 2, { takeOver: { leader: 'x', term: 1 } });
    expect(election.onVoteRequest(other, 100).granted).toBe(false);
    const named = voteFor('c', 2, { takeOver: { leader: 'a', term: 1 } });
    expect(election.onVoteRequest(named, 100).granted).toBe(true);
  });

  it('is not disturbed by a pre-vote, and follows a newer term', () => {
    const election = elected(0);
    expect(election.onVoteRequest(voteFor('c', 9, { pre: true }), 10)).toEqual({ granted: false, term: 1 });
    expect(election.term).toBe(1);
    expect(election.onBeat(2, 'c', 20)).toBe(true);
    expect(election.leading).toBe(false);
    expect(election.leader).toBe('c');
    expect(election.onBeat(1, 'a', 30)).toBe(false);
  });

  it('lets better placed members stand first', () => {
    const standsAt = (rank: number) => {
      const election = electionOf('a', { term: 5, votedFor: null });
      for (let now = 0; now < 5000; now += 1) {
        if (election.tick(now, rank) !== undefined) return now;
      }
      return Number.POSITIVE_INFINITY;
    };
    expect(standsAt(0)).toBeGreaterThanOrEqual(400);
    expect(standsAt(1)).toBeGreaterThan(standsAt(0));
    expect(standsAt(16)).toBeGreaterThan(standsAt(1) + 400);
  });
});
