/**
 * A second control plane on one cluster: another OpenOCP, and a restored backup of this one. It stops before any effect,
 * whatever it believes; judged by the agents' journals and the observers' own history.
 */
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { assertInvariants, type Instance, readAgentJournal, type Stack, startStack } from '@openocp/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { subjectOf } from './operation-fixtures.ts';

let stack: Stack;
let first: Instance;

beforeAll(async () => {
  stack = await startStack({ serversPerZone: 1, observerOptions: { __sim_time_scale: '0.2' } });
  await stack.takeOver();
  await stack.startFaultyControlPlane();
  [first] = stack.instances as [Instance];
});

afterAll(() => stack?.stop());

const data = () => join(stack.folder, 'data');
const backup = () => join(stack.folder, 'backup');
const guardPath = () => `/api/v2/ob/clusters/${stack.clusterId}/guard`;
const post = (verb: string, body: object = {}) =>
  stack.api.call(
    'POST',
    `/api/v2/ob/clusters/${stack.clusterId}/servers/${subjectOf(stack).id}/${verb}`,
    body,
  );
const shownGuard = z.looseObject({
  state: z.string(),
  revision: z.int(),
  lastWriter: z.looseObject({ taskId: z.int() }),
});
const guard = () => stack.api.data(shownGuard, 'GET', guardPath());

/** What every agent has ever been told. */
function journals(): string {
  return JSON.stringify(stack.servers.map(({ ip }) => readAgentJournal(stack.folder, ip)));
}

async function bring(verb: 'stop' | 'start'): Promise<number> {
  const { id } = await stack.waitForTask((await stack.submit(subjectOf(stack).id, verb)).id);
  return id;
}

async function restore(): Promise<void> {
  await first.process.kill();
  rmSync(data(), { recursive: true });
  cpSync(backup(), data(), { recursive: true });
  await stack.startFaultyControlPlane();
}

async function keep(): Promise<void> {
  await first.process.kill();
  cpSync(data(), backup(), { recursive: true });
  await stack.startFaultyControlPlane();
}

test('every operation writes the row when it begins and before each effect', async () => {
  const before = await guard();
  const taskId = await bring('stop');
  const after = await guard();
  expect(after).toMatchObject({ state: 'OURS', lastWriter: { taskId } });
  // Its beginning, STOP SERVER, the signal.
  expect(after.revision - before.revision).toBeGreaterThanOrEqual(3);
  await bring('start');
});

test('metadata from before the last operation are refused with 34026 and change nothing, until somebody adopts', async () => {
  await keep();
  const stopped = await bring('stop');
  await restore();
  const told = journals();
  const refused = await post('start');
  expect(refused).toMatchObject({ status: 409, body: { error: { code: 34026 } } });
  expect(refused.body.error?.message).toMatch(
    new RegExp(
      `instance .* wrote last, at .* for task ${stopped}, and the metadata of this OpenOCP are older`,
    ),
  );
  expect(await stack.api.call('PUT', guardPath(), { enabled: true })).toMatchObject({
    body: { error: { code: 34026 } },
  });
  const cluster = `/api/v2/ob/clusters/${stack.clusterId}`;
  const parameters = [{ name: 'enable_rebalance', value: 'True' }];
  for (const change of [
    await stack.api.call('PUT', `${cluster}/parameters`, { parameters }),
    await stack.api.call('POST', `${cluster}/changePassword`, { newPassword: 'Another_0123456' }),
  ])
    expect(change).toMatchObject({ status: 409, body: { error: { code: 34026 } } });
  expect(journals()).toBe(told);
  await assertInvariants(stack);
  expect(await stack.api.data(shownGuard, 'PUT', guardPath(), { enabled: true, adopt: true })).toMatchObject({
    state: 'OURS',
  });
  expect((await post('start')).status).toBe(200);
});

test('a task that runs while another control plane takes the cluster stops before its next effect', async () => {
  const newest = await stack.newestTask();
  await stack.waitForEnd(newest.id);
  if ((await stack.serverStatus(subjectOf(stack).id)) !== 'RUNNING') await bring('start');
  stack.setFaults([{ at: 'step|server-stop|Stop observer process|before', do: 'hold' }]);
  const task = await stack.submit(subjectOf(stack).id, 'stop');
  await first.waitForFault();
  const told = journals();
  const other = await stack.addInstance('other', { dataDir: join(stack.folder, 'other') });
  await other.start();
  const request = stack.takeOverRequest();
  const refused = await other.tasks.waitForEnd(
    (await other.tasks.submit('/api/v2/ob/clusters/takeOver', request)).id,
  );
  expect(refused.subtasks[0]?.failure).toMatch(/34026: another control plane operates the cluster: instance/);
  await other.tasks.command(refused.id, 'rollback');
  await other.tasks.waitForEnd(refused.id);
  const adopted = await other.tasks.submit('/api/v2/ob/clusters/takeOver', { ...request, adopt: true });
  await other.tasks.waitForSuccess(adopted.id);
  stack.setFaults([]);
  const stoppedShort = await stack.waitForEnd(task.id);
  const failed = stoppedShort.subtasks.find(({ status }) => status === 'FAILED');
  expect(failed).toMatchObject({
    name: 'Stop observer process',
    failure: expect.stringContaining('Nothing more is done here'),
  });
  expect(journals()).toBe(told);
  await other.end();

  // The other one is gone for good: what it stopped half way is taken back.
  await stack.api.call('PUT', guardPath(), { enabled: true, adopt: true });
  await stack.waitForEnd((await stack.command(task.id, 'rollback')).id);
  expect(await stack.serverStatus(subjectOf(stack).id)).toBe('RUNNING');
});

test.each([
  ['Prepare stop observer', 'after'],
  ['Stop server', 'after'],
  ['Stop observer process', 'before'],
] as const)(
  'kill -9 of the control plane %s, %s its work: the row is still its own',
  async (subtask, moment) => {
    stack.setFaults([{ at: `step|server-stop|${subtask}|${moment}`, do: 'die' }]);
    // It may die before it has answered.
    await stack.submit(subjectOf(stack).id, 'stop').catch(() => undefined);
    await first.process.exited;
    await stack.startFaultyControlPlane();
    await stack.waitForTask((await stack.newestTask()).id);
    expect((await guard()).state).toBe('OURS');
    await bring('start');
  },
);
