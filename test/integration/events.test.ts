/** Following a stop as it happens: tasks, subtasks, states of servers and log lines; resumed wherever it was cut. */
import { EventClient, type HeardEvent, type Stack, type StackServer, startStack } from '@openocp/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';

let stack: Stack;
let target: StackServer;
const clients: EventClient[] = [];
const tasksPath = '/api/v2/tasks/instances';

beforeAll(async () => {
  stack = await startStack({ observerOptions: { __sim_time_scale: '0.2' } });
  await stack.takeOver();
  const [first] = stack.servers;
  if (first === undefined) throw new Error('no servers');
  target = first;
});

afterEach(() => Promise.all(clients.splice(0).map((client) => client.close())));
afterAll(() => stack?.stop());

async function listen(query = '', lastEventId?: string, api = stack.api): Promise<EventClient> {
  const client = await EventClient.open(api, query, lastEventId);
  clients.push(client);
  return client;
}

const isEnd =
  (taskId: number) =>
  ({ event, data }: HeardEvent) =>
    event === 'task' && data.id === taskId && data.status !== 'RUNNING';

const kinds = (events: readonly HeardEvent[], event: string) => events.filter((each) => each.event === event);

/** A log line without its time's format, to compare with the log as it is read. */
const lineOf = ({ data }: HeardEvent) => `${data.subtaskId} ${String(data.level).padStart(5)} ${data.text}`;

/** All log lines of a task as the API shows them, subtask by subtask. */
async function readLogs(taskId: number): Promise<string[]> {
  const { subtasks } = await stack.fetchTask(taskId);
  const logs = subtasks.map(async ({ id }) => {
    const path = `${tasksPath}/${taskId}/subtasks/${id}/log`;
    const { log } = await stack.api.data(z.looseObject({ log: z.string() }), 'GET', path);
    const lines = log.split('\n').filter((line) => line !== '' && !line.startsWith('####'));
    return lines.map((line) => `${id} ${line.slice('2021-08-25 15:09:32.716 '.length)}`);
  });
  return (await Promise.all(logs)).flat();
}

const bySubtask = (events: readonly HeardEvent[]) =>
  kinds(events, 'log')
    .toSorted((a, b) => Number(a.data.subtaskId) - Number(b.data.subtaskId))
    .map(lineOf);

test('a stop is heard from beginning to end, in order, with the states of its server and each log line once', async () => {
  const [all, elsewhere] = [await listen(), await listen('?clusterId=999999')];
  const own = await listen(`?clusterId=${stack.clusterId}`);
  const { id } = await stack.submit(target.id, 'stop');
  await all.waitFor('the end of the stop', isEnd(id));
  await all.waitFor('the last state', ({ data }) => data.status === 'PROCESS_STOPPED');

  const tasks = kinds(all.events, 'task').map(({ data }) => [data.id, data.status]);
  expect(tasks).toEqual([
    [id, 'RUNNING'],
    [id, 'SUCCESSFUL'],
  ]);
  const { subtasks } = await stack.fetchTask(id);
  for (const subtask of subtasks) {
    const states = kinds(all.events, 'subtask').filter(({ data }) => data.id === subtask.id);
    expect(states.at(-1)?.data).toMatchObject({ taskId: id, name: subtask.name, status: 'SUCCESSFUL' });
  }
  const ends = kinds(all.events, 'subtask').filter(({ data }) => data.status === 'SUCCESSFUL');
  expect(ends.map(({ data }) => data.name)).toEqual(subtasks.map(({ name }) => name));
  expect(bySubtask(all.events)).toEqual(await readLogs(id));
  const heard = kinds(all.events, 'server');
  expect(new Set(heard.map(({ data }) => data.id))).toEqual(new Set([target.id]));
  // One that only tells when the server would go permanently offline repeats its status.
  const states = heard
    .map(({ data }) => data.status)
    .filter((status, index, every) => status !== every[index - 1]);
  expect(states).toEqual(['SERVICE_STOPPING', 'PROCESS_STOPPING', 'PROCESS_STOPPED']);
  // Whoever closes at the end of a task has heard all of it.
  const end = all.events.findIndex(isEnd(id));
  expect(all.events.slice(end).some(({ event }) => event === 'log')).toBe(false);

  await own.waitFor('the last state', ({ data }) => data.status === 'PROCESS_STOPPED');
  expect(own.events.map(({ data }) => data)).toEqual(all.events.map(({ data }) => data));
  expect(elsewhere.events).toEqual([]);
});

test('cut anywhere and resumed by Last-Event-ID, no log line is missed or told twice, and every last state is heard', async () => {
  const { id } = await stack.submit(target.id, 'start');
  const heard: HeardEvent[] = [];
  let lastId = '0';
  // Five times: hear a little, hang up in the middle, come back.
  for (let round = 1; round <= 5; round += 1) {
    const client = await listen(`?taskId=${id}`, lastId);
    await client.waitFor('something new', ({ event }) => event === 'log');
    await client.close();
    heard.push(...client.events);
    lastId = client.lastId;
  }
  await stack.waitForTask(id);
  // Another process now: a place in the stream outlives it.
  await stack.restartControlPlane();
  const last = await listen(`?taskId=${id}`, lastId);
  await last.waitFor('the end of the start', isEnd(id));
  heard.push(...last.events);
  expect(bySubtask(heard)).toEqual(await readLogs(id));
  for (const subtask of (await stack.fetchTask(id)).subtasks) {
    const states = kinds(heard, 'subtask').filter(({ data }) => data.id === subtask.id);
    expect(states.at(-1)?.data.status).toBe('SUCCESSFUL');
  }
  expect(kinds(heard, 'server')).toEqual([]);
});

test('the whole log of a task can be heard afterwards; the end is told last, and nothing of other tasks', async () => {
  const { id } = await stack.newestTask();
  const client = await listen(`?taskId=${id}`, '0');
  await client.waitFor('the end', isEnd(id));
  expect(bySubtask(client.events)).toEqual(await readLogs(id));
  expect(client.events.at(-1)).toSatisfy(isEnd(id));
  expect(client.events.every(({ data }) => data.taskId === id || data.id === id)).toBe(true);
});

test('a place that is not in the stream is answered with a reset, and the present states of the servers', async () => {
  const client = await listen('', '999999999');
  await client.waitFor('the reset', ({ event }) => event === 'reset');
  expect(kinds(client.events, 'server').map(({ data }) => data.id)).toEqual(
    stack.servers.map(({ id }) => id),
  );
  expect(Number(client.lastId)).toBeLessThan(999_999_999);
});

test('tasks are heard by whoever may read tasks, servers only by whoever may read their cluster', async () => {
  const operator = stack.createUser('operator', 'Operator_1x', ['TASK_MANAGER']);
  const stranger = stack.createUser('stranger', 'Stranger_1x', ['HOST_VIEWER']);
  expect((await stranger.call('GET', '/api/v2/events')).status).toBe(403);
  expect((await stack.api.call('GET', '/api/v2/events?lastEventId=x')).status).toBe(400);
  const client = await listen('', undefined, operator);
  const { id } = await stack.submit(target.id, 'stop');
  await client.waitFor('the end of the stop', isEnd(id));
  await stack.waitForTask(id);
  expect(kinds(client.events, 'server')).toEqual([]);
});

test('streams end when the control plane ends, and it does not wait for them', async () => {
  const client = await listen();
  await stack.controlPlane.end();
  await client.ended;
  expect(await stack.controlPlane.exited).toBe('exit code 0');
  await stack.startControlPlane();
});
