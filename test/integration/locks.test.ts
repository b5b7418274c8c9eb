/** Who holds the cluster, and waiting for it, through the API: shown, refused with the lock, queued, cancelled, released. */
import {
  type ApiAnswer,
  type Stack,
  type StackServer,
  type StackTask,
  startStack,
  waitFor,
} from '@openocp/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';

const lock = z.strictObject({
  taskId: z.int(),
  taskStatus: z.string(),
  owner: z.string(),
  reason: z.string(),
  since: z.string(),
});
const part = z.looseObject({ id: z.int().optional(), name: z.string().optional(), lock: lock.optional() });
const shownCluster = part.extend({ lockQueue: z.array(lock).optional() });

let stack: Stack;
let target: StackServer;

beforeAll(async () => {
  stack = await startStack({ serversPerZone: 1, observerOptions: { __sim_time_scale: '0.2' } });
  await stack.takeOver();
  await stack.startFaultyControlPlane();
  const [, second] = stack.servers;
  if (second === undefined) throw new Error('no servers');
  target = second;
});

afterAll(() => stack?.stop());

afterEach(() => stack.setFaults([]));

const clusterPath = () => `/api/v2/ob/clusters/${stack.clusterId}`;
const list = async (what: 'zones' | 'servers') => {
  const page = z.object({ contents: z.array(part) });
  return (await stack.api.data(page, 'GET', `${clusterPath()}/${what}`)).contents;
};
const cluster = () => stack.api.data(shownCluster, 'GET', clusterPath());

function post(verb: 'stop' | 'start', body: object = {}): Promise<ApiAnswer> {
  return stack.api.call('POST', `${clusterPath()}/servers/${target.id}/${verb}`, body);
}

/** A task of the target that does not get past its first step until the faults are withdrawn. */
async function hold(verb: 'stop' | 'start'): Promise<StackTask> {
  const subtask = verb === 'stop' ? 'Prepare stop observer' : 'Prepare start observer';
  stack.setFaults([{ at: `step|server-${verb}|${subtask}|before`, do: 'hold' }]);
  const task = await stack.submit(target.id, verb);
  await stack.waitForFault();
  return task;
}

const firstWait = (task: StackTask) => task.subtasks[0]?.waitingFor?.evidence;

test('the cluster shows who holds it, for what and since when; so do the zone and the server that it works on', async () => {
  const task = await hold('stop');
  const shown = (await cluster()).lock;
  expect(shown).toEqual({
    taskId: task.id,
    taskStatus: 'RUNNING',
    owner: 'admin',
    reason: `Stop OB server of server ${target.id} in zone ${target.zone}`,
    since: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
  });
  const servers = await list('servers');
  expect(servers.filter((server) => server.lock !== undefined)).toMatchObject([
    { id: target.id, lock: shown },
  ]);
  const zones = await list('zones');
  expect(zones.filter((zone) => zone.lock !== undefined)).toMatchObject([{ name: target.zone, lock: shown }]);

  const refused = await post('start');
  expect(refused).toMatchObject({
    status: 409,
    body: { error: { code: 11020, details: { taskId: task.id, lock: shown } } },
  });
  stack.setFaults([]);
  await stack.waitForTask(task.id);
  expect(await cluster()).not.toHaveProperty('lock');
});

test('a queued start waits for the stop before it, survives kill -9, and makes its checks when its turn comes', async () => {
  await stack.waitForTask((await stack.submit(target.id, 'start')).id);
  const stop = await hold('stop');
  const start = await stack.submit(target.id, 'start', { onConflict: 'queue' });
  const again = await stack.submit(target.id, 'stop', { onConflict: 'queue' });
  expect(start).toMatchObject({ status: 'RUNNING', queued: true });
  expect(firstWait(start)).toContain(`held by task ${stop.id} (Stop OB server) of admin`);
  expect(firstWait(again)).toBe(`task ${start.id} (Start OB server) is before it`);
  expect((await cluster()).lockQueue?.map(({ taskId }) => taskId)).toEqual([start.id, again.id]);

  await stack.commandSubtask(again.id, again.subtasks[0]?.id ?? 0, 'cancel');
  expect(await stack.fetchTask(again.id)).toMatchObject({ status: 'FAILED' });
  expect((await cluster()).lockQueue?.map(({ taskId }) => taskId)).toEqual([start.id]);

  await stack.startFaultyControlPlane();
  await stack.waitForTask(stop.id);
  const ended = await stack.waitForTask(start.id);
  expect(ended).not.toHaveProperty('queued');
  expect(await stack.serverStatus(target.id)).toBe('RUNNING');
});

test('an unknown choice is refused, and choosing to queue on a free cluster changes nothing', async () => {
  expect(await post('stop', { onConflict: 'wait' })).toMatchObject({
    status: 400,
    body: { error: { code: 1001, target: 'onConflict' } },
  });
  const stop = await stack.submit(target.id, 'stop', { onConflict: 'queue' });
  expect(stop).not.toHaveProperty('queued');
  await stack.waitForTask(stop.id);
});

test('a task that failed half way keeps the cluster, says that it needs somebody, and lets go when it is released', async () => {
  stack.setFaults([{ at: 'step|server-start|Start server|before', do: 'fail' }]);
  const failed = await stack.waitForEnd((await stack.submit(target.id, 'start')).id);
  expect((await cluster()).lock).toMatchObject({ taskId: failed.id, taskStatus: 'FAILED' });
  const queued = await stack.submit(target.id, 'start', { onConflict: 'queue' });
  expect(firstWait(queued)).toMatch(/that task has FAILED and needs somebody to act on it$/);
  await stack.api.data(z.unknown(), 'POST', `/api/v2/tasks/instances/${failed.id}/release`);
  await stack.waitForTask(queued.id);
  expect(await stack.serverStatus(target.id)).toBe('RUNNING');
  const refused = await stack.api.call('POST', `/api/v2/tasks/instances/${queued.id}/release`);
  expect(refused).toMatchObject({ status: 400, body: { error: { code: 4007 } } });
  await waitFor(
    'the cluster to be free',
    async () => ((await cluster()).lock === undefined ? true : undefined),
    {
      timeoutMs: 5_000,
    },
  );
});
