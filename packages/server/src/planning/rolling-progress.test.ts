import { expect, test } from 'vitest';
import { findBatchInProgress } from './rolling-progress.ts';

const batches = [
  { zoneName: 'zone1', serverIds: [1, 2] },
  { zoneName: 'zone2', serverIds: [3] },
];
const names = [
  'Prepare restart cluster',
  'Set zone context',
  'Stop observer process',
  'Stop observer process',
  'Update observer status',
  'Update observer status',
  'Wait node',
  'Set zone context',
  'Stop observer process',
  'Update observer status',
  'Update zone status',
];

const batchAfter = (done: number) =>
  findBatchInProgress(
    names.map((name, index) => ({ name, isDone: index < done })),
    batches,
  )?.zoneName;

test('a batch is in progress from its boundary until all of its servers are recorded as serving', () => {
  expect([0, 1].map(batchAfter)).toEqual([undefined, undefined]);
  expect([2, 3, 4, 5].map(batchAfter)).toEqual(['zone1', 'zone1', 'zone1', 'zone1']);
  expect([6, 7].map(batchAfter), 'at the boundary nothing is down').toEqual([undefined, undefined]);
  expect([8, 9].map(batchAfter)).toEqual(['zone2', 'zone2']);
  expect([10, 11].map(batchAfter)).toEqual([undefined, undefined]);
});
