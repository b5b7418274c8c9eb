import type { ThrottlePolicy } from '@openocp/contract';
import { describe, expect, it } from 'vitest';
import { Throttle } from './throttle.ts';

function create(perUser: ThrottlePolicy, global: ThrottlePolicy = {}) {
  const clock = { now: 1_000_000 };
  const throttle = new Throttle({ perUser, global, monotonicNow: () => clock.now });
  const take = (username?: string, own?: ThrottlePolicy) => {
    try {
      return throttle.take(username, own)?.remaining;
    } catch (error) {
      return (error as { key: string }).key;
    }
  };
  return { clock, throttle, take };
}

describe('the throttle', () => {
  it('lets as many through as the window holds, for each user, and begins anew with the next window', () => {
    const { clock, take } = create({ tenSeconds: 3 });
    expect([take('a'), take('a'), take('a'), take('a')]).toEqual([2, 1, 0, 'TOO_MANY_REQUESTS']);
    expect(take('b')).toBe(2);
    clock.now += 9_999;
    expect(take('a')).toBe('TOO_MANY_REQUESTS');
    clock.now += 1;
    expect(take('a')).toBe(2);
  });

  it('does not let refused calls use up the longer window', () => {
    const { clock, take } = create({ tenSeconds: 1, minute: 3 });
    for (let count = 0; count < 10; count += 1) take('a');
    clock.now += 10_000;
    expect(take('a')).toBe(0);
    clock.now += 10_000;
    expect(take('a')).toBe(0);
    clock.now += 10_000;
    expect(take('a')).toBe('TOO_MANY_REQUESTS');
    clock.now += 30_000;
    expect(take('a')).toBe(0);
  });

  it('counts all users together, and strangers as one', () => {
    const { take } = create({ hour: 2 }, { minute: 5 });
    expect([take(), take(), take()]).toEqual([1, 0, 'TOO_MANY_REQUESTS']);
    expect([take('a'), take('b'), take('c'), take('d')]).toEqual([1, 1, 0, 'TOO_MANY_REQUESTS']);
  });

  it('holds a user to his own policy, and begins anew when that changes', () => {
    const { take } = create({ tenSeconds: 1 });
    expect([take('a', { tenSeconds: 2 }), take('a', { tenSeconds: 2 })]).toEqual([1, 0]);
    expect(take('a', { tenSeconds: 2 })).toBe('TOO_MANY_REQUESTS');
    expect([take('b'), take('b')]).toEqual([0, 'TOO_MANY_REQUESTS']);
    expect(take('a', { minute: 5 })).toBe(4);
    expect(take('a', {})).toBeUndefined();
  });

  it('tells the tightest window, and when it begins anew', () => {
    const { clock, throttle } = create({ tenSeconds: 100, day: 10 });
    expect(throttle.take('a')).toEqual({ limit: 10, remaining: 9, resetSeconds: 86_400 });
    clock.now += 1_500;
    expect(throttle.take('a')).toEqual({ limit: 10, remaining: 8, resetSeconds: 86_399 });
  });

  it('says nothing when nothing is limited', () => {
    expect(create({}).throttle.take('a')).toBeUndefined();
  });
});
