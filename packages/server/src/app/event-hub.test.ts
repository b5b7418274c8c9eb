import type { StreamItem } from '@openocp/contract';
import { describe, expect, it } from 'vitest';
import { serverRow } from '../planning/snapshot-fixture.ts';
import { createSecretBox } from '../security/secret-box.ts';
import { createClusterStore } from '../store/clusters.ts';
import { createServerStore } from '../store/servers.ts';
import { createTaskStore } from '../store/task-store.ts';
import {
  clock,
  everything,
  hearUntil,
  isEnd,
  logIds,
  sqliteUrl,
  startInstance,
  stores,
  submit,
} from './event-hub-fixture.ts';

describe.each(Object.entries(stores))('events in %s', (_name, createUrl) => {
  it('tell a task from its beginning to its end, every line once, each state behind the line it comes with', async () => {
    const { engine, hub } = await startInstance(await createUrl(), 'a', true);
    const answer = await hub.listen(everything, undefined);
    const { id } = await submit(engine, { steps: 3 });
    const heard = await hearUntil(answer, isEnd);
    expect(heard.filter(({ event }) => event === 'task').map(({ data }) => [data.id, data.status])).toEqual([
      [id, 'RUNNING'],
      [id, 'SUCCESSFUL'],
    ]);
    const lines = heard.filter(({ event }) => event === 'log').map(({ data }) => String(data.text));
    expect(lines.filter((line) => line.startsWith('work'))).toEqual(
      [0, 1, 2].map((n) => `work of step ${n}`),
    );
    expect(logIds(heard)).toEqual([...new Set(logIds(heard))].toSorted((a, b) => Number(a) - Number(b)));
    const done = heard.findIndex(
      ({ event, data }) => event === 'subtask' && data.name === 'step 2' && data.status === 'SUCCESSFUL',
    );
    expect(heard.slice(done).map(({ event }) => event)).toEqual(['subtask', 'task']);
  });

  it('tell what another instance does', async () => {
    const url = await createUrl();
    const { engine } = await startInstance(url, 'a', true);
    const { hub } = await startInstance(url, 'b', false);
    const answer = await hub.listen(everything, undefined);
    const { id } = await submit(engine, { steps: 2, failLast: true });
    const heard = await hearUntil(answer, isEnd);
    expect(heard.at(-1)?.data).toMatchObject({ id, status: 'FAILED' });
    const failed = heard.findLast(({ event, data }) => event === 'subtask' && data.name === 'step 1');
    expect(failed?.data).toMatchObject({ taskId: id, status: 'FAILED', failure: 'it cannot be' });
    expect(heard.filter(({ data }) => String(data.text).startsWith('work of'))).toHaveLength(2);
  });

  it('tell what a subtask of another instance waits for', async () => {
    const url = await createUrl();
    const { engine } = await startInstance(url, 'a', true);
    const { hub } = await startInstance(url, 'b', false);
    const answer = await hub.listen(everything, undefined);
    await submit(engine, { steps: 1, looks: 3 });
    const heard = await hearUntil(answer, isEnd);
    const waits = heard.flatMap(({ event, data }) => (event === 'subtask' ? [data.waitingFor] : []));
    expect(waits).toContainEqual(
      expect.objectContaining({ what: 'the last look', evidence: '2 looks are left' }),
    );
    expect(waits.at(-1)).toBeUndefined();
  });

  it('resumed behind any line, at any instance, miss no line, repeat none, and tell the last state of every task', async () => {
    const url = await createUrl();
    const { engine, hub } = await startInstance(url, 'a', true);
    const other = await startInstance(url, 'b', false);
    const first = await hub.listen(everything, undefined);
    const tasks = await Promise.all([submit(engine, { steps: 3 }), submit(engine, { steps: 2 })]);
    let left: number = tasks.length;
    const all = await hearUntil(first, (event) => {
      if (isEnd(event)) left -= 1;
      return left === 0;
    });
    const ids = logIds(all);
    for (const [index, id] of ids.entries()) {
      const resumed = await other.hub.listen(everything, id);
      // Of the last line's task nothing but its state is left to tell.
      const lastTask = all.findLast(({ event }) => event === 'log')?.data.taskId;
      const heard = await hearUntil(resumed, (event) => isEnd(event) && event.data.id === lastTask);
      expect(logIds(heard)).toEqual(ids.slice(index + 1));
      const open = new Set(all.slice(all.findIndex((each) => each.id === id)).map(({ data }) => data.taskId));
      const told = new Set(heard.filter(isEnd).map(({ data }) => data.id));
      for (const taskId of open) if (taskId !== undefined) expect(told).toContain(taskId);
    }
  });

  it('are filtered by task and by cluster, also when resumed', async () => {
    const { engine, hub } = await startInstance(await createUrl(), 'a', true);
    const byCluster = await hub.listen({ ...everything, clusterId: 2 }, undefined);
    await submit(engine, { steps: 1 }, 1);
    const second = await submit(engine, { steps: 1 }, 2);
    const byTask = await hub.listen({ ...everything, taskId: second.id }, 0);
    const resumed = await hub.listen({ ...everything, clusterId: 2 }, 0);
    for (const answer of [byCluster, byTask, resumed]) {
      const heard = await hearUntil(answer, isEnd);
      expect(heard.every(({ data }) => data.id === second.id || data.taskId === second.id)).toBe(true);
      expect(logIds(heard).length).toBeGreaterThan(2);
    }
  });
});

describe('the hub', () => {
  it('tells a state of a server when it changes, to those who may read its cluster', async () => {
    const { database, hub } = await startInstance(sqliteUrl(), 'a', true);
    const clusters = createClusterStore(database, createSecretBox(Buffer.alloc(32, 1)), clock);
    const servers = createServerStore(database, clock);
    const seed = { ip: '10.0.1.1', sqlPort: 2881 };
    const cluster = {
      name: 'shop',
      obClusterId: 7,
      obVersion: '4.2.5.1',
      sysUser: 'root@sys',
      sysPassword: 'x',
      seed,
    };
    const clusterId = await clusters.insert({ ...cluster, creator: { id: 100, name: 'admin' } });
    await clusters.saveManaged(clusterId);
    await servers.saveAll(clusterId, [serverRow(1, 1), serverRow(1, 2)]);
    const [server, second] = await servers.list([clusterId]);
    const reader = await hub.listen({ ...everything, permissions: [`CLUSTER:${clusterId}:READ`] }, undefined);
    const stranger = await hub.listen({ ...everything, permissions: ['TASK:*:*'] }, undefined);
    await servers.saveProcess(server?.id ?? 0, 'absent');
    const heard = await hearUntil(reader, ({ event }) => event === 'server');
    expect(heard).toMatchObject([{ data: { id: server?.id, clusterId, status: 'UNAVAILABLE' } }]);
    await hub.stop();
    await expect(hearUntil(stranger, () => true)).rejects.toThrow('after []');
    expect(second?.id).not.toBe(server?.id);
  });

  it('tells one who was away too long, or names an unknown place, to begin afresh', async () => {
    const url = sqliteUrl();
    const { engine, hub } = await startInstance(url, 'a', true, { missedLines: 5 });
    const live = await hub.listen(everything, undefined);
    await submit(engine, { steps: 3 });
    await hearUntil(live, isEnd);
    for (const place of [1, 9_999_999]) {
      const answer = await hub.listen(everything, place);
      const heard = await hearUntil(answer, () => true);
      expect(heard).toMatchObject([{ event: 'reset' }]);
    }
  });

  it('tells one whose last line is not kept any more to begin afresh; one who wants all that is kept gets it', async () => {
    const { engine, hub, database } = await startInstance(sqliteUrl(), 'a', true);
    const live = await hub.listen(everything, undefined);
    const old = await submit(engine, { steps: 2 });
    const heard = await hearUntil(live, isEnd);
    const { id } = await submit(engine, { steps: 1 });
    await hearUntil(await hub.listen({ ...everything, taskId: id }, 0), isEnd);
    expect(await createTaskStore(database).deleteFinishedTasks(Date.now() + 1_000, 10)).toBe(1);
    const place = logIds(heard).at(-1);
    const resumed = await hearUntil(await hub.listen(everything, place), () => true);
    expect(resumed).toMatchObject([{ event: 'reset' }]);
    const all = await hearUntil(await hub.listen(everything, 0), isEnd);
    expect(all.every(({ data }) => data.taskId !== old.id)).toBe(true);
  });

  it('shows that it lives, and where it is, while nothing happens; and ends a stream after its time', async () => {
    const limits = { heartbeatMs: 10, lifetimeMs: 100 };
    const { hub } = await startInstance(sqliteUrl(), 'a', true, limits);
    const answer = await hub.listen(everything, undefined);
    const items: StreamItem[] = [];
    for await (const each of answer.items) items.push(...each);
    expect(items.length).toBeGreaterThan(2);
    expect(items.every(({ id, event }) => id === 0 && event === undefined)).toBe(true);
    expect(answer.signal.aborted).toBe(false);
  });

  it('cuts off a listener that does not read, and the others do not notice', async () => {
    const limits = { queueCharacters: 5_000 };
    const { engine, hub } = await startInstance(sqliteUrl(), 'a', true, limits);
    const deaf = await hub.listen(everything, undefined);
    const awake = await hub.listen(everything, undefined);
    const ending = hearUntil(awake, isEnd);
    await submit(engine, { steps: 20 });
    expect((await ending).at(-1)?.data.status).toBe('SUCCESSFUL');
    expect(deaf.signal.aborted).toBe(true);
  });

  it('takes no more listeners than it can serve, and none after its end', async () => {
    const { hub } = await startInstance(sqliteUrl(), 'a', true, { listeners: 1 });
    const only = await hub.listen(everything, undefined);
    await expect(hub.listen(everything, undefined)).rejects.toMatchObject({ code: { httpStatus: 429 } });
    await only.items[Symbol.asyncIterator]().return?.();
    await hub.listen(everything, undefined);
    await hub.stop();
    await expect(hub.listen(everything, undefined)).rejects.toMatchObject({ code: { httpStatus: 503 } });
  });
});
