/** The main job, through real processes: seen by the API, by an independent SQL connection, and by the host. */
import { existsSync, readFileSync } from 'node:fs';
import { readAgentJournal, type Stack, type StackServer, startStack, waitFor } from '@openocp/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack();
  await stack.takeOver();
});

afterAll(() => stack?.stop());

function pick(index: number): StackServer {
  const server = stack.servers[index];
  if (server === undefined) throw new Error(`no server ${index}`);
  return server;
}

function pidOf(server: StackServer): number {
  return Number(readFileSync(`${server.home}/run/observer.pid`, 'utf8'));
}

async function kernelRow(witness: StackServer, server: StackServer) {
  const rows = await stack.sql(
    witness,
    `SELECT status, stop_time FROM oceanbase.DBA_OB_SERVERS WHERE svr_ip = '${server.ip}' AND svr_port = ${server.port}`,
  );
  return rows[0];
}

async function leadersOn(witness: StackServer, server: StackServer): Promise<number> {
  const rows = await stack.sql(
    witness,
    `SELECT COUNT(*) AS leaders FROM oceanbase.CDB_OB_LS_LOCATIONS WHERE role = 'LEADER' AND svr_ip = '${server.ip}' AND svr_port = ${server.port}`,
  );
  return Number(rows[0]?.leaders);
}

const zones = z.object({ contents: z.array(z.looseObject({ name: z.string(), status: z.string() })) });
const cluster = z.looseObject({ status: z.string(), serverCount: z.int(), zones: z.array(z.unknown()) });

test('a stop ends with the process gone, the kernel marking it stopped, its leaders elsewhere and the rest serving', async () => {
  const [target, witness] = [pick(0), pick(2)];
  const pid = pidOf(target);
  const statuses = new Set<string>();
  const submitted = await stack.submit(target.id, 'stop');
  expect(['RUNNING', 'READY']).toContain(
    submitted.subtasks.find((each) => each.upstreams.length === 0)?.status,
  );
  const during = await stack.api.data(cluster, 'GET', `/api/v2/ob/clusters/${stack.clusterId}`);
  expect(during.status).toBe('OPERATING');
  await waitFor(
    'the task to end',
    async () => {
      statuses.add(await stack.serverStatus(target.id));
      return (await stack.fetchTask(submitted.id)).status === 'RUNNING' ? undefined : true;
    },
    { timeoutMs: 60_000 },
  );
  await stack.waitForTask(submitted.id);

  expect(existsSync(`/proc/${pid}`)).toBe(false);
  expect((await kernelRow(witness, target))?.stop_time).not.toBeNull();
  expect(await leadersOn(witness, target)).toBe(0);
  for (const other of stack.servers.filter((each) => each.id !== target.id)) {
    await expect(stack.sql(other, 'SELECT 1 AS one')).resolves.toHaveLength(1);
  }
  expect(await stack.serverStatus(target.id)).toBe('PROCESS_STOPPED');
  expect(
    [...statuses].every((status) =>
      ['SERVICE_STOPPING', 'PROCESS_STOPPING', 'PROCESS_STOPPED'].includes(status),
    ),
  ).toBe(true);
  const after = await stack.api.data(zones, 'GET', `/api/v2/ob/clusters/${stack.clusterId}/zones`);
  expect(after.contents.map((zone) => zone.status)).toEqual(['RUNNING', 'RUNNING', 'RUNNING']);
  const signals = readAgentJournal(stack.folder, target.ip).filter((line) => line.phase === 'signal');
  expect(signals.map((line) => line.detail.pid)).toEqual([pid]);
});

test('a stopped server refuses a second stop, and nothing happens', async () => {
  const answer = await stack.api.call(
    'POST',
    `/api/v2/ob/clusters/${stack.clusterId}/servers/${pick(0).id}/stop`,
  );
  expect([answer.status, answer.body.error?.code]).toEqual([400, 13003]);
  expect(answer.body.error?.message).toContain('PROCESS_STOPPED');
});

test('while a server is stopped in one zone, no server of another zone can be stopped, not even by force', async () => {
  const journal = readAgentJournal(stack.folder, pick(2).ip).length;
  for (const body of [{}, { force: true }]) {
    const answer = await stack.api.call(
      'POST',
      `/api/v2/ob/clusters/${stack.clusterId}/servers/${pick(2).id}/stop`,
      body,
    );
    expect([answer.status, answer.body.error?.code]).toEqual([400, 11080]);
    expect(answer.body.error?.message).toContain(`${pick(0).ip}:${pick(0).port}`);
  }
  expect(readAgentJournal(stack.folder, pick(2).ip)).toHaveLength(journal);
  expect(await stack.serverStatus(pick(2).id)).toBe('RUNNING');
});

test('a start brings the process back, waits until it is ready, and puts it into service', async () => {
  const [target, witness] = [pick(0), pick(2)];
  const submitted = await stack.submit(target.id, 'start');
  expect(submitted.subtasks).toHaveLength(9);
  await stack.waitForTask(submitted.id);
  expect(existsSync(`/proc/${pidOf(target)}`)).toBe(true);
  const row = await kernelRow(witness, target);
  expect([row?.status, row?.stop_time]).toEqual(['ACTIVE', null]);
  expect(await stack.serverStatus(target.id)).toBe('RUNNING');
});

test('two requests at once: one task, and a conflict that names it', async () => {
  const path = `/api/v2/ob/clusters/${stack.clusterId}/servers/${pick(1).id}/stop`;
  const answers = await Promise.all([stack.api.call('POST', path), stack.api.call('POST', path)]);
  const task = answers.find((answer) => answer.status === 200)?.body.data;
  const refused = answers.find((answer) => answer.status !== 200);
  const { id } = z.looseObject({ id: z.int() }).parse(task);
  expect([refused?.status, refused?.body.error?.code]).toEqual([409, 11020]);
  expect(refused?.body.error?.message).toContain(String(id));
  await stack.waitForTask(id);
  await stack.waitForTask((await stack.submit(pick(1).id, 'start')).id);
});

test('the log of each subtask can be read, and tells the evidence of the verdict', async () => {
  const tasks = await stack.api.data(
    z.object({
      contents: z.array(z.looseObject({ id: z.int() })),
      page: z.looseObject({ totalElements: z.int() }),
    }),
    'GET',
    '/api/v2/tasks/instances?name=stop%20ob&status=SUCCESSFUL&sort=id,asc',
  );
  const [first] = tasks.contents;
  const task = await stack.fetchTask(first?.id ?? 0);
  const prepare = task.subtasks.find((subtask) => subtask.name === 'Prepare stop observer');
  const { log } = await stack.api.data(
    z.object({ log: z.string() }),
    'GET',
    `/api/v2/tasks/instances/${task.id}/subtasks/${prepare?.id}/log`,
  );
  expect(log.split('\n')[0]).toMatch(/^#{12}\{EXECUTE\}\{.+\}#{12}$/);
  expect(log).toContain('PASS majority: All');
  expect(log).toContain('Verdict SAFE');
});
