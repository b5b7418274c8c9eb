/** Stop, start and restart of a zone, through real processes; what an operator had stopped before stays stopped. */
import { existsSync, readFileSync } from 'node:fs';
import { operationPlan } from '@openocp/contract';
import { assertInvariants, type Stack, type StackServer, startStack } from '@openocp/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ observerOptions: { __sim_time_scale: '0.2' } });
  await stack.takeOver();
});

afterAll(() => stack?.stop());

function serversOf(zone: string): StackServer[] {
  return stack.servers.filter((server) => server.zone === zone);
}

function pick(zone: string, index: number): StackServer {
  const server = serversOf(zone)[index];
  if (server === undefined) throw new Error(`no server ${index} in ${zone}`);
  return server;
}

function isAlive(server: StackServer): boolean {
  const file = `${server.home}/run/observer.pid`;
  return existsSync(file) && existsSync(`/proc/${Number(readFileSync(file, 'utf8'))}`);
}

async function kernelZone(zone: string): Promise<unknown> {
  const witness = stack.servers.find((server) => server.zone !== zone) ?? pick(zone, 0);
  const rows = await stack.sql(witness, `SELECT status FROM oceanbase.DBA_OB_ZONES WHERE zone = '${zone}'`);
  return rows[0]?.status;
}

function planOf(zone: string, verb: 'stop' | 'start' | 'restart') {
  const path = `/api/v2/ob/clusters/${stack.clusterId}/zones/${zone}/${verb}/plan`;
  return stack.api.data(operationPlan, 'POST', path);
}

test('a stop: STOP ZONE, all processes gone, STOPPED in the API; the servers carry no mark of their own', async () => {
  const plan = await planOf('zone1', 'stop');
  expect(plan.verdict).toBe('SAFE');
  expect(plan.subtasks.filter(({ name }) => name === 'Stop observer process')).toHaveLength(2);
  const statuses = new Set<string>();
  const { id } = await stack.submitZone('zone1', 'stop');
  const ended = await stack.waitForTask(id, () => {
    void stack.zoneStatuses().then((all) => statuses.add(all.zone1 ?? ''));
  });
  expect(ended.name).toBe('Stop OB zone');
  expect(statuses).toContain('STOPPING');
  expect(serversOf('zone1').map(isAlive)).toEqual([false, false]);
  expect(await kernelZone('zone1')).toBe('INACTIVE');
  expect(await stack.zoneStatuses()).toEqual({ zone1: 'STOPPED', zone2: 'RUNNING', zone3: 'RUNNING' });
  const marked = await stack.sql(
    pick('zone2', 0),
    'SELECT svr_ip FROM oceanbase.DBA_OB_SERVERS WHERE stop_time IS NOT NULL',
  );
  expect(marked).toEqual([]);
});

test('while a zone is stopped neither another zone nor a server of it can be', async () => {
  const refused = await planOf('zone2', 'stop');
  expect(refused.verdict).toBe('BLOCKED');
  expect(refused.checks.find(({ name }) => name === 'one-zone')?.result).toBe('FAIL');
  for (const path of ['zones/zone2/stop', `servers/${pick('zone3', 0).id}/stop`]) {
    const url = `/api/v2/ob/clusters/${stack.clusterId}/${path}`;
    const answer = await stack.api.call('POST', url, { force: true });
    expect([answer.status, answer.body.error?.code]).toEqual([400, 11080]);
  }
});

test('a server started in a stopped zone runs and serves nothing: it is not shown RUNNING', async () => {
  const server = pick('zone1', 0);
  await stack.waitForTask((await stack.submit(server.id, 'start')).id);
  expect(isAlive(server)).toBe(true);
  expect(await stack.serverStatus(server.id)).toBe('SERVICE_STOPPED');
  expect(await kernelZone('zone1')).toBe('INACTIVE');
});

test('a start: all processes, then START ZONE; a start of a running zone is refused', async () => {
  const ended = await stack.waitForTask((await stack.submitZone('zone1', 'start')).id);
  expect(ended.name).toBe('Start OB zone');
  expect(serversOf('zone1').map(isAlive)).toEqual([true, true]);
  expect(await kernelZone('zone1')).toBe('ACTIVE');
  for (const server of serversOf('zone1')) expect(await stack.serverStatus(server.id)).toBe('RUNNING');
  const url = `/api/v2/ob/clusters/${stack.clusterId}/zones/zone1/start`;
  expect((await stack.api.call('POST', url)).body.error?.code).toBe(12004);
  const unknown = `/api/v2/ob/clusters/${stack.clusterId}/zones/nowhere/start/plan`;
  expect((await stack.api.call('POST', unknown)).status).toBe(404);
});

test('what was stopped by itself before its zone stays stopped when the zone is started', async () => {
  const own = pick('zone2', 1);
  await stack.waitForTask((await stack.submit(own.id, 'stop')).id);
  await stack.waitForTask((await stack.submitZone('zone2', 'stop')).id);
  await stack.waitForTask((await stack.submitZone('zone2', 'start')).id);
  expect([isAlive(pick('zone2', 0)), isAlive(own)]).toEqual([true, false]);
  expect(await stack.serverStatus(own.id)).toBe('PROCESS_STOPPED');
  expect((await stack.zoneStatuses()).zone2).toBe('RUNNING');
  await stack.waitForTask((await stack.submit(own.id, 'start')).id);
  expect(await stack.serverStatus(own.id)).toBe('RUNNING');
});

test('a restart: every process is another one, and the zone serves again', async () => {
  const pids = () => serversOf('zone3').map(({ home }) => readFileSync(`${home}/run/observer.pid`, 'utf8'));
  const before = pids();
  const ended = await stack.waitForTask((await stack.submitZone('zone3', 'restart')).id);
  expect(ended.name).toBe('Restart OB zone');
  expect(pids().filter((pid) => before.includes(pid))).toEqual([]);
  expect(await kernelZone('zone3')).toBe('ACTIVE');
  expect(await stack.zoneStatuses()).toEqual({ zone1: 'RUNNING', zone2: 'RUNNING', zone3: 'RUNNING' });
  const claims = stack.servers.map(({ ip, port }) => {
    return { address: `${ip}:${port}`, state: 'serving' as const, isRolledBack: false };
  });
  await assertInvariants(stack, { claims });
});
