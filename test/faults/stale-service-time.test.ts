/** The kernel goes on showing a process that is gone: no start is successful before it speaks of the new one. */
import {
  assertInvariants,
  type Death,
  type Stack,
  type StackServer,
  startStack,
  waitFor,
} from '@openocp/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pidOf } from './scenario-run.ts';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ serversPerZone: 1, observerOptions: { __sim_time_scale: '0.2' } });
  await stack.takeOver();
});

afterAll(() => stack?.stop());

async function findRootServer(): Promise<StackServer> {
  const query = `SELECT svr_ip FROM oceanbase.CDB_OB_LS_LOCATIONS WHERE tenant_id = 1 AND ls_id = 1 AND role = 'LEADER'`;
  const [row] = await stack.sql(stack.servers[0] ?? fail(), query);
  return stack.servers.find(({ ip }) => ip === row?.svr_ip) ?? fail();
}

function fail(): never {
  throw new Error('the stack is not as this test needs it');
}

async function shownOf(target: StackServer, root: StackServer) {
  const query = `SELECT status, start_service_time AS since FROM oceanbase.DBA_OB_SERVERS WHERE svr_ip = '${target.ip}'`;
  return (await stack.sql(root, query))[0];
}

/** Until the start waits for the kernel to notice the process that it has started. */
function waitUntilDistrusted(taskId: number) {
  return waitFor(
    'the start to wait for the kernel to notice the new process',
    async () => {
      const { status, subtasks } = await stack.fetchTask(taskId);
      if (status !== 'RUNNING')
        throw new Error(`the task is ${status} while the kernel shows another process`);
      return subtasks.find(({ waitingFor }) => JSON.stringify(waitingFor)?.includes('as before its restart'));
    },
    { timeoutMs: 30_000 },
  );
}

test('killed and started again within its lease, twice: neither start believes the time of the process before', async () => {
  const root = await findRootServer();
  const target = stack.servers.find(({ id }) => id !== root.id) ?? fail();
  await stack.sql(root, "ALTER SYSTEM SET lease_time = '300s'");
  const before = await shownOf(target, root);
  // From now on root service hears nothing of the server, wherever it runs, and the lease does not run out in this test.
  const others = stack.servers.filter(({ id }) => id !== target.id);
  for (const other of others) await stack.sql(other, `CALL dbms_sim.cut_off('${target.ip}:${target.port}')`);
  const deaths: Death[] = [];
  const kill = () => {
    deaths.push({ pid: pidOf(target), time: Date.now() });
    process.kill(pidOf(target), 'SIGKILL');
  };
  kill();
  const first = await stack.submit(target.id, 'start');
  const waiting = await waitUntilDistrusted(first.id);
  await stack.commandSubtask(first.id, waiting.id, 'cancel');
  await stack.waitForEnd(first.id);
  await stack.command(first.id, 'rollback');
  await stack.waitForTask(first.id);
  kill();
  const second = await stack.submit(target.id, 'start');
  await waitUntilDistrusted(second.id);
  expect(await shownOf(target, root)).toEqual(before);
  for (const other of others) await stack.sql(other, 'CALL dbms_sim.join_again()');
  expect((await stack.waitForTask(second.id)).status).toBe('SUCCESSFUL');
  const after = await shownOf(target, root);
  expect(after?.status).toBe('ACTIVE');
  expect(after?.since).not.toEqual(before?.since);
  const claim = { address: `${target.ip}:${target.port}`, isRolledBack: false, state: 'serving' } as const;
  await assertInvariants(stack, { claims: [claim], deaths });
});
