/** A plan says before what an operation does after; a restart ends with another process in the same place. */
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { operationPlan } from '@openocp/contract';
import {
  readAgentJournal,
  readObserverEffects,
  type Stack,
  type StackServer,
  startStack,
} from '@openocp/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';

const operationTask = z.looseObject({ id: z.int() });

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

function pathOf(server: StackServer, operation: string): string {
  return `/api/v2/ob/clusters/${stack.clusterId}/servers/${server.id}/${operation}`;
}

function plan(server: StackServer, operation: 'stop' | 'start' | 'restart', body: object = {}) {
  return stack.api.data(operationPlan, 'POST', pathOf(server, `${operation}/plan`), body);
}

function pidOf(server: StackServer): number {
  return Number(readFileSync(`${server.home}/run/observer.pid`, 'utf8'));
}

function footprint() {
  return stack.servers.map((server) => ({
    journal: readAgentJournal(stack.folder, server.ip).length,
    effects: readObserverEffects(server.home).filter(({ event }) => !event.startsWith('leader_')).length,
  }));
}

test('plans of a healthy server: each check with its evidence, what moves, the subtasks; nothing is changed', async () => {
  const before = footprint();
  const stop = await plan(pick(0), 'stop');
  expect(stop.verdict).toBe('SAFE');
  expect(stop.checks.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['cluster-free', 'state', 'agent', 'one-zone', 'majority', 'log-in-sync']),
  );
  expect(stop.checks.filter(({ evidence }) => evidence === '')).toEqual([]);
  expect(stop.leadersToMove.every(({ server }) => server === `${pick(0).ip}:${pick(0).port}`)).toBe(true);
  expect(stop.permanentOfflineInSec).toBe(3600);
  const restart = await plan(pick(0), 'restart', { freezeServer: true });
  expect(restart.subtasks.map(({ name }) => name)).toEqual([
    'Prepare restart observer',
    'Minor freeze',
    'Stop server',
    'Stop observer process',
    'Start observer process',
    'Wait observer active',
    'Start ocp agent service',
    'Start server',
    'Update observer status',
    'Update zone status',
    'Sync cluster info',
    'Update OB cluster status',
  ]);
  expect(footprint()).toEqual(before);
  expect(await stack.serverStatus(pick(0).id)).toBe('RUNNING');
});

test('a plan tells a refusal as a check, where the operation answers an error', async () => {
  const start = await plan(pick(0), 'start');
  expect(start.verdict).toBe('BLOCKED');
  expect(start.checks.find(({ name }) => name === 'state')).toMatchObject({
    result: 'FAIL',
    overridable: false,
    evidence: expect.stringContaining('RUNNING'),
  });
  expect((await stack.api.call('POST', pathOf(pick(0), 'start'))).body.error?.code).toBe(13003);
  const unknown = pathOf({ ...pick(0), id: 999_999 }, 'stop/plan');
  expect((await stack.api.call('POST', unknown)).status).toBe(404);
});

test('an override names checks that may be overridden, and no others', async () => {
  for (const override of ['one-zone', 'no-such-check', ['majority', 'state']]) {
    const answer = await stack.api.call('POST', pathOf(pick(0), 'stop'), { override });
    expect([answer.status, answer.body.error?.code]).toEqual([400, 1001]);
  }
});

test('a restart: another process, in service again, one signal to the one that ran', async () => {
  const target = pick(0);
  const pid = pidOf(target);
  const statuses = new Set<string>();
  const { id } = await stack.api.data(operationTask, 'POST', pathOf(target, 'restart'), {
    freezeServer: false,
  });
  const held = await plan(target, 'stop');
  expect(held.checks.find(({ name }) => name === 'cluster-free')).toMatchObject({ result: 'FAIL' });
  const ended = await stack.waitForTask(id, () => {
    void stack.serverStatus(target.id).then((status) => statuses.add(status));
  });
  expect(ended.name).toBe('Restart OB server');
  expect(pidOf(target)).not.toBe(pid);
  expect(existsSync(`/proc/${pidOf(target)}`)).toBe(true);
  expect(await stack.serverStatus(target.id)).toBe('RUNNING');
  expect(statuses).toContain('RESTARTING');
  const signals = readAgentJournal(stack.folder, target.ip).filter(({ phase }) => phase === 'signal');
  expect(signals.map(({ detail }) => detail.pid)).toEqual([pid]);
  const rows = await stack.sql(
    pick(2),
    `SELECT stop_time FROM oceanbase.DBA_OB_SERVERS WHERE svr_ip = '${target.ip}'`,
  );
  expect(rows[0]?.stop_time).toBeNull();
  const again = await plan(target, 'restart');
  const took = again.subtasks.find(({ name }) => name === 'Stop observer process')?.expectedMs ?? 0;
  expect(took, 'the median of its only run, not the typical 12 s').not.toBe(12_000);
});

test("a start whose port is taken fails with the observer's own reason, and goes on when the port is free", async () => {
  const server = pick(2);
  await stack.waitForTask((await stack.submit(server.id, 'stop')).id);
  const thief = createServer().listen(server.sqlPort, server.ip);
  await once(thief, 'listening');
  const { id } = await stack.submit(server.id, 'start');
  const failed = await stack.waitForEnd(id);
  expect(failed.status).toBe('FAILED');
  const failure = failed.subtasks.find(({ status }) => status === 'FAILED')?.failure;
  expect(failure).toMatch(new RegExp(`address already in use ${server.ip}:${server.sqlPort}`));
  thief.close();
  await once(thief, 'close');
  await stack.command(id, 'rollback');
  await stack.waitForTask(id);
  await stack.waitForTask((await stack.submit(server.id, 'start')).id);
  expect(await stack.serverStatus(server.id)).toBe('RUNNING');
});

test('an override by name goes past that check alone, and the task says which, who and why', async () => {
  const [target, dead] = [pick(1), pick(3)];
  process.kill(pidOf(dead), 'SIGKILL');
  const blocked = await plan(target, 'stop');
  expect(blocked.verdict).toBe('BLOCKED');
  expect(blocked.overriddenByForce).toContain('majority');
  const other = await stack.api.call('POST', pathOf(target, 'stop'), { override: 'log-in-sync' });
  expect(other.body.error?.code).toBe(11070);
  const body = {
    override: [...new Set([...blocked.overriddenByForce, 'leaders-known', 'log-in-sync', 'isolated'])],
    reason: 'drill 7',
  };
  expect((await plan(target, 'stop', body)).verdict).toBe('RISKY');
  const { id } = await stack.api.data(operationTask, 'POST', pathOf(target, 'stop'), body);
  const ended = await stack.waitForTask(id);
  expect(String(ended.context)).toMatch(/overridden_checks=[^,}]*majority/);
  expect(String(ended.context)).toContain('overridden_by=admin');
  expect(String(ended.context)).toContain('override_reason=drill 7');
  expect(existsSync(`/proc/${target.pid}`)).toBe(false);
});
