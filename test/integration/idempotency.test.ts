/** A client that repeats a request with its idempotency key gets the task of the first one, and never a second task. */
import { type ApiAnswer, type ApiClient, readAgentJournal, type Stack, startStack } from '@openocp/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';

let stack: Stack;
let manager: ApiClient;

beforeAll(async () => {
  stack = await startStack({ observerOptions: { __sim_time_scale: '0.2' } });
  manager = stack.createUser('manager', 'Manager_1x', ['CLUSTER_MANAGER']);
});

afterAll(() => stack?.stop());

const taskId = z.looseObject({ id: z.int() });
const idOf = (answer: ApiAnswer | undefined) => taskId.parse(answer?.body.data).id;
const codeOf = ({ status, body }: ApiAnswer) => [status, body.error?.code];

function post(path: string, body: unknown, key: string, api: ApiClient = stack.api): Promise<ApiAnswer> {
  return api.call('POST', path, body, { 'idempotency-key': key });
}

let stopPath = '';
let firstTask = 0;

async function countTasks(): Promise<number> {
  const list = z.object({ page: z.looseObject({ totalElements: z.int() }) });
  return (await stack.api.data(list, 'GET', '/api/v2/tasks/instances')).page.totalElements;
}

test('a take-over that is sent twice at once, and again when it is done, is one task', async () => {
  const [first] = stack.cluster.servers;
  const body = {
    connectionMode: 'direct',
    address: first?.ip,
    port: first?.sqlPort,
    rootSysPassword: stack.cluster.rootPassword,
    agents: stack.agents.map(({ host, url }) => ({ host, url })),
  };
  const path = '/api/v2/ob/clusters/takeOver';
  const twins = await Promise.all([post(path, body, 'take-over-1'), post(path, body, 'take-over-1')]);
  expect(twins.map(({ status }) => status)).toEqual([200, 200]);
  const [id, twin] = twins.map(idOf);
  expect(twin).toBe(id);
  const task = await stack.waitForTask(id ?? 0);
  // Without the key this is a cluster that is managed already.
  expect(codeOf(await stack.api.call('POST', path, body))).toEqual([409, 11014]);
  expect(idOf(await post(path, body, 'take-over-1'))).toBe(id);
  expect(codeOf(await post(path, { ...body, port: 1 }, 'take-over-1'))).toEqual([409, 1005]);

  const servers = await stack.api.data(
    z.object({ contents: z.array(z.looseObject({ id: z.int() })) }),
    'GET',
    `/api/v2/ob/clusters/${task.clusterId}/servers`,
  );
  stopPath = `/api/v2/ob/clusters/${task.clusterId}/servers/${servers.contents[0]?.id}/stop`;
});

test('while the stop runs: the same key and request answer its task, another request is refused and names it', async () => {
  const before = await countTasks();
  const twins = await Promise.all([1, 2, 3].map(() => post(stopPath, {}, 'stop-1')));
  firstTask = idOf(twins[0]);
  expect(twins.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(twins.map(idOf)).toEqual([firstTask, firstTask, firstTask]);
  // Defaults that are written out, and text for a truth value, are the same request.
  expect(idOf(await post(stopPath, { force: 'false', freezeServer: null }, 'stop-1'))).toBe(firstTask);
  for (const [path, body] of [
    [stopPath, { force: true }],
    [stopPath.replace(/stop$/, 'start'), {}],
    [stopPath.replace(/servers\/\d+/, 'servers/999999'), {}],
  ] as const) {
    const answer = await post(path, body, 'stop-1');
    expect(codeOf(answer)).toEqual([409, 1005]);
    expect(answer.body.error?.message).toContain(String(firstTask));
  }
  // A key of somebody else is a conflict too, which tells nothing of the other's task.
  const foreign = await post(stopPath, {}, 'stop-1', manager);
  expect(codeOf(foreign)).toEqual([409, 1005]);
  expect(foreign.body.error?.message).not.toContain(`task ${firstTask}`);
  // Another key is another request, and the cluster is busy.
  expect(codeOf(await post(stopPath, {}, 'stop-2'))).toEqual([409, 11020]);
  expect(await countTasks()).toBe(before + 1);
});

test('after the stop, and after a kill -9 of the control plane, the same key still answers its task', async () => {
  await stack.waitForTask(firstTask);
  expect(codeOf(await stack.api.call('POST', stopPath))).toEqual([400, 13003]);
  const again = await post(stopPath, {}, 'stop-1');
  expect(again.status).toBe(200);
  expect(again.body.data).toMatchObject({ id: firstTask, status: 'SUCCESSFUL' });
  await stack.restartControlPlane();
  expect(idOf(await post(stopPath, {}, 'stop-1'))).toBe(firstTask);
  expect(codeOf(await post(stopPath, { force: true }, 'stop-1'))).toEqual([409, 1005]);
  const [first] = stack.cluster.servers;
  const journal = readAgentJournal(stack.folder, first?.ip ?? '');
  expect(journal.filter(({ phase }) => phase === 'signal')).toHaveLength(1);
});

test('a refused request leaves no key behind: the next try is judged afresh', async () => {
  // Refused above because the cluster was busy, now because the server is stopped.
  expect(codeOf(await post(stopPath, {}, 'stop-2'))).toEqual([400, 13003]);
  const started = await post(stopPath.replace(/stop$/, 'start'), {}, 'start-1');
  await stack.waitForTask(idOf(started));
  const stopped = await post(stopPath, {}, 'stop-2');
  expect(stopped.status).toBe(200);
  expect(idOf(stopped)).toBeGreaterThan(firstTask);
  await stack.waitForTask(idOf(stopped));
});

test.each([
  ['empty', ''],
  ['too long', 'x'.repeat(256)],
  ['with a space', 'a b'],
  ['not ASCII', 'schl\u00fcssel'],
])('a key that is %s is refused, and nothing happens', async (_name, key) => {
  const before = await countTasks();
  const answer = await post(stopPath, {}, key);
  expect(codeOf(answer)).toEqual([400, 1001]);
  expect(answer.body.error?.message).toContain('Idempotency-Key');
  expect(await countTasks()).toBe(before);
});
