/** One owner at a time, and everybody else is told. */
import type { Task } from '@openocp/engine';
import { expect, vi } from 'vitest';
import { type Cases, changeOf, newTask } from './store-bench.ts';

const request = (task: Task, owner: string, claims: readonly string[] = []) => ({
  taskId: task.id,
  seenFence: task.fence,
  seenStatus: 'RUNNING' as const,
  owner,
  now: 9,
  claims,
});

export const ownershipCases: Cases = {
  async 'passes to a new owner with a higher fence, and makes the old one void'({ store, create }) {
    const task = await create();
    const outcome = await store.takeOwnership(request(task, 'two'));
    if (outcome.kind !== 'owned') throw new Error(outcome.kind);
    expect(outcome.task).toEqual({ ...task, owner: 'two', fence: outcome.task.fence });
    expect(outcome.task.fence).toBeGreaterThan(task.fence);
    expect(await store.fetchOwnership(task.id)).toEqual({ owner: 'two', fence: outcome.task.fence });
    expect(await store.apply([changeOf(task, { task: { operation: 'SKIP' } })])).toEqual(['fenced']);
    expect(await store.takeOwnership(request(task, 'three'))).toEqual({ kind: 'lost' });
  },

  async 'is refused when the status is not as seen'({ store, create }) {
    const task = await create();
    const failed = { ...request(task, 'two'), seenStatus: 'FAILED' as const };
    expect(await store.takeOwnership(failed)).toEqual({ kind: 'lost' });
    await store.apply([changeOf(task, { task: { status: 'SUCCESSFUL' } })]);
    expect(await store.takeOwnership(request(task, 'two'))).toEqual({ kind: 'lost' });
    expect(await store.takeOwnership({ ...failed, taskId: 999_999 })).toEqual({ kind: 'lost' });
  },

  async 'goes to one of many who ask at once'({ store, create }) {
    const task = await create();
    const owners = Array.from({ length: 12 }, (_, index) => `owner ${index}`);
    const outcomes = await Promise.all(owners.map((owner) => store.takeOwnership(request(task, owner))));
    expect(outcomes.filter(({ kind }) => kind === 'owned')).toHaveLength(1);
  },

  async 'passes for many at once, each at a fence of its own, except those that are not as seen'({
    store,
    create,
    stored,
  }) {
    const tasks = [await create(), await create(), await create({ claims: ['a'] }), await create()];
    const [first, second, third, failed] = tasks as [Task, Task, Task, Task];
    await store.takeOwnership(request(second, 'faster'));
    await store.apply([changeOf(failed, { task: { status: 'FAILED' } })]);
    const seen = [third, second, failed, first].map(({ id, fence }) => ({ taskId: id, fence }));
    const taken = await store.takeOver({ owner: 'two', now: 9, tasks: seen });
    const owned = [...taken].sort((a, b) => a.id - b.id);
    const fences = owned.map(({ fence }) => fence);
    expect(owned).toEqual(
      [first, third].map((task, index) => ({ ...task, owner: 'two', fence: fences[index] })),
    );
    const highest = Math.max(...tasks.map(({ fence }) => fence), (await stored(second.id)).fence);
    expect(Math.min(...fences)).toBeGreaterThan(highest);
    expect(new Set(fences).size).toBe(2);
    expect(await store.apply([changeOf(first)])).toEqual(['fenced']);
    expect((await store.create(newTask({ claims: ['a'] }))).kind).toBe('claim-conflict');
    expect(await store.takeOver({ owner: 'three', now: 9, tasks: seen })).toEqual([]);
    expect(await store.takeOver({ owner: 'three', now: 9, tasks: [] })).toEqual([]);
  },

  async 'passes for 500 at once'({ store, create }) {
    const tasks = [];
    for (let count = 0; count < 5; count += 1) tasks.push(await create());
    const seen = tasks.map(({ id, fence }) => ({ taskId: id, fence }));
    const gone = Array.from({ length: 495 }, (_, index) => ({ taskId: 1_000_000 + index, fence: 1 }));
    expect(await store.takeOver({ owner: 'two', now: 9, tasks: [...gone, ...seen] })).toHaveLength(5);
  },

  async 'takes claims again, all or none'({ store, create, stored }) {
    const task = await create({ claims: ['a', 'b'] });
    await store.apply([changeOf(task, { task: { status: 'FAILED' }, releaseClaims: true })]);
    const other = await create({ claims: ['b'] });
    const again = { ...request(task, 'two', ['a', 'b']), seenStatus: 'FAILED' as const };
    expect(await store.takeOwnership(again)).toMatchObject({
      kind: 'claim-conflict',
      holder: { taskId: other.id },
    });
    expect((await stored(task.id)).fence).toBe(task.fence);
    await create({ claims: ['a'] }).then((third) =>
      store.apply([changeOf(third, { task: { status: 'SUCCESSFUL' }, releaseClaims: true })]),
    );
    await store.apply([changeOf(other, { task: { status: 'SUCCESSFUL' }, releaseClaims: true })]);
    expect((await store.takeOwnership(again)).kind).toBe('owned');
    expect((await store.create(newTask({ claims: ['a'] }))).kind).toBe('claim-conflict');
  },

  async 'of a failed task is given back with what was taken for it, when its taker is gone'({
    store,
    create,
    stored,
  }) {
    const task = await create({ claims: ['a', 'b'] });
    await store.apply([changeOf(task, { task: { status: 'FAILED' }, releaseClaims: true })]);
    expect(await store.listHalfTaken('two')).toEqual([]);
    const again = { ...request(task, 'two', ['a', 'b']), seenStatus: 'FAILED' as const };
    const outcome = await store.takeOwnership(again);
    if (outcome.kind !== 'owned') throw new Error(outcome.kind);
    const { fence } = outcome.task;
    const taken = { taskId: task.id, fence };
    await store.renewLease('two', 60_000);
    expect(await store.listHalfTaken('another')).toEqual([]);
    expect(await store.listHalfTaken('two')).toEqual([taken]);
    await store.dropLease('two');
    expect(await store.listHalfTaken('another')).toEqual([taken]);

    await store.giveBack({ ...taken, fence: task.fence });
    expect(await store.listHalfTaken('another')).toEqual([taken]);
    await store.giveBack(taken);
    await store.giveBack(taken);
    expect(await store.listHalfTaken('another')).toEqual([]);
    expect(await stored(task.id)).toMatchObject({ status: 'FAILED', owner: undefined, fence });
    expect(await store.apply([changeOf(outcome.task, { task: { status: 'RUNNING' } })])).toEqual(['fenced']);
    await create({ claims: ['a', 'b'] });
  },

  async 'of a failed task is given back without what it held before'({ store, create, stored }) {
    const task = await create({ claims: ['a'], now: 7 });
    await store.apply([changeOf(task, { task: { status: 'FAILED' } })]);
    const again = { ...request(task, 'two', ['a']), seenStatus: 'FAILED' as const, now: 8 };
    expect((await store.takeOwnership(again)).kind).toBe('owned');
    const { fence } = await stored(task.id);
    await store.giveBack({ taskId: task.id, fence });
    expect((await stored(task.id)).owner).toBeUndefined();
    expect((await store.create(newTask({ claims: ['a'] }))).kind).toBe('claim-conflict');
  },

  async 'of a running task is never given back'({ store, create, stored }) {
    const task = await create({ claims: ['a'] });
    expect(await store.listHalfTaken('one')).toEqual([]);
    await store.giveBack({ taskId: task.id, fence: task.fence });
    expect(await stored(task.id)).toEqual(task);
    expect((await store.create(newTask({ claims: ['a'] }))).kind).toBe('claim-conflict');
  },

  async 'may take claims that the task still holds'({ store, create }) {
    const task = await create({ claims: ['a'] });
    await store.apply([changeOf(task, { task: { status: 'FAILED' } })]);
    const again = { ...request(task, 'two', ['a']), seenStatus: 'FAILED' as const };
    expect((await store.takeOwnership(again)).kind).toBe('owned');
  },
};

export const leaseCases: Cases = {
  async 'decide whose tasks are orphans: running ones whose owner has no valid lease, oldest first'({
    store,
    create,
  }) {
    await store.renewLease('alive', 60_000);
    const [lost, held, failed, late] = [
      await create({ owner: 'nobody' }),
      await create({ owner: 'alive' }),
      await create({ owner: 'nobody' }),
      await create({ owner: 'nobody' }),
    ];
    await store.apply([changeOf(failed, { task: { status: 'FAILED' } })]);
    const orphans = [lost, late].map(({ id, fence }) => ({ taskId: id, fence }));
    expect(await store.listOrphans(10)).toEqual(orphans);
    expect(await store.listOrphans(1)).toEqual(orphans.slice(0, 1));
    expect(await store.listOwned('alive')).toEqual([{ taskId: held.id, fence: held.fence }]);
    expect(await store.listOwned('nobody')).toEqual(orphans);
  },

  async 'run out by the clock of the store, and are renewed'({ store, create }) {
    const task = await create({ owner: 'short' });
    const orphans = async () => (await store.listOrphans(10)).map(({ taskId }) => taskId);
    await store.renewLease('short', 60_000);
    expect(await orphans()).toEqual([]);
    await store.renewLease('short', 1);
    await vi.waitFor(async () => expect(await orphans()).toEqual([task.id]));
    await store.renewLease('short', 60_000);
    await store.renewLease('short', 60_000);
    expect(await orphans()).toEqual([]);
    await store.dropLease('short');
    expect(await orphans()).toEqual([task.id]);
  },
};
