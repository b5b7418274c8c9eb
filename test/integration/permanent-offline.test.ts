/** When a stopped server goes permanently offline, and a stop that says until when: raised, put back, started by itself. */
import { spawn } from 'node:child_process';
import { EventClient, type Stack, type StackServer, startStack, waitFor } from '@openocp/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';

let stack: Stack;
let target: StackServer;
let other: StackServer;

const shown = z.looseObject({
  id: z.int(),
  status: z.string(),
  permanentOfflineAt: z.string().nullable(),
  permanentOfflineState: z.string(),
  returnBy: z.string().optional(),
});

beforeAll(async () => {
  stack = await startStack({
    serversPerZone: 1,
    observerOptions: { __sim_time_scale: '0.2' },
    config: { syncIntervalMs: 500 },
  });
  await stack.takeOver();
  const [first, second] = stack.servers;
  if (first === undefined || second === undefined) throw new Error('no servers');
  [other, target] = [first, second];
});

afterAll(() => stack?.stop());

async function server() {
  const page = z.object({ contents: z.array(shown) });
  const { contents } = await stack.api.data(page, 'GET', `/api/v2/ob/clusters/${stack.clusterId}/servers`);
  const found = contents.find(({ id }) => id === target.id);
  if (found === undefined) throw new Error('the server is not shown');
  return found;
}

async function parameter(): Promise<string> {
  const sql = "SELECT value FROM oceanbase.GV$OB_PARAMETERS WHERE name = 'server_permanent_offline_time'";
  const rows = z.array(z.looseObject({ value: z.string() })).parse(await stack.sql(other, sql));
  return [...new Set(rows.map(({ value }) => value))].join(' ');
}

const stop = (body: object) => stack.submit(target.id, 'stop', { ...body });
const post = (body: object) =>
  stack.api.call('POST', `/api/v2/ob/clusters/${stack.clusterId}/servers/${target.id}/stop`, body);

function until(what: string, isMet: () => Promise<boolean>): Promise<true> {
  return waitFor(what, async () => ((await isMet()) ? true : undefined), { timeoutMs: 60_000 });
}

test('a running server has no deadline; one that was stopped shows it', async () => {
  expect(await server()).toMatchObject({ permanentOfflineAt: null, permanentOfflineState: 'NONE' });
  const heard = await EventClient.open(stack.api, `?clusterId=${stack.clusterId}`);
  await stack.waitForTask((await stop({})).id);
  await heard.waitFor(
    'the deadline in the stream of events',
    ({ event, data }) =>
      event === 'server' && data.id === target.id && data.permanentOfflineState === 'COUNTING',
  );
  await heard.close();
  const { permanentOfflineAt, permanentOfflineState } = await server();
  const left = Date.parse(permanentOfflineAt ?? '') - Date.now();
  expect(permanentOfflineState).toBe('COUNTING');
  expect(left).toBeGreaterThan(3_000_000);
  expect(left).toBeLessThanOrEqual(3_600_000);
  await stack.waitForTask((await stack.submit(target.id, 'start')).id);
  await until('no deadline', async () => (await server()).permanentOfflineAt === null);
});

test.each([
  [{ returnBy: 'soon' }, 'returnBy'],
  [{ returnBy: 0 }, 'returnBy'],
  [{ returnBy: '2020-01-01T00:00:00Z' }, 'returnBy'],
  [{ returnBy: 60 * 24 * 365 }, 'returnBy'],
  [{ returnBy: 60, type: 'STOP_SERVICE' }, 'returnBy'],
  [{ startAtReturnBy: true }, 'startAtReturnBy'],
])('%j is refused and leaves nothing behind', async (body, parameterName) => {
  expect(await post(body)).toMatchObject({
    status: 400,
    body: { error: { code: 1001, target: parameterName } },
  });
  expect(await server()).not.toHaveProperty('returnBy');
});

test('returnBy raises the parameter until the server is back, whatever crashes in between', async () => {
  const before = await parameter();
  const task = await stop({ returnBy: 240 });
  await stack.restartControlPlane();
  await stack.waitForTask(task.id);
  expect(await parameter()).toMatch(/^1[78]\d{3}s$/);
  await until('the new deadline', async () => {
    const { permanentOfflineAt } = await server();
    return Date.parse(permanentOfflineAt ?? '') - Date.now() > 4 * 3_600_000;
  });
  expect((await server()).returnBy).toBeDefined();
  await stack.restartControlPlane();
  await stack.waitForTask((await stack.submit(target.id, 'start')).id);
  expect(await parameter()).toBe(before);
  expect(await server()).not.toHaveProperty('returnBy');
});

/** What the product did by itself, in the name of who had asked for it, the newest first. */
async function ownDeeds(operationEvent: string) {
  const row = z.looseObject({ operatorName: z.string(), taskId: z.int().nullable(), eventInfo: z.string() });
  const path = `/api/v2/audit/events?operationEvent=${operationEvent}&size=100`;
  const { contents } = await stack.api.data(z.object({ contents: z.array(row) }), 'GET', path);
  return contents.flatMap(({ operatorName, taskId, eventInfo }) => {
    const info = z.looseObject({ byItself: z.boolean().optional() }).parse(JSON.parse(eventInfo));
    return info.byItself === true ? [{ operatorName, taskId, info }] : [];
  });
}

test('a server that others bring back: the server shows what is raised for it, the audit that it was put back', async () => {
  await stack.waitForTask((await stop({ returnBy: 240 })).id);
  const raisedValue = await parameter();
  expect(await server()).toMatchObject({ raisedOfflineTime: { formerValue: '3600s', raisedValue } });
  spawn(`${target.home}/bin/observer`, { cwd: target.home, detached: true, stdio: 'ignore' }).unref();
  const start = `ALTER SYSTEM START SERVER '${target.ip}:${target.port}'`;
  // Refused until root service reaches the new process.
  await until('the server to be started', () =>
    stack.sql(other, start).then(
      () => true,
      () => false,
    ),
  );
  await until('the parameter to be put back', async () => (await parameter()) === '3600s');
  await until('the window to be closed', async () => (await server()).returnBy === undefined);
  expect(await server()).not.toHaveProperty('raisedOfflineTime');
  expect(await ownDeeds('PARAMETER_UPDATE_OB_CLUSTER')).toEqual([
    {
      operatorName: 'admin',
      taskId: null,
      info: {
        byItself: true,
        clusterId: stack.clusterId,
        serverId: target.id,
        parameter: 'server_permanent_offline_time',
        formerValue: '3600s',
        raisedValue,
        foundValue: raisedValue,
        isPutBack: true,
      },
    },
  ]);
  await until('the server to be shown as running', async () => (await server()).status === 'RUNNING');
});

test('a value that somebody else has set meanwhile stays', async () => {
  await stack.waitForTask((await stop({ returnBy: 240 })).id);
  await stack.sql(other, "ALTER SYSTEM SET server_permanent_offline_time = '50000s'");
  await stack.waitForTask((await stack.submit(target.id, 'start')).id);
  expect(await parameter()).toBe('50000s');
  await stack.sql(other, "ALTER SYSTEM SET server_permanent_offline_time = '3600s'");
});

test('with startAtReturnBy the server starts by itself, once, also after kill -9', async () => {
  const stopping = await stop({
    returnBy: new Date(Date.now() + 1_000).toISOString(),
    startAtReturnBy: true,
  });
  await stack.waitForTask(stopping.id);
  await stack.restartControlPlane();
  await until('the server to run', async () => (await server()).status === 'RUNNING');
  const newest = await stack.newestTask();
  await stack.waitForTask(newest.id);
  expect(newest).toMatchObject({ id: stopping.id + 1, name: 'Start OB server' });
  const deeds = (await ownDeeds('START_OB_SERVER')).map(({ operatorName, taskId }) => [operatorName, taskId]);
  expect(deeds).toEqual([['admin', newest.id]]);
  expect(await parameter()).toBe('3600s');
  expect(await server()).not.toHaveProperty('returnBy');
});

test('a stop that was rolled back leaves no window and the parameter as it was', async () => {
  await stack.startFaultyControlPlane([{ at: 'step|server-stop|Stop server|before', do: 'fail' }]);
  const failed = await stack.waitForEnd((await stop({ returnBy: 240 })).id);
  expect(await parameter()).toMatch(/^1[78]\d{3}s$/);
  await stack.waitForEnd((await stack.command(failed.id, 'rollback')).id);
  expect(await parameter()).toBe('3600s');
  expect(await server()).not.toHaveProperty('returnBy');
});

test('a cluster that is moved out keeps what was raised, and the log says how to put it back', async () => {
  await stack.waitForTask((await stop({ returnBy: 240 })).id);
  const raisedValue = await parameter();
  const task = await stack.submitMoveOut();
  await stack.waitForTask(task.id);
  const prepare = task.subtasks.find(({ name }) => name === 'Prepare move out cluster');
  const path = `/api/v2/tasks/instances/${task.id}/subtasks/${prepare?.id}/log`;
  const { log } = await stack.api.data(z.object({ log: z.string() }), 'GET', path);
  expect(log).toContain(`from 3600s to ${raisedValue}, and stays so`);
  expect(log).toContain("ALTER SYSTEM SET server_permanent_offline_time = '3600s'");
  expect(await parameter()).toBe(raisedValue);
});
