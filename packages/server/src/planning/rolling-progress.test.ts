import { expect, test } from 'vitest';
import { findBatchInProgress } from './rolling-progress.ts';

const batches = [
  { zoneName: 'zone1', serverIds: [1, 2] },
  { zoneName: 'zone2', serverIds: [3] },
];
const restart = (servers: number) =>
  ['Stop observer process', 'Update observer status'].flatMap((name) => new Array(servers).fill(name));
/** The batch together or, what is passed otherwise, its servers one by one; then the batch of one server. */
const names: readonly string[] = [
  'Prepare restart cluster',
  ...['Set zone context', 'Check batch', ...restart(2), 'Wait node'],
  ...['Set zone context', ...restart(1)],
  ...['Set zone context', ...restart(1)],
  ...['Set zone context', ...restart(1)],
  'Update zone status',
];

function batchAfter(done: number, [from, to]: readonly [number, number]) {
  const steps = names.map((name, index) => {
    const isDone = index < done;
    return { name, isDone, isPassed: isDone && index >= from && index < to };
  });
  return findBatchInProgress(steps, batches)?.serverIds;
}

test('a batch is in progress from its boundary until all of its servers are recorded as serving', () => {
  const after = (...done: number[]) => done.map((each) => batchAfter(each, [8, 14]));
  expect(after(0, 1)).toEqual([undefined, undefined]);
  expect(after(2, 3, 4, 5, 6)).toEqual(new Array(5).fill([1, 2]));
  expect(after(7, 8), 'all serve').toEqual([undefined, undefined]);
  expect(after(9, 10, 12, 14), 'what is passed takes nothing down').toEqual(new Array(4).fill(undefined));
  expect(after(15, 16)).toEqual([[3], [3]]);
  expect(after(17, 18)).toEqual([undefined, undefined]);
});

test('of a batch whose servers go down one by one only that server is in progress', () => {
  const after = (...done: number[]) => done.map((each) => batchAfter(each, [3, 8]));
  expect(after(4, 7, 8), 'the way together is passed').toEqual([undefined, undefined, undefined]);
  expect(after(9, 10)).toEqual([[1], [1]]);
  expect(after(11), 'at the boundary nothing is down').toEqual([undefined]);
  expect(after(12, 13)).toEqual([[2], [2]]);
  expect(after(14, 15, 16, 17)).toEqual([undefined, [3], [3], undefined]);
});
