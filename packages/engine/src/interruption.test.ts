import { expect, test } from 'vitest';
import { RunAborted, RunCancelled } from './abort-reasons.ts';
import { Interruption } from './interruption.ts';

test('a signal is aborted with the reason that came first, whenever it is asked for', () => {
  const first = new RunCancelled('by hand');
  const asked = new Interruption();
  const { signal } = asked;
  const late = new Interruption();
  for (const interruption of [asked, late]) {
    interruption.interrupt(first);
    interruption.interrupt(new RunAborted('later'));
  }
  expect(signal.reason).toBe(first);
  expect(late.signal.reason).toBe(first);
  expect(() => late.throwIfInterrupted()).toThrow(first);
});

test('everybody who listens is told once, also one who leaves while the others are told', () => {
  const interruption = new Interruption();
  const told: number[] = [];
  const listeners = [1, 2, 3].map((number) => ({
    interrupted() {
      told.push(number);
      interruption.delete(this);
    },
  }));
  for (const listener of listeners) interruption.add(listener);
  for (const listener of listeners.slice(2)) interruption.delete(listener);
  interruption.interrupt(new RunCancelled('by hand'));
  interruption.interrupt(new RunCancelled('again'));
  expect(told).toEqual([1, 2]);
});
