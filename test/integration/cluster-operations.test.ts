/** Stop, start and rolling restart of a whole cluster, through real processes. */
import { existsSync, readFileSync } from 'node:fs';
import { operationPlan } from '@openocp/contract';
import {
  assertInvariants,
  readAgentJournal,
  type Stack,
  type StackServer,
  type StackTask,
  startStack,
  waitFor,
} from '@openocp/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ observerOptions: { __sim_time_scale: '0.2' } });
  await stack.takeOver();
});

afterAll(() => stack?.stop());

function pick(index: number): StackServer {
  const server = stack.servers[index];
  if (server === undefined) throw new Error(`no server ${index}`);
  return server;
}

function pidOf({ home }: StackServer): number {
  return Number(readFileSync(`${home}/run/observer.pid`, 'utf8'));
}

function isAlive(server: StackServer): boolean {
  return existsSync(`${server.home}/run/observer.pid`) && existsSync(`/proc/${pidOf(server)}`);
}

function plan(verb: 'stop' | 'start' | 'restart', body: object = {}) {
  const path = `/api/v2/ob/clusters/${stack.clusterId}/${verb}/plan`;
  return stack.api.data(operationPlan, 'POST', path, body);
}

async function statusOfAll(): Promise<string[]> {
  return Promise.all(stack.servers.map(({ id }) => stack.serverStatus(id)));
}

function claimAll(state: 'serving' | 'down') {
  return stack.servers.map(({ ip, port }) => ({ address: `${ip}:${port}`, state, isRolledBack: false }));
}

/** Which servers a rolling restart has restarted so far: the names of their zones by batch. */
function boundariesPassed(task: StackTask): number {
  return task.subtasks.filter(({ name, status }) => name === 'Set zone context' && status === 'SUCCESSFUL')
    .length;
}

async function waitForPause(taskId: number, by: string): Promise<StackTask> {
  return waitFor(
    'the task to wait for somebody to resume it',
    async () => {
      const task = await stack.fetchTask(taskId);
      expect(new Set(await statusOfAll()).difference(new Set(['RUNNING', 'RESTARTING']))).toEqual(new Set());
      const evidence = task.subtasks.find(({ waitingFor }) => waitingFor !== undefined)?.waitingFor?.evidence;
      return evidence?.startsWith(`paused by ${by}`) === true ? task : undefined;
    },
    { timeoutMs: 60_000 },
  );
}

test('the plan of a stop names the interruption, and the stop needs no force', async () => {
  const stop = await plan('stop');
  expect(stop.verdict).toBe('RISKY');
  expect(stop.checks.find(({ name }) => name === 'service-interruption')?.result).toBe('WARN');
  expect(stop.tenantsAffected).toContain('sys');
});

test('a stop ends every process, and a start brings back what had not been stopped by itself', async () => {
  const own = pick(5);
  await stack.waitForTask((await stack.submit(own.id, 'stop')).id);
  const stopped = await stack.waitForTask((await stack.submitCluster('stop', { reason: 'power' })).id);
  expect(stopped.name).toBe('Stop OB cluster');
  expect(stack.servers.filter(isAlive)).toEqual([]);
  expect(await stack.clusterStatuses()).toEqual(['STOPPED']);
  expect(new Set(Object.values(await stack.zoneStatuses()))).toEqual(new Set(['STOPPED']));
  await assertInvariants(stack, { claims: claimAll('down') });
  const refused = await stack.api.call('POST', `/api/v2/ob/clusters/${stack.clusterId}/stop`);
  expect(refused.body.error?.code).toBe(11007);

  const started = await stack.waitForTask((await stack.submitCluster('start')).id);
  expect(started.name).toBe('Start OB cluster');
  expect(stack.servers.map(isAlive)).toEqual([true, true, true, true, true, false]);
  expect(await stack.serverStatus(own.id)).toBe('PROCESS_STOPPED');
  expect(await stack.clusterStatuses()).toEqual(['RUNNING']);
  await stack.waitForTask((await stack.submit(own.id, 'start')).id);
  expect(new Set(await statusOfAll())).toEqual(new Set(['RUNNING']));
  await assertInvariants(stack, { claims: claimAll('serving') });
});

test('a rolling restart is refused while a server is not well, and says which', async () => {
  const sick = pick(4);
  await stack.waitForTask((await stack.submit(sick.id, 'stop', { type: 'STOP_SERVICE' })).id);
  const refused = await plan('restart');
  expect(refused.verdict).toBe('BLOCKED');
  const health = refused.checks.find(({ name }) => name === 'cluster-healthy');
  expect([health?.result, health?.evidence]).toEqual(['FAIL', expect.stringContaining(sick.ip)]);
  await stack.waitForTask((await stack.submit(sick.id, 'start')).id);
});

test('a rolling restart pauses, survives kill -9 in its pause, resumes, aborts at a boundary, and goes on by retry', async () => {
  const before = stack.servers.map(pidOf);
  // One log stream has members on both servers of no zone, so both may go together.
  const options = { healthyReadings: 1, batchSize: 2 };
  expect((await plan('restart', options)).verdict).toBe('SAFE');
  const { id } = await stack.submitCluster('restart', options);
  await stack.command(id, 'pause');
  const paused = await waitForPause(id, 'admin');
  expect(paused.availableOperations).toEqual(['RESUME', 'ABORT']);
  const passed = boundariesPassed(paused);
  await stack.restartControlPlane();
  const again = await waitForPause(id, 'admin');
  expect(boundariesPassed(again)).toBe(passed);
  expect(stack.servers.filter((server) => !isAlive(server))).toEqual([]);
  await stack.command(id, 'abort');
  const aborted = await stack.waitForEnd(id);
  expect(aborted.status).toBe('FAILED');
  const failed = aborted.subtasks.find(({ status }) => status === 'FAILED');
  expect([failed?.name, failed?.failure]).toEqual([
    'Set zone context',
    expect.stringContaining('Aborted by admin before batch'),
  ]);
  expect(new Set(await statusOfAll())).toEqual(new Set(['RUNNING']));
  await stack.command(id, 'retry');
  const ended = await stack.waitForTask(id);
  expect(ended.name).toBe('Restart OB cluster');
  expect(stack.servers.map(pidOf).filter((pid) => before.includes(pid))).toEqual([]);
  expect(new Set(await statusOfAll())).toEqual(new Set(['RUNNING']));
  await assertInvariants(stack, { claims: claimAll('serving') });
  const late = await stack.api.call('POST', `/api/v2/tasks/instances/${id}/pause`);
  expect([late.status, late.body.error?.code]).toEqual([400, 4007]);
});

/** The signal to each server of a zone, and the spawn that followed it, by the agents' own journals, in the order of time. */
function restartsIn(zone: string, taskId: number): string[] {
  const servers = stack.servers.filter((server) => server.zone === zone);
  return servers
    .flatMap(({ home, ip }) => {
      const host = stack.agents.find(({ url }) => url.includes(ip))?.host ?? '';
      return readAgentJournal(stack.folder, host).filter((line) => line.home === home);
    })
    .filter(({ command, phase }) => command.taskId === taskId && /signal|spawn/.test(phase))
    .toSorted((a, b) => a.time - b.time)
    .map(({ phase }) => phase);
}

test('a batch that cannot be spared when its turn comes goes down one server at a time, the others together', async () => {
  await stack.startFaultyControlPlane([{ at: 'step|cluster-restart|Check batch|before', do: 'hold' }]);
  const before = stack.servers.map(pidOf);
  const { id } = await stack.submitCluster('restart', { healthyReadings: 1, batchSize: 2 });
  await stack.waitForFault();
  const [first] = (await stack.fetchTask(id)).subtasks.filter(({ name }) => name === 'Check batch');
  const answer = (mode: string) =>
    Promise.all(
      stack.servers.map((server) =>
        stack.sql(server, `CALL dbms_sim.answer_wrongly('GV$OB_LOG_STAT', '${mode}')`),
      ),
    );
  await answer('error');
  stack.setFaults([]);
  await waitFor(
    'the first batch to be judged',
    async () => {
      const task = await stack.fetchTask(id);
      return task.subtasks.find((subtask) => subtask.id === first?.id)?.status === 'SUCCESSFUL' || undefined;
    },
    { timeoutMs: 30_000 },
  );
  await answer('true');
  await stack.waitForTask(id);
  expect(restartsIn('zone1', id)).toEqual(['signal', 'spawn', 'signal', 'spawn']);
  for (const zone of ['zone2', 'zone3'])
    expect(restartsIn(zone, id)).toEqual(['signal', 'signal', 'spawn', 'spawn']);
  expect(stack.servers.map(pidOf).filter((pid) => before.includes(pid))).toEqual([]);
  await assertInvariants(stack, { claims: claimAll('serving') });
});
