import { expect, test } from 'vitest';
import { createDurationGuess } from './expected-duration.ts';

test('a subtask is expected to take the median of its former runs', () => {
  const runs = [40, 10, 5_000].map((durationMs) => ({ subtask: 'Stop server', durationMs }));
  const guess = createDurationGuess([...runs, { subtask: 'Start server', durationMs: 7 }]);
  expect([guess('Stop server'), guess('Start server')]).toEqual([40, 7]);
});

test('one that never ran takes what is typical of it', () => {
  const guess = createDurationGuess([]);
  expect(guess('Minor freeze')).toBeGreaterThan(guess('Start server'));
  expect(guess('Something new')).toBeGreaterThan(0);
});
