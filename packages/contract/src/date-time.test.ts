import { describe, expect, it } from 'vitest';
import { formatDateTime, formatOffset, NEVER_MS } from './date-time.ts';

const at = (milliseconds: number) => Date.UTC(2021, 2, 2, 8, 11, 11, milliseconds);

describe('formatDateTime', () => {
  it.each([
    [at(373), 480, '2021-03-02T16:11:11.373+08:00'],
    [at(220), 480, '2021-03-02T16:11:11.22+08:00'],
    [at(200), 480, '2021-03-02T16:11:11.2+08:00'],
    [at(0), 480, '2021-03-02T16:11:11+08:00'],
    [at(5), 0, '2021-03-02T08:11:11.005+00:00'],
    [at(0), -210, '2021-03-02T04:41:11-03:30'],
    [NEVER_MS, 480, '1970-01-01T08:00:00+08:00'],
    [-1, 0, '1969-12-31T23:59:59.999+00:00'],
  ])('%d at offset %d is %s', (epochMs, offsetMinutes, text) => {
    expect(formatDateTime(epochMs, offsetMinutes)).toBe(text);
    expect(Date.parse(text)).toBe(epochMs);
  });

  it('reads back as the same moment, whichever was written before', () => {
    const moments = Array.from({ length: 2_000 }, (_, index) => index * 987_654_321_123 - 9e14);
    for (const moment of [...moments, at(0), at(0) - 1, at(0)]) {
      expect(Date.parse(formatDateTime(moment))).toBe(moment);
      expect(Date.parse(formatDateTime(moment, -210))).toBe(moment);
    }
  });

  it('of no moment there is no text', () => {
    expect(() => formatDateTime(Number.NaN)).toThrow(RangeError);
  });

  it('is UTC unless told otherwise', () => {
    expect(formatDateTime(at(1))).toBe('2021-03-02T08:11:11.001+00:00');
  });
});

describe('formatOffset', () => {
  it.each([
    [0, '+00:00'],
    [330, '+05:30'],
    [-30, '-00:30'],
    [840, '+14:00'],
  ])('%d minutes is %s', (minutes, text) => {
    expect(formatOffset(minutes)).toBe(text);
  });
});
