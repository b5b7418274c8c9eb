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
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { startCuttingProxy } from '../../packages/server/src/store/cutting-proxy.ts';
import { startMariadb } from '../../packages/server/src/store/mariadb-server.ts';
import { subjectOf } from './operation-fixtures.ts';

const mariadb = await startMariadb();
const leaseMs = 1_500;
/** COM_QUERY and its text: nothing else on the wire looks like it. */
const commitCommand = '\u0003commit';

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
    // A graceful stop takes 2.5 s: longer than the lease, so that the owner changes while a signal is under way.
    observerOptions: { __sim_time_scale: '0.2', __sim_graceful_ms: '2500' },
    config: { db: database, instance: 'first', leaseMs, syncIntervalMs: 1_000 },
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

const databaseRows = z.tuple([z.array(z.record(z.string(), z.unknown())), z.unknown()]);

async function read(query: string): Promise<Record<string, unknown>[]> {
  return databaseRows.parse(await requireMariadb().run(query))[0];
}

function tableOf(name: string): string {
  return `${new URL(database).pathname.slice(1)}.${name}`;
}

/** Every row that is stored about a task. */
async function dump(taskId: number): Promise<unknown> {
  const parts = ['subtask', 'claim', 'task_ownership', 'subtask_log'];
  const queries = parts.map((name) => `select * from ${tableOf(name)} where task_id = ${taskId}`);
  return Promise.all([`select * from ${tableOf('task')} where id = ${taskId}`, ...queries].map(read));
}

/** The first instance has noticed that time has passed: it holds a lease again. */
async function waitForLease(): Promise<void> {
  const query = `select 1 from ${tableOf('instance_lease')} where instance = 'first' and expire_time > unix_timestamp(now(3)) * 1000`;
  await waitFor('a lease', async () => ((await read(query)).length === 1 ? true : undefined), {
    timeoutMs: 30_000,
  });
}

function signals() {
  return readAgentJournal(stack.folder, subjectOf(stack).ip).filter((line) => line.phase === 'signal');
}

async function expectStopped(taskId: number): Promise<void> {
  const { ip, port } = subjectOf(stack);
  const claims = [{ address: `${ip}:${port}`, state: 'stopped' as const, isRolledBack: false }];
  // Said here, because the control plane that would list them may be frozen or dead.
  await assertInvariants(stack, { claims, wholeClusterTasks: [] });
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
    const newest = await stack.newestTask();
    if (newest.status === 'FAILED') await stack.waitForTask((await stack.command(newest.id, 'rollback')).id);
    if ((await stack.serverStatus(id)) === 'RUNNING') return;
    await stack.waitForTask((await stack.submit(id, 'start')).id);
  });

  afterEach(() => first.process.signal('SIGCONT'));

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

  test.each(['first', 'second'])(
    'while the %s is away the cluster is looked at by the other',
    async (name) => {
      const away = name === 'first' ? first : second;
      const lastLook = async () =>
        Number((await read(`select sync_time from ${tableOf('cluster')}`))[0]?.sync_time);
      away.process.signal('SIGSTOP');
      try {
        const frozenAt = Date.now();
        // Looks that the frozen one had begun end before the other has waited for its lease.
        const look = async () => ((await lastLook()) > frozenAt + leaseMs ? true : undefined);
        await waitFor('a look by the other', look, { timeoutMs: 30_000 });
      } finally {
        away.process.signal('SIGCONT');
      }
    },
  );

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

  describe('a command given to the other instance', () => {
    const held: Fault = { at: 'step|server-stop|Prepare stop observer|before', do: 'hold' };

    afterEach(() => second.setFaults([]));

    /** A stop that the first instance runs, and that nobody gets on with. */
    async function submitHeld(): Promise<{ taskId: number; subtaskId: number }> {
      await stack.startFaultyControlPlane([held]);
      second.setFaults([held]);
      const { id, subtasks } = await stack.submit(subjectOf(stack).id, 'stop');
      await first.waitForFault();
      return { taskId: id, subtaskId: subtasks[0]?.id ?? 0 };
    }

    async function expectCancelled(taskId: number): Promise<void> {
      const task = await second.tasks.waitForEnd(taskId);
      expect(task.status).toBe('FAILED');
      expect(task.subtasks[0]?.failure).toMatch(/^Cancelled by admin/);
    }

    test('is carried out by the owner, once, and refused the second time', async () => {
      const { taskId, subtaskId } = await submitHeld();
      await second.tasks.commandSubtask(taskId, subtaskId, 'cancel');
      await expectCancelled(taskId);
      expect((await second.tasks.fetch(taskId)).executor).toBe('first');
      await expect(second.tasks.commandSubtask(taskId, subtaskId, 'cancel')).rejects.toThrow(/state FAILED/);
    });

    test('is carried out by the next owner when the first is frozen; thawed, that one writes nothing', async () => {
      const { taskId, subtaskId } = await submitHeld();
      first.process.signal('SIGSTOP');
      await second.tasks.commandSubtask(taskId, subtaskId, 'cancel');
      await expectCancelled(taskId);
      const before = await dump(taskId);
      first.process.signal('SIGCONT');
      await waitForLease();
      expect(await dump(taskId)).toEqual(before);
    });
  });

  async function expectThawHarmless(taskId: number): Promise<void> {
    await expectStopped(taskId);
    const before = await dump(taskId);
    first.process.signal('SIGCONT');
    await waitForLease();
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
        proxy.cutAt(commitCommand, when);
        const { id } = subjectOf(stack);
        const task = await cut.tasks.submit(`/api/v2/ob/clusters/${stack.clusterId}/servers/${id}/stop`);
        await cut.tasks.waitForSuccess(task.id, () => proxy.cutAt(commitCommand, when));
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
