/** Changes are whole, fenced and independent of each other. */
import type { Task, TaskChange } from '@openocp/engine';
import { expect } from 'vitest';
import { type Cases, changeOf, first, ids, line, newTask } from './store-bench.ts';

export const changeCases: Cases = {
  async 'changes a task, its subtasks and its log together'({ store, create, stored }) {
    const task = await create({ claims: ['a'] });
    const [a = 0, b = 0] = ids(task);
    const outcome = await store.apply([
      changeOf(task, {
        task: { prohibitRollback: true, operation: 'RETRY' },
        subtasks: [
          {
            subtaskId: a,
            status: 'SUCCESSFUL',
            result: { pid: 42 },
            annotations: { pid: '42' },
            finishTime: 9,
          },
          {
            subtaskId: b,
            status: 'RUNNING',
            operation: 'RETRY',
            mode: 'undo',
            attempt: 3,
            failure: 'x'.repeat(100_000),
            startTime: 8,
            executor: 'two',
          },
        ],
      }),
    ]);
    expect(outcome).toEqual(['applied']);
    const changed = await stored(task.id);
    expect(changed).toMatchObject({
      status: 'RUNNING',
      operation: 'RETRY',
      prohibitRollback: true,
      owner: 'one',
    });
    expect(changed.subtasks[0]).toMatchObject({
      result: { pid: 42 },
      annotations: { pid: '42' },
      finishTime: 9,
    });
    const change = { operation: 'RETRY', mode: 'undo', attempt: 3, startTime: 8, executor: 'two' };
    expect(changed.subtasks[1]).toMatchObject({ status: 'RUNNING', ...change });
    expect(changed.subtasks[1]?.failure).toHaveLength(100_000);
    expect(changed.subtasks[2]).toEqual(task.subtasks[2]);
  },

  async 'clears what is null, keeps what is absent'({ store, create, stored }) {
    const task = await create();
    const subtaskId = first(task);
    const full = {
      subtaskId,
      status: 'FAILED',
      result: 1,
      failure: 'no',
      startTime: 1,
      finishTime: 2,
    } as const;
    await store.apply([changeOf(task, { task: { finishTime: 3 }, subtasks: [full] })]);
    await store.apply([changeOf(task, { subtasks: [{ subtaskId, status: 'READY' }] })]);
    expect((await stored(task.id)).subtasks[0]).toMatchObject({
      status: 'READY',
      failure: 'no',
      result: 1,
    });
    const cleared = {
      subtaskId,
      status: 'RUNNING',
      result: null,
      failure: null,
      finishTime: null,
    } as const;
    await store.apply([changeOf(task, { task: { finishTime: null }, subtasks: [cleared] })]);
    const after = await stored(task.id);
    const gone = { result: undefined, failure: undefined, finishTime: undefined, startTime: 1 };
    expect(after.subtasks[0]).toMatchObject(gone);
    expect(after.finishTime).toBeUndefined();
  },

  async 'ends a task: the owner goes, the claims too if asked'({ store, create, stored }) {
    const kept = await create({ claims: ['a'] });
    await store.apply([changeOf(kept, { task: { status: 'FAILED' } })]);
    expect(await stored(kept.id)).toMatchObject({ status: 'FAILED', owner: undefined, claims: ['a'] });
    expect((await store.create(newTask({ claims: ['a'] }))).kind).toBe('claim-conflict');
    const released = await create({ claims: ['b'] });
    await store.apply([changeOf(released, { task: { status: 'SUCCESSFUL' }, releaseClaims: true })]);
    await create({ claims: ['b'] });
  },

  async 'changes no row for an owner or a fence that is not current, and hinders no other change'({
    store,
    create,
    stored,
  }) {
    const [good, bad, worse] = [await create(), await create(), await create()];
    const write = (task: Task, changes: Partial<TaskChange>): TaskChange =>
      changeOf(task, {
        task: { operation: 'SKIP' },
        subtasks: [{ subtaskId: first(task), status: 'SUCCESSFUL' }],
        log: [line(task, 'late')],
        releaseClaims: true,
        ...changes,
      });
    const changes = [write(bad, { owner: 'two' }), write(good, {}), write(worse, { fence: worse.fence - 1 })];
    expect(await store.apply(changes)).toEqual(['fenced', 'applied', 'fenced']);
    expect(await stored(bad.id)).toEqual(bad);
    expect(await stored(worse.id)).toEqual(worse);
    expect((await stored(good.id)).operation).toBe('SKIP');
    const absent = { ...changeOf(good), taskId: 999_999 };
    expect(await store.apply([absent])).toEqual(['fenced']);
  },

  async 'is harmless to repeat'({ store, create, stored }) {
    const task = await create({ claims: ['a'] });
    const change = changeOf(task, {
      subtasks: [{ subtaskId: first(task), status: 'SUCCESSFUL', result: 1 }],
    });
    await store.apply([change]);
    const once = await stored(task.id);
    expect(await store.apply([change])).toEqual(['applied']);
    expect(await stored(task.id)).toEqual(once);
  },

  async 'applies what is given again under its name once, also what has ended a task'({
    store,
    create,
    stored,
  }) {
    const [ended, running, foreign] = [await create({ claims: ['a'] }), await create(), await create()];
    const changes = [
      changeOf(ended, { task: { status: 'FAILED', finishTime: 9 }, log: [line(ended, 'end')] }),
      changeOf(running, { log: [line(running, 'goes on')] }),
      changeOf({ ...foreign, fence: foreign.fence - 1 }, { task: { operation: 'SKIP' } }),
    ];
    const outcome = ['applied', 'applied', 'fenced'];
    expect(await store.apply(changes, { name: 'one', isRepeated: false })).toEqual(outcome);
    const once = await Promise.all(changes.map(({ taskId }) => stored(taskId)));
    expect(await store.apply(changes, { name: 'one', isRepeated: true })).toEqual(outcome);
    expect(await Promise.all(changes.map(({ taskId }) => stored(taskId)))).toEqual(once);
    const other = { name: 'other', isRepeated: true };
    expect(await store.apply(changes, other)).toEqual(['fenced', 'applied', 'fenced']);
  },

  async 'shows what a subtask waits for, in the run that waits and as long as it does'({
    store,
    create,
    stored,
  }) {
    const task = await create();
    const run = { subtaskId: first(task), attempt: 1, mode: 'run' } as const;
    const waiting = { what: 'the light', since: 1_700_000_000_123, until: 1_700_000_060_123, evidence: '红' };
    await store.apply([changeOf(task, { waits: [{ ...run, waiting }] })]);
    expect((await stored(task.id)).subtasks.map(({ waitingFor }) => waitingFor)).toEqual([
      waiting,
      undefined,
      undefined,
      undefined,
    ]);
    const newer = { ...waiting, evidence: 'green' };
    await store.apply([changeOf(task, { waits: [{ ...run, waiting: newer }] })]);
    expect((await stored(task.id)).subtasks[0]?.waitingFor).toEqual(newer);
    const fenced = changeOf({ ...task, fence: task.fence - 1 }, { waits: [{ ...run, waiting }] });
    expect(await store.apply([fenced])).toEqual(['fenced']);
    expect((await stored(task.id)).subtasks[0]?.waitingFor).toEqual(newer);
    const retried = { subtaskId: run.subtaskId, status: 'RUNNING', attempt: 2 } as const;
    await store.apply([changeOf(task, { subtasks: [retried] })]);
    expect((await stored(task.id)).subtasks[0]?.waitingFor).toBeUndefined();
    const second = { ...run, attempt: 2 };
    await store.apply([changeOf(task, { waits: [{ ...second, waiting }] })]);
    expect((await stored(task.id)).subtasks[0]?.waitingFor).toEqual(waiting);
    await store.apply([changeOf(task, { waits: [{ ...second, waiting: null }] })]);
    expect((await stored(task.id)).subtasks[0]?.waitingFor).toBeUndefined();
  },

  async 'takes 300 changes at once'({ store, create, stored }) {
    const tasks = await Promise.all(
      Array.from({ length: 300 }, (_, index) => create({ claims: [`c${index}`] })),
    );
    const subtasks = (task: Task) => [{ subtaskId: first(task), status: 'SUCCESSFUL' } as const];
    const changes = tasks.map((task, index) =>
      changeOf(task, {
        subtasks: subtasks(task),
        ...(index % 3 === 0 ? { task: { operation: 'SKIP' } } : {}),
        ...(index % 3 === 1 ? { task: { status: 'SUCCESSFUL' }, releaseClaims: true } : {}),
      }),
    );
    const outcomes = await store.apply(changes);
    expect(outcomes.every((outcome) => outcome === 'applied')).toBe(true);
    expect((await stored(tasks[299]?.id ?? 0)).subtasks[0]?.status).toBe('SUCCESSFUL');
    // Those that have ended have given up what they held, and only those.
    const again = await Promise.all(
      [297, 298].map((index) => store.create(newTask({ claims: [`c${index}`] }))),
    );
    expect(again.map(({ kind }) => kind)).toEqual(['claim-conflict', 'created']);
  },
};
