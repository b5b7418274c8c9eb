/** A zone joins a running cluster and leaves it, on real processes; what is left behind is looked at from outside. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { operationPlan } from '@openocp/contract';
import { addHost, type NewHost, readAgentJournal, type Stack, startStack, waitFor } from '@openocp/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';

let stack: Stack;
let host: NewHost;

beforeAll(async () => {
  stack = await startStack({
    serversPerZone: 1,
    observerOptions: { __sim_time_scale: '0.5' },
    config: { syncIntervalMs: 500 },
  });
  await stack.takeOver();
  host = await addHost(stack, 'zone4');
}, 120_000);

afterAll(() => stack?.stop());

const listed = z.object({ contents: z.array(z.looseObject({ name: z.string(), status: z.string() })) });
const submitted = z.looseObject({ id: z.int() });

function zonesPath(more = ''): string {
  return `/api/v2/ob/clusters/${stack.clusterId}/zones${more}`;
}

async function zoneNamed(name: string) {
  const { contents } = await stack.api.data(listed, 'GET', zonesPath());
  return contents.find((zone) => zone.name === name);
}

function plan(path: string, body: unknown = {}) {
  return stack.api.data(operationPlan, 'POST', zonesPath(path), body);
}

async function codeOf(method: 'POST' | 'DELETE', path: string, body?: unknown) {
  return (await stack.api.call(method, zonesPath(path), body)).body.error?.code;
}

function kernelZones() {
  const [first] = stack.cluster.servers;
  if (first === undefined) throw new Error('no servers');
  const query = `SELECT status, idc, region FROM oceanbase.DBA_OB_ZONES WHERE zone = 'zone4'`;
  return stack.sql(first, query);
}

const request = () => ({ name: 'zone4', idcName: 'idc4', servers: [host.hostId] });

test('the plan of an addition changes nothing and names every subtask', async () => {
  const { verdict, subtasks } = await plan('/plan', request());
  expect(verdict).toBe('SAFE');
  expect(subtasks.map(({ name }) => name)).toEqual([
    'Prepare add zone',
    'Reserve host',
    'Pre check for install OB',
    'Wait node',
    'Add zone',
    'Wait node',
    'Start zone',
    'Set zone idc info',
    'Install rpm',
    'Wait node',
    'Make dir for ob',
    'Wait node',
    'Start observer process with param',
    'Wait node',
    'Add observer',
    'Wait observer active',
    'Restart observer process',
    'Wait observer active',
    'Start ocp agent service',
    'Wait node',
    'Update observer status',
    'Wait node',
    'Update zone status',
    'Sync cluster info',
    'Update OB cluster status',
  ]);
  expect(await kernelZones()).toEqual([]);
});

test('a name that is taken or cannot be one, a host that is not there: refused, and nothing is left', async () => {
  expect(await codeOf('POST', '', { ...request(), name: 'zone1' })).toBe(12003);
  expect(await codeOf('POST', '', { ...request(), name: "zone'4" })).toBe(1001);
  expect(await codeOf('POST', '', { ...request(), servers: [999_999] })).toBe(7005);
  expect(await codeOf('POST', '', { ...request(), servers: [] })).toBe(1001);
  expect(await kernelZones()).toEqual([]);
});

test('a zone with data, and one that is not there, are not deleted; the refusal names the tenants', async () => {
  expect(await codeOf('DELETE', '/zone9')).toBe(12002);
  expect(await codeOf('DELETE', '/zone1')).toBe(12007);
  const { verdict, checks } = await plan('/zone1/delete/plan');
  expect(verdict).toBe('BLOCKED');
  const failed = checks.filter(({ result }) => result === 'FAIL');
  expect(failed.map(({ name }) => name)).toEqual(['locality', 'holds-nothing']);
  expect(failed[0]?.evidence).toContain('tenant sys (1)');
  expect((await zoneNamed('zone1'))?.status).toBe('RUNNING');
});

test('an added zone is active in its IDC, and its server serves', async () => {
  await stack.waitForTask((await stack.submitTo('zones', request())).id);
  expect(await kernelZones()).toEqual([{ status: 'ACTIVE', idc: 'idc4', region: 'default_region' }]);
  expect(await zoneNamed('zone4')).toMatchObject({ status: 'RUNNING', idcName: 'idc4', serverCount: 1 });
});

test('while another zone is stopped it is not deleted, for it would be stopped itself', async () => {
  await stack.waitForTask((await stack.submitZone('zone3', 'stop')).id);
  const { checks } = await plan('/zone4/delete/plan');
  expect(checks.filter(({ result }) => result === 'FAIL').map(({ name }) => name)).toEqual(['one-zone']);
  expect(await codeOf('DELETE', '/zone4')).toBe(11080);
  await stack.waitForTask((await stack.submitZone('zone3', 'start')).id);
});

test('a deleted zone is gone from the kernel and the API; its process has ended by one signal, its files stay', async () => {
  const pid = Number(readFileSync(join(host.home, 'run/observer.pid'), 'utf8'));
  const { id } = await stack.api.data(submitted, 'DELETE', zonesPath('/zone4'));
  const task = await stack.waitForTask(id);
  expect(task.subtasks.map(({ name }) => name)).toEqual([
    'Prepare delete OB zone',
    'Prepare delete observer',
    'Stop zone',
    'Delete observer',
    'Wait observer delete',
    'Stop ocp agent service',
    'Wait node',
    'Clean observer host',
    'Delete zone',
    'Unreserve host',
    'Delete zone meta info',
    'Sync cluster info',
    'Update OB cluster status',
  ]);
  expect(await kernelZones()).toEqual([]);
  expect(await zoneNamed('zone4')).toBeUndefined();
  expect(existsSync(`/proc/${pid}`)).toBe(false);
  expect(existsSync(join(host.home, 'etc/observer.config.bin'))).toBe(true);
  const signals = readAgentJournal(stack.folder, host.ip).filter(
    ({ phase, command }) => phase === 'signal' && command.taskId === id,
  );
  expect(signals.map(({ detail }) => detail.pid)).toEqual([pid]);
});

test('an addition that fails on a used home and is rolled back leaves no zone', async () => {
  const failed = await stack.waitForEnd((await stack.submitTo('zones', request())).id);
  expect(failed.status).toBe('FAILED');
  await stack.command(failed.id, 'rollback');
  await stack.waitForTask(failed.id);
  expect(await kernelZones()).toEqual([]);
  expect(await zoneNamed('zone4')).toBeUndefined();
});

test('an empty zone that somebody has added by hand is deleted, and no host is asked for anything', async () => {
  const [first] = stack.cluster.servers;
  if (first === undefined) throw new Error('no servers');
  const inKernel = () => stack.sql(first, "SELECT status FROM oceanbase.DBA_OB_ZONES WHERE zone = 'zone5'");
  await stack.sql(first, "ALTER SYSTEM ADD ZONE 'zone5' REGION 'default_region'");
  expect(await inKernel()).toEqual([{ status: 'INACTIVE' }]);
  await waitFor('the zone to be seen', () => zoneNamed('zone5'), { timeoutMs: 30_000 });
  const { verdict, checks } = await plan('/zone5/delete/plan');
  expect([verdict, checks.find(({ name }) => name === 'servers-known')?.evidence]).toEqual([
    'SAFE',
    'All 0 servers of zone zone5 are known.',
  ]);
  const { id } = await stack.api.data(submitted, 'DELETE', zonesPath('/zone5'));
  const task = await stack.waitForTask(id);
  expect(task.subtasks.map(({ name }) => name)).toEqual([
    'Prepare delete OB zone',
    'Stop zone',
    'Wait observer delete',
    'Wait node',
    'Delete zone',
    'Unreserve host',
    'Delete zone meta info',
    'Sync cluster info',
    'Update OB cluster status',
  ]);
  expect([await inKernel(), await zoneNamed('zone5')]).toEqual([[], undefined]);
  const commands = stack.agents.flatMap((agent) => readAgentJournal(stack.folder, agent.host));
  expect(commands.filter(({ command }) => command.taskId === id)).toEqual([]);
});
