import { expect, it } from 'vitest';
import { type ChangeSource, ChangeWriter } from './change-writer.ts';
import { systemClock } from './clock.ts';
import type { TaskChange } from './task-store.ts';

function changeOf(taskId: number): TaskChange {
  return { taskId, owner: 'a', fence: 1, subtasks: [], log: [] };
}

/** Like an embedded database, the store never leaves this turn of the event loop by itself. */
function writerInto(batches: number[][]) {
  const failures: unknown[] = [];
  const writer = new ChangeWriter({
    store: {
      async apply(changes) {
        batches.push(changes.map(({ taskId }) => taskId));
        return changes.map(() => 'applied' as const);
      },
    },
    clock: systemClock,
    canWrite: () => true,
    failed: (error) => failures.push(error),
  });
  return { writer, failures };
}

/** Has one change to write, and notes that it was applied. */
function source(taskId: number, applied: number[], plan = () => changeOf(taskId)): ChangeSource {
  const fail = () => {
    throw new Error(`The change of task ${taskId} was not applied`);
  };
  return { plan, applied: () => applied.push(taskId), fenced: fail, withdrawn: fail };
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

it('writes many changes in bounded transactions, one after the other, who waited longest first', async () => {
  const batches: number[][] = [];
  const applied: number[] = [];
  const { writer, failures } = writerInto(batches);
  for (const taskId of range(0, 1201)) writer.enqueue(source(taskId, applied));
  await writer.flush();
  expect(batches.map((batch) => batch.length)).toEqual([500, 500, 201]);
  expect(batches.flat()).toEqual(range(0, 1201));
  expect(applied).toEqual(range(0, 1201));
  expect(failures).toEqual([]);
});

it('lets the rest of the program have its turn between two transactions', async () => {
  const batches: number[][] = [];
  const { writer } = writerInto(batches);
  for (const taskId of range(0, 1201)) writer.enqueue(source(taskId, []));
  const seen: number[] = [];
  while (batches.flat().length < 1201) {
    await new Promise(setImmediate);
    seen.push(batches.length);
  }
  expect(seen.filter((count) => count > 0)).toEqual([1, 2, 3]);
});

it('never plans one task twice for a transaction, also when planning asks for more', async () => {
  const batches: number[][] = [];
  const applied: number[] = [];
  const { writer } = writerInto(batches);
  let plans = 0;
  const restless: ChangeSource = source(7, applied, () => {
    plans += 1;
    if (plans === 1) writer.enqueue(restless);
    return changeOf(7);
  });
  writer.enqueue(restless);
  writer.enqueue(source(8, applied));
  await writer.flush();
  expect(batches).toEqual([[7, 8], [7]]);
  expect(applied).toEqual([7, 8, 7]);
});
