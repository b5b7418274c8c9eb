import { describe, expect, it } from 'vitest';
import { isUnfit, leaderRank } from './leader-priority.ts';

const here = { stopping: false, stopped: false, lagMs: 0, zone: 'zone1' };
const primary = 'zone1;zone2,zone3';

describe('leaderRank', () => {
  it('orders by stopping, stopped, lag, then zone', () => {
    const ranks = [
      leaderRank(here, primary),
      leaderRank({ ...here, zone: 'zone3' }, primary),
      leaderRank({ ...here, zone: 'elsewhere' }, primary),
      leaderRank({ ...here, lagMs: 6000 }, primary),
      leaderRank({ ...here, stopped: true }, primary),
      leaderRank({ ...here, stopping: true }, primary),
    ];
    expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
    expect(new Set(ranks).size).toBe(ranks.length);
  });

  it('prefers no zone when none is named', () => {
    for (const primaryZone of ['', 'RANDOM'])
      expect(leaderRank({ ...here, zone: 'any' }, primaryZone)).toBe(0);
  });

  it('finds unfit who is stopped or lags, wherever it is', () => {
    expect(isUnfit({ ...here, zone: 'elsewhere' })).toBe(false);
    expect(isUnfit({ ...here, stopped: true })).toBe(true);
    expect(isUnfit({ ...here, lagMs: 60_000 })).toBe(true);
  });
});
