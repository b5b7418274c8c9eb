/** Commands between instances: carried out once or withdrawn, never both. */
import type { CommandRequest, Task } from '@openocp/engine';
import { expect, vi } from 'vitest';
import { type Cases, changeOf, first, line, type StoreBench } from './store-bench.ts';

const patienceMs = 60_000;

function skip(task: Task, id: string): CommandRequest {
  return { id, taskId: task.id, command: { kind: 'skip-subtask', subtaskId: first(task), by: 'Ма́ша' } };
}

async function requested({ store, create }: StoreBench, id: string) {
  const task = await create();
  const request = skip(task, id);
  await store.requestCommand(request, patienceMs);
  return { task, request };
}

export const commandCases: Cases = {
  async 'are found by the owner of a running task, oldest first, once however often they are given'(bench) {
    const { store, create, stored } = bench;
    const { task, request } = await requested(bench, 'b');
    const later = skip(task, 'a');
    await store.requestCommand(later, patienceMs);
    await store.requestCommand(request, patienceMs);
    await store.requestCommand(skip(await create({ owner: 'two' }), 'c'), patienceMs);
    expect(await store.listRequestedCommands('one')).toEqual([request, later]);
    const taken = await store.takeOwnership({
      taskId: task.id,
      seenFence: task.fence,
      seenStatus: 'RUNNING',
      owner: 'three',
      now: 9,
      claims: [],
    });
    expect(taken.kind).toBe('owned');
    expect(await store.listRequestedCommands('one')).toEqual([]);
    expect(await store.listRequestedCommands('three')).toEqual([request, later]);
    await store.apply([changeOf(await stored(task.id), { task: { status: 'FAILED' } })]);
    expect(await store.listRequestedCommands('three')).toEqual([]);
    expect(await store.fetchCommand('a')).toEqual({ kind: 'pending', isTaskRunning: false });
  },

  async 'are answered together with what they change, also when that is given twice'(bench) {
    const { store, stored } = bench;
    const { task } = await requested(bench, 'r');
    expect(await store.fetchCommand('r')).toEqual({ kind: 'pending', isTaskRunning: true });
    const answer = { requestId: 'r' };
    const change = changeOf(task, { answer, task: { operation: 'SKIP' }, log: [line(task, 'skipped')] });
    expect(await store.apply([change])).toEqual(['applied']);
    expect(await store.apply([change])).toEqual(['applied']);
    expect(await store.fetchCommand('r')).toEqual({ kind: 'answered', refusal: undefined });
    expect((await stored(task.id)).operation).toBe('SKIP');
    await store.withdrawCommand('r');
    expect(await store.fetchCommand('r')).toMatchObject({ kind: 'answered' });
    expect(await store.listRequestedCommands('one')).toEqual([]);
  },

  async 'are refused with words that arrive as they were'(bench) {
    const { store } = bench;
    const { task } = await requested(bench, 'r');
    const refusal = { name: 'SkipProhibited', taskId: task.id, message: '停止 🛑' };
    await store.apply([changeOf(task, { answer: { requestId: 'r', refusal } })]);
    expect(await store.fetchCommand('r')).toEqual({ kind: 'answered', refusal });
  },

  async 'are not carried out once they are withdrawn, and hinder nobody else'(bench) {
    const { store, create, stored } = bench;
    const { task } = await requested(bench, 'r');
    const other = await create();
    await store.withdrawCommand('r');
    expect(await store.listRequestedCommands('one')).toEqual([]);
    const operation = { operation: 'SKIP' } as const;
    const outcome = await store.apply([
      changeOf(task, { answer: { requestId: 'r' }, task: operation }),
      changeOf(other, { task: operation }),
    ]);
    expect(outcome).toEqual(['withdrawn', 'applied']);
    expect(await stored(task.id)).toEqual(task);
    expect((await stored(other.id)).operation).toBe('SKIP');
    expect(await store.fetchCommand('r')).toEqual({ kind: 'withdrawn' });
  },

  async 'that are withdrawn stay so when the change that answers them is given again'(bench) {
    const { store, create } = bench;
    const { task } = await requested(bench, 'r');
    const other = await create();
    await store.withdrawCommand('r');
    const changes = [
      changeOf(task, { answer: { requestId: 'r' }, task: { operation: 'SKIP' } }),
      changeOf(other, { task: { operation: 'SKIP' } }),
    ];
    const outcome = ['withdrawn', 'applied'];
    expect(await store.apply(changes, { name: 'one', isRepeated: false })).toEqual(outcome);
    expect(await store.apply(changes, { name: 'one', isRepeated: true })).toEqual(outcome);
    const alone = { name: 'two', isRepeated: true };
    expect(await store.apply(changes.slice(0, 1), alone)).toEqual(['withdrawn']);
  },

  async 'are not answered by a former owner'(bench) {
    const { store } = bench;
    const { task } = await requested(bench, 'r');
    const late = changeOf({ ...task, fence: task.fence - 1 }, { answer: { requestId: 'r' } });
    expect(await store.apply([late])).toEqual(['fenced']);
    expect(await store.fetchCommand('r')).toMatchObject({ kind: 'pending' });
  },

  async 'are forgotten by owners when their time is over, by the clock of the store'(bench) {
    const { store, create } = bench;
    await store.requestCommand(skip(await create(), 'r'), 1);
    await vi.waitFor(async () => expect(await store.listRequestedCommands('one')).toEqual([]));
    expect(await store.fetchCommand('never given')).toBeUndefined();
  },
};
