import { expect, test } from 'vitest';
import { collectStart } from './collect-start.ts';

/** The calls of a collection when the process has had the time for it. */
async function collectionsOf(heapBytes: number, takesBack: boolean): Promise<unknown[]> {
  const calls: unknown[] = [];
  const collect = (options: NodeJS.GCOptions) => calls.push(options);
  const takeBack = collectStart({ collect, heapBytes: () => heapBytes, settledMs: 1 });
  if (takesBack) takeBack();
  // Timers of one delay run in the order in which they were set.
  await new Promise((resolve) => setTimeout(resolve, 1));
  return calls;
}

test('what the start has left behind is collected once', async () => {
  expect(await collectionsOf(20_000_000, false)).toEqual([
    { type: 'major', execution: 'sync', flavor: 'last-resort' },
  ]);
});

test('nothing is collected where all would wait for it, and nothing after the end', async () => {
  expect(await collectionsOf(1_000_000_000, false)).toEqual([]);
  expect(await collectionsOf(20_000_000, true)).toEqual([]);
});
