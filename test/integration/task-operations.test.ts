/** Retry, rollback, skip, cancel and diagnosis of a real stop, through the API, with OCP's numbers for what is refused. */
import { readFileSync } from 'node:fs';
import {
  type ApiAnswer,
  type ApiClient,
  readAgentJournal,
  readZip,
  type Stack,
  type StackServer,
  type StackTask,
  startStack,
  waitFor,
} from '@openocp/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';

let stack: Stack;
let target: StackServer;
let operator: ApiClient;
let viewer: ApiClient;
let takeOverId: number;

const tasksPath = '/api/v2/tasks/instances';
const log = z.looseObject({ log: z.string() });
const password = 'Operator_1x';

beforeAll(async () => {
  stack = await startStack({ observerOptions: { __sim_time_scale: '0.2' } });
  await stack.takeOver();
  takeOverId = (await stack.newestTask()).id;
  const [first] = stack.servers;
  if (first === undefined) throw new Error('no servers');
  target = first;
  operator = stack.createUser('operator', password, ['TASK_MANAGER']);
  viewer = stack.createUser('viewer', password, ['CLUSTER_VIEWER']);
});

afterAll(() => stack?.stop());

const pid = () => Number(readFileSync(`${target.home}/run/observer.pid`, 'utf8'));
const codeOf = ({ status, body }: ApiAnswer) => [status, body.error?.code];
const fault = (statement: string) => stack.sql(target, `CALL dbms_sim.${statement}`);

function subtaskOf(task: StackTask, name: string) {
  const found = task.subtasks.find((subtask) => subtask.name === name);
  if (found === undefined) throw new Error(`no subtask ${name}`);
  return found;
}

/** A stop whose leaders do not leave: STOP SERVER is not acknowledged. */
async function submitHangingStop(): Promise<StackTask> {
  await fault('refuse_leader_moves(1)');
  const { id } = await stack.submit(target.id, 'stop');
  return waitForTask(
    id,
    'STOP SERVER to hang',
    (task) => subtaskOf(task, 'Stop server').status === 'RUNNING',
  );
}

function waitForTask(id: number, what: string, isMet: (task: StackTask) => boolean): Promise<StackTask> {
  const look = async () => {
    const task = await stack.fetchTask(id);
    return isMet(task) ? task : undefined;
  };
  return waitFor(`${what} in task ${id}`, look, { timeoutMs: 60_000 });
}

const ended = (id: number) => waitForTask(id, 'the end', (task) => task.status !== 'RUNNING');

async function cancelled(): Promise<StackTask> {
  const { id, subtasks } = await submitHangingStop();
  const running = subtasks.find((subtask) => subtask.name === 'Stop server');
  await operator.call('POST', `${tasksPath}/${id}/subtasks/${running?.id}/cancel`);
  return ended(id);
}

test('a running task offers only to cancel what runs; everything else is refused with the numbers of OCP', async () => {
  const task = await submitHangingStop();
  const running = subtaskOf(task, 'Stop server');
  expect(running.availableOperations).toEqual(['CANCEL']);
  expect(task.availableOperations).toEqual([]);
  const path = `${tasksPath}/${task.id}/subtasks/${running.id}`;
  expect(codeOf(await operator.call('POST', `${tasksPath}/${task.id}/retry`))).toEqual([400, 4007]);
  expect(codeOf(await operator.call('POST', `${tasksPath}/${task.id}/rollback`))).toEqual([400, 4007]);
  expect(codeOf(await operator.call('POST', `${path}/retry`))).toEqual([400, 4007]);
  expect(codeOf(await operator.call('POST', `${path}/skip`))).toEqual([400, 4010]);
  const pending = subtaskOf(task, 'Wait observer stop').id;
  const pendingPath = `${tasksPath}/${task.id}/subtasks/${pending}`;
  expect(codeOf(await operator.call('POST', `${pendingPath}/cancel`))).toEqual([400, 4007]);
  for (const action of ['retry', 'skip', 'cancel']) {
    expect(codeOf(await viewer.call('POST', `${path}/${action}`))).toEqual([403, 3100]);
    // A subtask is found under its own task only.
    const foreign = `${tasksPath}/${takeOverId}/subtasks/${running.id}/${action}`;
    expect(codeOf(await operator.call('POST', foreign))).toEqual([404, 4001]);
    const none = `${tasksPath}/999999/subtasks/${running.id}/${action}`;
    expect(codeOf(await operator.call('POST', none))).toEqual([404, 4001]);
  }
  for (const action of ['retry', 'rollback', 'downloadDiagnosis']) {
    expect(codeOf(await operator.call('POST', `${tasksPath}/999999/${action}`))).toEqual([404, 4001]);
  }
  expect((await stack.fetchTask(task.id)).status).toBe('RUNNING');
  const answer = await operator.call('POST', `${path}/cancel`);
  expect(answer.status).toBe(200);
  expect(answer.body).not.toHaveProperty('data');
  expect((await ended(task.id)).status).toBe('FAILED');
});

test('a cancelled stop has failed, names who cancelled it, and is rolled back: nothing is left of it', async () => {
  // The one of the test before still holds the cluster until it is rolled back.
  const failed = await stack.newestTask();
  expect(failed.status).toBe('FAILED');
  expect(failed.availableOperations).toEqual(['RETRY', 'ROLLBACK', 'RELEASE']);
  const stop = subtaskOf(failed, 'Stop server');
  expect(stop.failure).toContain('Cancelled by operator');
  expect(codeOf(await operator.call('POST', `${tasksPath}/${failed.id}/subtasks/${stop.id}/cancel`))).toEqual(
    [400, 4007],
  );
  await fault('refuse_leader_moves(0)');
  const before = pid();
  const answer = await operator.call('POST', `${tasksPath}/${failed.id}/rollback`);
  expect(answer.body.data).toMatchObject({ id: failed.id, status: 'RUNNING', operation: 'ROLLBACK' });
  const rolledBack = await ended(failed.id);
  expect(rolledBack).toMatchObject({ status: 'SUCCESSFUL', operation: 'ROLLBACK', availableOperations: [] });
  expect(rolledBack.subtasks.every(({ status }) => status === 'PENDING')).toBe(true);
  expect(await stack.serverStatus(target.id)).toBe('RUNNING');
  expect(pid()).toBe(before);
  expect(readAgentJournal(stack.folder, target.ip)).toEqual([]);
  expect(codeOf(await operator.call('POST', `${tasksPath}/${failed.id}/retry`))).toEqual([400, 4007]);
  expect(codeOf(await operator.call('POST', `${tasksPath}/${failed.id}/rollback`))).toEqual([400, 4007]);
});

test('a cancelled subtask that is retried ends the stop well', async () => {
  const failed = await cancelled();
  const stop = subtaskOf(failed, 'Stop server');
  await fault('refuse_leader_moves(0)');
  const path = `${tasksPath}/${failed.id}/subtasks/${stop.id}`;
  if (stop.prohibitSkip === true) {
    expect(stop.availableOperations).toEqual(['RETRY']);
    expect(codeOf(await operator.call('POST', `${path}/skip`))).toEqual([400, 4010]);
  }
  const answer = await operator.call('POST', `${path}/retry`);
  expect(answer.body.data).toMatchObject({ id: stop.id, taskId: failed.id, operation: 'RETRY', runTime: 2 });
  await stack.waitForTask(failed.id);
  expect(await stack.serverStatus(target.id)).toBe('PROCESS_STOPPED');
  await stack.waitForTask((await stack.submit(target.id, 'start')).id);
});

test('a failed task that is retried as a whole ends well', async () => {
  const failed = await cancelled();
  await fault('refuse_leader_moves(0)');
  await fault('slow_boot(5000)');
  const answer = await operator.call('POST', `${tasksPath}/${failed.id}/retry`);
  expect(answer.body.data).toMatchObject({ id: failed.id, status: 'RUNNING', operation: 'RETRY' });
  await stack.waitForTask(failed.id);
});

test('a subtask that waits says for what, since when and until when, in the task and in its log', async () => {
  const { id } = await stack.submit(target.id, 'start');
  const isWaiting = ({ subtasks }: StackTask) => subtasks.some((each) => each.waitingFor !== undefined);
  const task = await waitForTask(id, 'a wait', isWaiting);
  const waiting = task.subtasks.find((subtask) => subtask.waitingFor !== undefined);
  expect(waiting?.waitingFor).toMatchObject({
    what: expect.stringMatching(/./),
    evidence: expect.stringMatching(/./),
    since: expect.stringMatching(/^\d{4}-/),
    until: expect.stringMatching(/^\d{4}-/),
  });
  expect(waiting?.status).toBe('RUNNING');
  const path = `${tasksPath}/${id}/subtasks/${waiting?.id}/log`;
  const lines = await waitFor(
    'the wait in the log',
    async () => {
      const { log: text } = await stack.api.data(log, 'GET', path);
      return text.includes('Waiting for ') ? text : undefined;
    },
    { timeoutMs: 5_000 },
  );
  expect(lines).toContain(`Waiting for ${waiting?.waitingFor?.what}: `);
  const after = await stack.waitForTask(id);
  expect(isWaiting(after)).toBe(false);
});

test('a diagnosis holds the task, its logs, the evidence of the verdict and versions, and no secret', async () => {
  const tasks = await stack.api.data(
    z.object({ contents: z.array(z.looseObject({ id: z.int() })) }),
    'GET',
    `${tasksPath}?name=stop&status=SUCCESSFUL&sort=id,desc&size=1`,
  );
  const id = tasks.contents[0]?.id ?? 0;
  const response = await viewer.fetch('POST', `${tasksPath}/${id}/downloadDiagnosis`);
  expect(response.status).toBe(200);
  expect(response.headers.get('content-type')).toBe('application/zip');
  expect(response.headers.get('content-disposition')).toBe(`attachment; filename="task-${id}.zip"`);
  const files = readZip(await response.arrayBuffer());
  const text = (name: string) => files.get(name) ?? '';
  expect(JSON.parse(text('task.json'))).toMatchObject({ id, name: 'Stop OB server' });
  expect(JSON.parse(text('versions.json'))).toMatchObject({
    openocp: expect.stringMatching(/^\d/),
    node: process.versions.node,
    oceanbase: expect.stringMatching(/^4\./),
  });
  expect(text('evidence.txt')).toContain('PASS majority:');
  expect(text('evidence.txt')).toContain('Verdict SAFE');
  expect(text('logs/001-prepare-stop-observer.log')).toMatch(/^#{12}\{EXECUTE\}/);
  expect([...files.keys()].filter((name) => name.startsWith('logs/')).length).toBeGreaterThanOrEqual(8);
  const everything = [...files.values()].join('');
  for (const secret of [stack.password, stack.cluster.rootPassword, password]) {
    expect(everything).not.toContain(secret);
  }
});
