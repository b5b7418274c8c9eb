/**
 * Two control planes on one shared database: what one leaves behind the other ends, and whoever wakes up too late writes
 * nothing and signals nobody. Judged by the agents' journals and by the rows of the database itself.
 */
import {
  assertInvariants,
  type Fault,
  type Instance,
  readAgentJournal,
  type Stack,
  startStack,
  waitFor,
} from '@openocp/testkit';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { startCuttingProxy } from '../../packages/server/src/store/cutting-proxy.ts';
import { startMariadb } from '../../packages/server/src/store/mariadb-server.ts';
import { subjectOf } from './operation-fixtures.ts';

const mariadb = await startMariadb();
const leaseMs = 2_000;

let stack: Stack;
let first: Instance;
let second: Instance;
let database: string;

function requireMariadb() {
  if (mariadb === undefined) throw new Error('this test needs MariaDB');
  return mariadb;
}

beforeAll(async () => {
  if (mariadb === undefined) return;
  database = await mariadb.createDatabase();
  stack = await startStack({
    serversPerZone: 1,
    // A graceful stop takes 3 s: longer than the lease, so that the owner changes while a signal is under way.
    observerOptions: { __sim_time_scale: '0.2', __sim_graceful_ms: '3000' },
    config: { db: database, instance: 'first', leaseMs },
  });
  await stack.takeOver();
  [first] = stack.instances as [Instance];
  second = await stack.addInstance('second');
  await second.startFaulty();
});

afterAll(async () => {
  await stack?.stop();
  await mariadb?.stop();
});

const rowCount = z.tuple([z.array(z.looseObject({ n: z.coerce.number() })), z.unknown()]);

/** Everything that is stored about a task. */
async function dump(taskId: number): Promise<unknown> {
  const name = new URL(database).pathname.slice(1);
  const tables = { task: 'id', subtask: 'task_id', task_claim: 'task_id', task_ownership: 'task_id' };
  const rows = await Promise.all(
    Object.entries(tables).map(([table, column]) =>
      requireMariadb().run(`select * from ${name}.${table} where ${column} = ${taskId}`),
    ),
  );
  const log = await requireMariadb().run(
    `select count(*) as n from ${name}.subtask_log where subtask_id in (select id from ${name}.subtask where task_id = ${taskId})`,
  );
  return [...rows.map((result) => (Array.isArray(result) ? result[0] : result)), rowCount.parse(log)[0]];
}

/** The instance has noticed that time has passed: it holds a lease again. */
async function waitForLease(instance: Instance): Promise<void> {
  const name = new URL(database).pathname.slice(1);
  const query = `select count(*) as n from ${name}.instance_lease where instance = '${instance.name === 'second' ? 'second' : 'first'}' and expire_time > unix_timestamp(now(3)) * 1000 + ${leaseMs / 2}`;
  await waitFor(
    `a lease of ${instance.name}`,
    async () => (rowCount.parse(await requireMariadb().run(query))[0][0]?.n === 1 ? true : undefined),
    { timeoutMs: 30_000 },
  );
}

function signals() {
  return readAgentJournal(stack.folder, subjectOf(stack).ip).filter((line) => line.phase === 'signal');
}

async function expectStopped(taskId: number): Promise<void> {
  const { ip, port } = subjectOf(stack);
  const claims = [{ address: `${ip}:${port}`, state: 'stopped' as const, isRolledBack: false }];
  await assertInvariants(stack, { claims });
  expect(signals().filter(({ command }) => command.taskId === taskId)).toHaveLength(1);
}

/** Waits until `second` runs the task. @returns how long that took after `since`. */
async function waitForTakeOver(taskId: number, since: number): Promise<number> {
  return waitFor(
    'the other instance to take the task over',
    async () => {
      const task = await second.tasks.fetch(taskId);
      return task.executor === 'second' ? performance.now() - since : undefined;
    },
    { timeoutMs: 30_000, intervalMs: 20 },
  );
}

describe.skipIf(mariadb === undefined)('two instances on MariaDB', () => {
  beforeEach(async () => {
    if (first.process.ended) await first.startFaulty();
    const { id } = subjectOf(stack);
    if ((await stack.serverStatus(id)) === 'RUNNING') return;
    await stack.waitForTask((await stack.submit(id, 'start')).id);
  });

  test('kill -9 of the owner: the other takes over within lease and a second, and ends the task', async () => {
    const faults: Fault[] = [{ at: 'step|server-stop|Stop observer process|before', do: 'die' }];
    await stack.startFaultyControlPlane(faults);
    const task = await stack.submit(subjectOf(stack).id, 'stop');
    await first.process.exited;
    const tookMs = await waitForTakeOver(task.id, performance.now());
    expect(tookMs).toBeLessThan(leaseMs + 1_000);
    await second.tasks.waitForSuccess(task.id);
    await expectStopped(task.id);
  });

  test('SIGSTOP of the owner after its signal: the other ends the task; thawed, it writes nothing and sends nothing', async () => {
    const task = await stack.submit(subjectOf(stack).id, 'stop');
    const isSignalled = () =>
      signals().some(({ command }) => command.taskId === task.id) ? true : undefined;
    await waitFor('the signal', isSignalled, { timeoutMs: 30_000, intervalMs: 10 });
    first.process.signal('SIGSTOP');
    await waitForTakeOver(task.id, performance.now());
    await second.tasks.waitForSuccess(task.id);
    await expectThawHarmless(task.id);
  });

  test.each([
    'step|server-stop|Stop server|before',
    'step|server-stop|Stop observer process|before',
    'step|server-stop|Wait observer stop|after',
    'commit|3|before',
    'commit|4|after',
  ] as const)('frozen at %s past its lease: the same', async (at) => {
    await stack.startFaultyControlPlane([{ at, do: 'freeze' }]);
    const task = await stack.submit(subjectOf(stack).id, 'stop');
    await first.waitForFault();
    await second.tasks.waitForSuccess(task.id);
    await expectThawHarmless(task.id);
  });

  async function expectThawHarmless(taskId: number): Promise<void> {
    await expectStopped(taskId);
    const before = await dump(taskId);
    first.process.signal('SIGCONT');
    await waitForLease(first);
    // It answers requests again, and to the same effect.
    expect((await first.tasks.fetch(taskId)).status).toBe('SUCCESSFUL');
    expect(await dump(taskId)).toEqual(before);
    await expectStopped(taskId);
  }

  test.each(['before', 'after'] as const)(
    'the database connection is cut %s the server sees COMMIT, again and again: nothing is lost or doubled',
    async (when) => {
      const proxy = await startCuttingProxy(requireMariadb().port);
      try {
        const url = new URL(database);
        url.port = String(proxy.port);
        const cut = await stack.addInstance(`cut-${when}`, { db: url.href });
        await cut.start();
        await first.process.kill();
        await second.process.kill();
        proxy.cutAt('commit', when);
        const { id } = subjectOf(stack);
        const task = await cut.tasks.submit(`/api/v2/ob/clusters/${stack.clusterId}/servers/${id}/stop`);
        await cut.tasks.waitForSuccess(task.id, () => proxy.cutAt('commit', when));
        expect(proxy.cuts).toBeGreaterThan(4);
        await expectStopped(task.id);
        await cut.end();
      } finally {
        await proxy.stop();
        await second.startFaulty();
        await first.startFaulty();
      }
    },
  );
});
