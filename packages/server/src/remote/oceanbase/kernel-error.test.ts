import { expect, test } from 'vitest';
import { KernelError } from './kernel-error.ts';
import { parseSeconds } from './snapshot.ts';

test('an error of the kernel shows number, state, text, meaning and remedy', () => {
  const error = new KernelError(4660, 'HY000', 'cannot stop server or stop zone in multiple zones');
  expect(error.message).toBe(
    'OceanBase error 4660 (HY000): cannot stop server or stop zone in multiple zones - Something is stopped in another zone. - Start it first: two zones must never be stopped at once.',
  );
  expect(error.class).toBe('conflict');
});

test('an unknown error keeps the words of the kernel and is neither retried nor forced', () => {
  const error = new KernelError(5555, 'HY000', 'something new');
  expect([error.message, error.class]).toEqual(['OceanBase error 5555 (HY000): something new', 'other']);
});

test('time parameters are understood in every unit, and nothing else is', () => {
  expect(['3600s', '72h', '10m', '1d', '500ms'].map(parseSeconds)).toEqual([3600, 259_200, 600, 86_400, 0.5]);
  expect(parseSeconds('soon')).toBeUndefined();
});
