/** Tasks come into being whole, once, and with their claims. */
import { expect } from 'vitest';
import { type Cases, ids, newTask, submitter } from './store-bench.ts';

export const creationCases: Cases = {
  async 'gives back what it stored, to the last character'({ create, stored }) {
    const task = await create();
    expect(await stored(task.id)).toEqual(task);
    expect(task).toMatchObject({ status: 'RUNNING', operation: 'EXECUTE', owner: 'one', submitter });
    expect(task.parameters).toEqual(newTask().parameters);
    const [a = 0, b = 0, c = 0, d = 0] = ids(task);
    expect(task.subtasks.map(({ upstreams }) => upstreams)).toEqual([[], [a], [a], [b, c]]);
    expect(task.subtasks.map(({ downstreams }) => downstreams)).toEqual([[b, c], [d], [d], []]);
    expect(task.subtasks.map(({ attempt }) => attempt)).toEqual([1, 0, 0, 0]);
  },

  async 'gives every task a fence above all before'({ create }) {
    const fences = [(await create()).fence, (await create()).fence, (await create()).fence];
    expect(fences).toEqual([...new Set(fences)].sort((x, y) => x - y));
  },

  async 'refuses a claim that is held, names the holder, and leaves nothing behind'({ store, create }) {
    const holder = await create({ claims: ['cluster:1', 'host:3'], now: 77 });
    const outcome = await store.create(newTask({ claims: ['cluster:2', 'host:3'] }));
    expect(outcome).toEqual({
      kind: 'claim-conflict',
      holder: {
        claim: 'host:3',
        taskId: holder.id,
        taskName: 'Stop OB server',
        taskStatus: 'RUNNING',
        attributes: newTask().attributes,
        submitter,
        since: 77,
        isQueued: false,
      },
    });
    await create({ claims: ['cluster:2', 'Cluster:1'] });
  },

  async 'gives one of many simultaneous requests the claim'({ store }) {
    const requests = Array.from({ length: 20 }, () => store.create(newTask({ claims: ['a', 'b'] })));
    const outcomes = await Promise.all(requests);
    expect(outcomes.filter(({ kind }) => kind === 'created')).toHaveLength(1);
    expect(outcomes.filter(({ kind }) => kind === 'claim-conflict')).toHaveLength(19);
  },

  async 'finds the task of a repeated idempotency key, also when the requests come at once'({
    store,
    create,
  }) {
    const request = newTask({ claims: ['a'], idempotencyKey: { key: 'Key ', fingerprint: 'f' } });
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => store.create(request)));
    expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['created', ...Array(9).fill('existing')]);
    const taskIds = outcomes.map((outcome) => ('task' in outcome ? outcome.task.id : 0));
    expect(new Set(taskIds).size).toBe(1);
    const other = { ...request, idempotencyKey: { key: 'Key ', fingerprint: 'g' } };
    expect(await store.create(other)).toEqual({ kind: 'key-conflict', taskId: taskIds[0] });
    await create({ idempotencyKey: { key: 'key ', fingerprint: 'f' } });
  },

  async 'stores a task of 500 subtasks'({ create, stored }) {
    const [template] = newTask().subtasks;
    if (template === undefined) throw new Error('a template');
    const subtasks = Array.from({ length: 500 }, (_, step) => ({
      ...template,
      step,
      upstreamSteps: step === 0 ? [] : [step - 1],
    }));
    const task = await create({ subtasks });
    expect(await stored(task.id)).toEqual(task);
  },
};
