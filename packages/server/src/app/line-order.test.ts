import { describe, expect, it } from 'vitest';
import { LineOrder } from './line-order.ts';

const lines = (...ids: number[]) => ids.map((id) => ({ id }));
const idsOf = (passed: readonly { id: number }[]) => passed.map(({ id }) => id);

describe('several writers', () => {
  it('pass lines without a gap at once', () => {
    expect(idsOf(new LineOrder(false).take(lines(4, 5, 6), 3, 0))).toEqual([4, 5, 6]);
  });

  it('hold back what is behind a gap until the missing line shows up, and keep the order', () => {
    const order = new LineOrder(false);
    expect(idsOf(order.take(lines(4, 6, 7), 3, 0))).toEqual([4]);
    expect(idsOf(order.take(lines(6, 7), 4, 100))).toEqual([]);
    expect(idsOf(order.take(lines(5, 6, 7), 4, 120))).toEqual([5, 6, 7]);
  });

  it('take a gap for real when nothing has come for a while, however many there are', () => {
    const order = new LineOrder(false);
    expect(idsOf(order.take(lines(6, 9), 4, 0))).toEqual([]);
    expect(idsOf(order.take(lines(6, 9, 12), 4, 299))).toEqual([]);
    expect(idsOf(order.take(lines(6, 9, 12), 4, 300))).toEqual([6, 9]);
    expect(idsOf(order.take(lines(12), 9, 599))).toEqual([12]);
  });
});

describe('ids that were passed over', () => {
  it('are looked for until they are found, or nobody can bring them any more', () => {
    const order = new LineOrder(false);
    order.take(lines(4, 7), 3, 0);
    expect(order.missing(0)).toEqual([]);
    order.take(lines(7), 4, 300);
    expect(order.missing(300)).toEqual([5, 6]);
    order.found(lines(6));
    expect(order.missing(120_299)).toEqual([5]);
    expect(order.missing(120_300)).toEqual([]);
  });

  it('count from the beginning, and stay few however large a gap is', () => {
    const order = new LineOrder(false);
    order.begin(lines(10, 12, 1_000_000), 0);
    expect(order.missing(0)).toHaveLength(500);
    expect(order.missing(0).at(-1)).toBe(999_999);
    order.begin(lines(10, 12, 13), 0);
    expect(order.missing(0)).toEqual([11]);
  });

  it('are none where one writer gives them', () => {
    const order = new LineOrder(true);
    order.take(lines(6, 9), 4, 0);
    expect(order.missing(0)).toEqual([]);
  });
});

it('one writer never waits for a gap', () => {
  expect(idsOf(new LineOrder(true).take(lines(6, 9), 4, 0))).toEqual([6, 9]);
});
