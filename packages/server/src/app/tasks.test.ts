import { describe, expect, it } from 'vitest';
import type { LogPart } from '../store/subtask-log.ts';
import type { TaskPageRequest } from '../store/task-list.ts';
import type { Caller } from './app.ts';
import { createSampleTask } from './sample-task.ts';
import { createTasks } from './tasks.ts';

const NOW = Date.UTC(2021, 7, 25, 7, 9, 32, 700);
const caller: Caller = {
  userId: 100,
  username: 'admin',
  permissions: ['**'],
  traceId: '00112233aabbccdd',
  clientAddress: '127.0.0.1',
  language: 'en-US',
};

function logOf(subtaskId: number): LogPart {
  const line = { id: 1, taskId: 1, subtaskId, attempt: 1, time: NOW, text: `subtask ${subtaskId}` };
  return { lines: [{ ...line, operation: 'EXECUTE', level: 'INFO' }], offset: 0, total: 1 };
}

function setUp() {
  const task = createSampleTask(1, NOW);
  const requests: TaskPageRequest[] = [];
  const tasks = createTasks({
    engine: { fetch: async (taskId) => (taskId === task.id ? task : undefined) },
    store: {
      list: async (request) => {
        requests.push(request);
        return { tasks: [task], total: 41 };
      },
    },
    pauses: { fetch: async () => undefined },
    logs: { read: async (subtaskId) => logOf(subtaskId), readEnd: async (subtaskId) => logOf(subtaskId) },
    offsetMinutes: 0,
  });
  return { tasks, requests };
}

describe('taskList', () => {
  it('asks for the newest tasks first, unless told otherwise', async () => {
    const { tasks, requests } = setUp();
    const page = await tasks.taskList(caller, { page: 3, size: 10 });
    expect(page).toMatchObject({ contents: [{ id: 1 }], totalElements: 41 });
    await tasks.taskList(caller, { page: 1, size: 20, sort: { field: 'name', direction: 'asc' } });
    expect(requests).toEqual([
      { filter: {}, sort: { field: 'id', direction: 'desc' }, offset: 20, limit: 10 },
      { filter: {}, sort: { field: 'name', direction: 'asc' }, offset: 0, limit: 20 },
    ]);
  });

  it('passes filters on, also under the name that OCP misspells', async () => {
    const { tasks, requests } = setUp();
    await tasks.taskList(caller, {
      page: 1,
      size: 10,
      name: 'Stop',
      status: ['FAILED'],
      clusterId: 2,
      hostId: 4,
    });
    await tasks.taskList(caller, { page: 1, size: 10, cluterName: 'a', status: [], type: 'MANUAL' });
    await tasks.taskList(caller, { page: 1, size: 10, cluterName: 'a', clusterName: 'b', tenantId: 3 });
    expect(requests.map(({ filter }) => filter)).toEqual([
      { name: 'Stop', statuses: ['FAILED'], clusterId: 2, hostId: 4 },
      { clusterName: 'a' },
      { clusterName: 'b', tenantId: 3 },
    ]);
  });

  it('shows nothing for a filter that no task can meet, instead of everything', async () => {
    const { tasks, requests } = setUp();
    const none = { contents: [], totalElements: 0 };
    expect(await tasks.taskList(caller, { page: 1, size: 10, tenantName: 'sys' })).toEqual(none);
    expect(await tasks.taskList(caller, { page: 1, size: 10, type: 'SCHEDULED' })).toEqual(none);
    expect(requests).toEqual([]);
  });
});

describe('one task', () => {
  it('is found by its id, or is missing', async () => {
    const { tasks } = setUp();
    expect(await tasks.taskGet(caller, { taskInstanceId: 1 })).toMatchObject({
      id: 1,
      name: 'Stop OB server',
    });
    await expect(tasks.taskGet(caller, { taskInstanceId: 2 })).rejects.toMatchObject({
      key: 'TASK_NOT_FOUND',
    });
  });

  it('gives the log of its own subtasks only', async () => {
    const { tasks } = setUp();
    const { log } = await tasks.subtaskLog(caller, { taskInstanceId: 1, subtaskInstanceId: 202 });
    expect(log).toContain('INFO subtask 202\n');
    await expect(tasks.subtaskLog(caller, { taskInstanceId: 1, subtaskInstanceId: 9 })).rejects.toMatchObject(
      {
        key: 'SUBTASK_NOT_FOUND',
        code: { ocpCode: 4001, httpStatus: 404 },
      },
    );
    await expect(
      tasks.subtaskLog(caller, { taskInstanceId: 2, subtaskInstanceId: 202 }),
    ).rejects.toMatchObject({
      key: 'TASK_NOT_FOUND',
    });
  });
});
