/** Servers join a running cluster and leave it, on real processes; what is left behind is looked at from outside. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { operationPlan } from '@openocp/contract';
import { addHost, type NewHost, readAgentJournal, type Stack, startStack, waitFor } from '@openocp/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';

let stack: Stack;
let host: NewHost;

beforeAll(async () => {
  stack = await startStack({ serversPerZone: 1, observerOptions: { __sim_time_scale: '0.5' } });
  await stack.takeOver();
  host = await addHost(stack, 'zone2');
}, 120_000);

afterAll(() => stack?.stop());

const listedServers = z.object({
  contents: z.array(
    z.looseObject({ id: z.int(), ip: z.string(), status: z.string(), hostId: z.int(), zoneName: z.string() }),
  ),
});

async function listServers() {
  const path = `/api/v2/ob/clusters/${stack.clusterId}/servers`;
  return (await stack.api.data(listedServers, 'GET', path)).contents;
}

async function serverAt(ip: string) {
  return (await listServers()).find((server) => server.ip === ip);
}

function planOf(path: string, body: unknown) {
  return stack.api.data(operationPlan, 'POST', `/api/v2/ob/clusters/${stack.clusterId}/${path}/plan`, body);
}

function kernelRows(ip: string) {
  const [first] = stack.cluster.servers;
  if (first === undefined) throw new Error('no servers');
  return stack.sql(first, `SELECT status, zone FROM oceanbase.DBA_OB_SERVERS WHERE svr_ip = '${ip}'`);
}

async function countReplicas(ip: string): Promise<number> {
  const [first] = stack.cluster.servers;
  if (first === undefined) throw new Error('no servers');
  const query = `SELECT COUNT(*) AS held FROM oceanbase.CDB_OB_LS_LOCATIONS WHERE svr_ip = '${ip}'`;
  return Number((await stack.sql(first, query))[0]?.held);
}

function pidOf({ home }: { readonly home: string }): number {
  return Number(readFileSync(join(home, 'run/observer.pid'), 'utf8'));
}

describe('a server is added', () => {
  test('its plan changes nothing and names every subtask', async () => {
    const plan = await planOf('servers', { zoneName: 'zone2', servers: [host.hostId] });
    expect(plan.verdict).toBe('SAFE');
    expect(plan.subtasks.map(({ name }) => name)).toEqual([
      'Prepare add observer',
      'Reserve host',
      'Pre check for install OB',
      'Wait node',
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
    expect(await serverAt(host.ip)).toBeUndefined();
    expect(await kernelRows(host.ip)).toEqual([]);
    expect(existsSync(join(host.home, 'run/observer.pid'))).toBe(false);
  });

  test('to a zone or on a host that is not there, or a host that has a server: refused, and nothing is left', async () => {
    const path = `/api/v2/ob/clusters/${stack.clusterId}/servers`;
    const codeOf = async (body: unknown) => (await stack.api.call('POST', path, body)).body.error?.code;
    expect(await codeOf({ zoneName: 'zone9', servers: [host.hostId] })).toBe(12002);
    expect(await codeOf({ zoneName: 'zone2', servers: [999_999] })).toBe(7005);
    const used = (await listServers())[0]?.hostId;
    expect(await codeOf({ zoneName: 'zone2', servers: [used] })).toBe(1001);
    expect(await codeOf({ zoneName: 'zone2', servers: [] })).toBe(1001);
    expect(await listServers()).toHaveLength(3);
  });

  test('it runs from its own home, belongs to its zone, and is shown RUNNING', async () => {
    const task = await stack.submitTo('servers', { zoneName: 'zone2', servers: [host.hostId] });
    await stack.waitForTask(task.id);
    expect(await serverAt(host.ip)).toMatchObject({
      status: 'RUNNING',
      zoneName: 'zone2',
      hostId: host.hostId,
    });
    expect(await kernelRows(host.ip)).toEqual([{ status: 'ACTIVE', zone: 'zone2' }]);
    const starts = readAgentJournal(stack.folder, host.ip).filter(({ phase }) => phase === 'spawn');
    expect(starts, 'with its parameters, and once more without').toHaveLength(2);
    const [, last] = starts;
    expect(last?.command.taskId).toBe(task.id);
    expect(existsSync(`/proc/${pidOf(host)}`)).toBe(true);
  });
});

describe('a server is deleted', () => {
  test('one whose zone would keep no other with its data: refused with the reason', async () => {
    const [only] = (await listServers()).filter(({ zoneName }) => zoneName === 'zone1');
    const plan = await planOf('servers/batchDelete', { servers: [only?.id] });
    expect(plan.verdict).toBe('BLOCKED');
    expect(plan.checks.filter(({ result }) => result === 'FAIL').map(({ name }) => name)).toEqual([
      'room-in-zone',
    ]);
    const path = `/api/v2/ob/clusters/${stack.clusterId}/servers/batchDelete`;
    const answer = await stack.api.call('POST', path, { servers: [only?.id] });
    expect([answer.status, answer.body.error?.code]).toEqual([400, 11080]);
    expect(await listServers()).toHaveLength(4);
  });

  test('while the kernel still moves its data a deletion can be taken back: the server serves on with all it held', async () => {
    const [old] = stack.servers.filter(({ zone }) => zone === 'zone2');
    if (old === undefined) throw new Error('no server in zone2');
    const pid = pidOf(old);
    const held = await countReplicas(old.ip);
    expect(held).toBeGreaterThan(0);
    const newcomer = { ip: host.ip, sqlPort: old.sqlPort };
    await stack.sql(newcomer, 'CALL dbms_sim.slow_replica_copy(3600000)');
    const { id } = await stack.submitTo('servers/batchDelete', { servers: [old.id] });
    const waiting = await waitFor(
      'the kernel to be asked',
      async () => {
        const { subtasks } = await stack.fetchTask(id);
        const [found] = subtasks.filter(({ waitingFor }) =>
          waitingFor?.what.includes('removed by the kernel'),
        );
        return (await kernelRows(old.ip))[0]?.status === 'DELETING' ? found : undefined;
      },
      { timeoutMs: 30_000 },
    );
    expect(await serverAt(old.ip)).toMatchObject({ status: 'DELETING' });
    await stack.commandSubtask(id, waiting.id, 'cancel');
    expect((await stack.waitForEnd(id)).status).toBe('FAILED');
    expect((await kernelRows(old.ip))[0]?.status, 'a cancel alone takes nothing back').toBe('DELETING');
    await stack.command(id, 'rollback');
    expect(await stack.waitForEnd(id)).toMatchObject({ status: 'SUCCESSFUL', operation: 'ROLLBACK' });
    await stack.sql(newcomer, 'CALL dbms_sim.slow_replica_copy(0)');
    expect(await kernelRows(old.ip)).toEqual([{ status: 'ACTIVE', zone: 'zone2' }]);
    expect(await serverAt(old.ip)).toMatchObject({ id: old.id, status: 'RUNNING' });
    expect([await countReplicas(old.ip), pidOf(old)]).toEqual([held, pid]);
    const signals = readAgentJournal(stack.folder, old.ip).filter(({ command }) => command.taskId === id);
    expect(signals).toEqual([]);
  });

  test('the kernel removes it, its process ends by one signal, its files stay, its host is free', async () => {
    const server = await serverAt(host.ip);
    const pid = pidOf(host);
    const task = await stack.submitTo('servers/batchDelete', { servers: [server?.id] });
    await stack.waitForTask(task.id);
    expect(await kernelRows(host.ip)).toEqual([]);
    expect(await serverAt(host.ip)).toBeUndefined();
    expect(existsSync(`/proc/${pid}`)).toBe(false);
    expect(existsSync(join(host.home, 'etc/observer.config.bin'))).toBe(true);
    const signals = readAgentJournal(stack.folder, host.ip).filter(
      ({ phase, command }) => phase === 'signal' && command.taskId === task.id,
    );
    expect(signals.map(({ detail }) => detail.pid)).toEqual([pid]);
  });

  test('a home with the data of an earlier server does not become a new one; rolled back, nothing is left', async () => {
    const task = await stack.submitTo('servers', { zoneName: 'zone2', servers: [host.hostId] });
    const failed = await stack.waitForEnd(task.id);
    expect(failed.status).toBe('FAILED');
    await stack.command(task.id, 'rollback');
    await stack.waitForEnd(task.id);
    expect(await serverAt(host.ip)).toBeUndefined();
    expect(await kernelRows(host.ip)).toEqual([]);
  });
});

test('a server is replaced: the new one serves before the old one leaves', async () => {
  const next = await addHost(stack, 'zone3');
  const [old] = (await listServers()).filter(({ zoneName }) => zoneName === 'zone3');
  const task = await stack.submitTo(`servers/${old?.id}/replace`, { hostId: next.hostId });
  await stack.waitForTask(task.id);
  const zone = (await listServers()).filter(({ zoneName }) => zoneName === 'zone3');
  expect(zone.map(({ ip, status }) => ({ ip, status }))).toEqual([{ ip: next.ip, status: 'RUNNING' }]);
  expect(await kernelRows(old?.ip ?? '')).toEqual([]);
});

test('of a host that is lost nothing is asked: its server leaves the cluster, and its process is left alone', async () => {
  const lost = await addHost(stack, 'zone1');
  await stack.waitForTask(
    (await stack.submitTo('servers', { zoneName: 'zone1', servers: [lost.hostId] })).id,
  );
  await stack.agents.find(({ host: ip }) => ip === lost.ip)?.process.kill();
  const server = await serverAt(lost.ip);
  const body = { servers: [server?.id], skipHostOperation: true };
  const task = await stack.waitForTask((await stack.submitTo('servers/batchDelete', body)).id);
  expect([await kernelRows(lost.ip), await serverAt(lost.ip)]).toEqual([[], undefined]);
  expect(existsSync(`/proc/${pidOf(lost)}`)).toBe(true);
  const commands = readAgentJournal(stack.folder, lost.ip).filter(
    ({ command }) => command.taskId === task.id,
  );
  expect(commands).toEqual([]);
});
