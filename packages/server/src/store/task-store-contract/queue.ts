/** A task may wait for its claims: first come, first served, all of them at once. */
import type { ClaimsOutcome, Task } from '@openocp/engine';
import { expect } from 'vitest';
import { type Cases, changeOf, newTask, type StoreBench } from './store-bench.ts';

function ask({ store }: StoreBench, task: Task): Promise<ClaimsOutcome> {
  const { id: taskId, fence, owner = '', claims } = task;
  return store.acquireClaims({ taskId, fence, owner, claims, now: 99 });
}

function end({ store }: StoreBench, task: Task): Promise<unknown> {
  return store.apply([changeOf(task, { task: { status: 'SUCCESSFUL' }, releaseClaims: true })]);
}

const queue = (claims: readonly string[]) => ({ claims, onConflict: 'queue' }) as const;

export const queueCases: Cases = {
  async 'begins at once when its claims are free'({ create, stored }) {
    const task = await create(queue(['a']));
    expect(task).toMatchObject({ isQueued: false, subtasks: [{ status: 'RUNNING' }, {}, {}, {}] });
    expect(await stored(task.id)).toEqual(task);
  },

  async 'is stored without having begun when they are not'({ create, stored }) {
    await create({ claims: ['a'] });
    const task = await create(queue(['a', 'b']));
    expect(task.isQueued).toBe(true);
    expect(task.subtasks[0]).toMatchObject({ status: 'READY', attempt: 0, startTime: undefined });
    expect(await stored(task.id)).toEqual(task);
    await create({ claims: ['c'] });
  },

  async 'is told who is in its way, and gets its claims when nobody is'(bench) {
    const { create, stored } = bench;
    const holder = await create({ claims: ['a'], now: 77 });
    const [first, second] = [await create(queue(['a', 'b'])), await create(queue(['b']))];
    expect(await ask(bench, first)).toMatchObject({
      kind: 'waiting',
      holder: { claim: 'a', taskId: holder.id, since: 77, isQueued: false, taskStatus: 'RUNNING' },
    });
    expect(await ask(bench, second)).toMatchObject({
      kind: 'waiting',
      holder: { claim: 'b', taskId: first.id, isQueued: true },
    });
    await end(bench, holder);
    expect(await ask(bench, second)).toMatchObject({ kind: 'waiting', holder: { taskId: first.id } });
    expect(await ask(bench, first)).toEqual({ kind: 'acquired' });
    expect(await ask(bench, first)).toEqual({ kind: 'acquired' });
    expect((await stored(first.id)).isQueued).toBe(false);
    expect(await ask(bench, second)).toMatchObject({ holder: { taskId: first.id, isQueued: false } });
    await end(bench, first);
    expect(await ask(bench, second)).toEqual({ kind: 'acquired' });
  },

  async 'goes before whoever comes later, but not before who holds and failed'(bench) {
    const { store, create } = bench;
    const holder = await create({ claims: ['a'] });
    const queued = await create(queue(['a']));
    await store.apply([changeOf(holder, { task: { status: 'FAILED' } })]);
    const retry = { taskId: holder.id, seenFence: holder.fence, seenStatus: 'FAILED' as const, now: 1 };
    expect(await ask(bench, queued)).toMatchObject({ kind: 'waiting', holder: { taskStatus: 'FAILED' } });
    const again = await store.takeOwnership({ ...retry, owner: 'one', claims: ['a'] });
    if (again.kind !== 'owned') throw new Error(again.kind);
    await end(bench, again.task);
    expect(await store.create(newTask({ claims: ['a'] }))).toMatchObject({
      kind: 'claim-conflict',
      holder: { taskId: queued.id, isQueued: true },
    });
    expect(await ask(bench, queued)).toEqual({ kind: 'acquired' });
  },

  async "gets nothing once it has ended or changed hands, and then stands in nobody's way"(bench) {
    const { store, create } = bench;
    const holder = await create({ claims: ['a'] });
    const [ended, moved] = [await create(queue(['a'])), await create(queue(['a']))];
    await store.apply([changeOf(ended, { task: { status: 'FAILED' }, releaseClaims: true })]);
    const request = { taskId: moved.id, seenFence: moved.fence, seenStatus: 'RUNNING' as const };
    const taken = await store.takeOwnership({ ...request, owner: 'two', claims: [], now: 5 });
    if (taken.kind !== 'owned') throw new Error(taken.kind);
    expect(taken.task.isQueued).toBe(true);
    await end(bench, holder);
    expect(await ask(bench, ended)).toEqual({ kind: 'lost' });
    expect(await ask(bench, moved)).toEqual({ kind: 'lost' });
    expect(await ask(bench, taken.task)).toEqual({ kind: 'acquired' });
  },

  async 'goes to one of many who ask at once'(bench) {
    const holder = await bench.create({ claims: ['a'] });
    const queued = await Promise.all(Array.from({ length: 8 }, () => bench.create(queue(['a']))));
    await end(bench, holder);
    const outcomes = await Promise.all(queued.map((task) => ask(bench, task)));
    expect(outcomes.filter(({ kind }) => kind === 'acquired')).toHaveLength(1);
  },
};
