/** The database itself misbehaves between two steps of a stop: whatever cannot be proven safe is refused, with its reason. */
import { existsSync } from 'node:fs';
import {
  assertInvariants,
  type Death,
  readAgentJournal,
  type Stack,
  type StackServer,
  type StackTask,
  startStack,
  waitFor,
} from '@openocp/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { keepData } from './data-folder.ts';
import { expectCleanSlate, expectFailure, expectGoal, prepare } from './operation-case.ts';
import { subjectOf } from './operation-fixtures.ts';
import { pidOf, revive } from './scenario-run.ts';

let stack: Stack;
/** What the tests themselves have killed. */
const deaths: Death[] = [];

beforeAll(async () => {
  stack = await startStack({ serversPerZone: 1, observerOptions: { __sim_time_scale: '0.2' } });
  await keepData(stack);
});

afterEach(async () => {
  for (const server of stack.servers) await reviveObserver(server);
});

afterAll(() => stack?.stop());

/** kill -9, which nobody announces. */
function killObserver(server: StackServer): void {
  const pid = pidOf(server);
  deaths.push({ pid, time: Date.now() });
  process.kill(pid, 'SIGKILL');
}

/** Starts one that a test has killed. */
async function reviveObserver(server: StackServer): Promise<void> {
  const pid = pidOf(server);
  if (deaths.some((death) => death.pid === pid) && !existsSync(`/proc/${pid}`)) await revive(stack, server);
}

function otherThan(server: StackServer): StackServer {
  const found = stack.servers.findLast(({ id }) => id !== server.id);
  if (found === undefined) throw new Error('the stack has one server');
  return found;
}

/** Holds a stop before a subtask, lets something happen, and waits for how it ends. */
async function stopWith(
  subtask: string,
  happens: (target: StackServer) => Promise<void> | void,
): Promise<StackTask> {
  const fixture = await prepare(stack, 'server-stop');
  stack.setFaults([{ at: `step|server-stop|${subtask}|before`, do: 'hold' }]);
  const { id } = await fixture.submit(stack);
  await stack.waitForFault();
  await happens(subjectOf(stack));
  stack.setFaults([]);
  return stack.waitForEnd(id);
}

function failureOf(task: StackTask): string {
  return task.subtasks.find(({ status }) => status === 'FAILED')?.failure ?? '';
}

async function expectNoSignal(task: StackTask): Promise<void> {
  const { ip } = subjectOf(stack);
  const lines = readAgentJournal(stack.folder, ip).filter(({ command }) => command.taskId === task.id);
  expect(lines.filter(({ phase }) => phase === 'signal')).toEqual([]);
  await assertInvariants(stack, { deaths });
}

async function rollBack(task: StackTask): Promise<void> {
  await stack.command(task.id, 'rollback');
  await expectCleanSlate(stack, 'server-stop', await stack.waitForTask(task.id), deaths);
}

test('another server crashes between the check and STOP SERVER: the stop is refused and says why', async () => {
  const task = await stopWith('Stop server', (target) => killObserver(otherThan(target)));
  expectFailure(task, 'Stop server');
  expect(failureOf(task)).toMatch(/4179|majority|no leader/);
  await expectNoSignal(task);
  await reviveObserver(otherThan(subjectOf(stack)));
  await rollBack(task);
});

test('another server crashes between STOP SERVER and the signal: no signal is sent, and the failure names the log streams', async () => {
  const task = await stopWith('Stop observer process', (target) => killObserver(otherThan(target)));
  expectFailure(task, 'Stop observer process');
  expect(failureOf(task)).toMatch(/log streams?/);
  await expectNoSignal(task);
  await reviveObserver(otherThan(subjectOf(stack)));
  await rollBack(task);
});

test('a follower falls behind between STOP SERVER and the signal: no signal is sent, and the failure names it', async () => {
  const streams = [
    [1, 1],
    [1002, 1],
    [1002, 1001],
  ] as const;
  const lag = async (seconds: number) => {
    const follower = otherThan(subjectOf(stack));
    for (const [tenant, ls] of streams)
      await stack.sql(follower, `CALL dbms_sim.lag_log(${tenant}, ${ls}, ${seconds})`);
  };
  const task = await stopWith('Stop observer process', async (target) => {
    await lag(60);
    const query = `SELECT MAX(l) AS behind FROM (SELECT MAX(end_scn) - MIN(end_scn) AS l FROM oceanbase.GV$OB_LOG_STAT
      WHERE svr_ip <> '${target.ip}' GROUP BY tenant_id, ls_id) t`;
    const isBehind = async () => {
      const [row] = await stack.sql(otherThan(target), query);
      return Number(row?.behind) > 6e9 ? true : undefined;
    };
    await waitFor('the follower to be behind', isBehind, { timeoutMs: 60_000 });
  });
  await lag(0);
  expectFailure(task, 'Stop observer process');
  expect(failureOf(task)).toMatch(/5 s behind/);
  await expectNoSignal(task);
  await rollBack(task);
});

test('leaders that do not move: the stop waits and sends no signal; cancelled and rolled back, the server serves', async () => {
  const fixture = await prepare(stack, 'server-stop');
  const target = subjectOf(stack);
  await waitForLeader(target);
  await stack.sql(target, 'CALL dbms_sim.refuse_leader_moves()');
  const { id } = await fixture.submit(stack);
  const running = await waitFor(
    'STOP SERVER to be applied, and to wait',
    async () => {
      const [row] = await stack.sql(
        otherThan(target),
        `SELECT stop_time FROM oceanbase.DBA_OB_SERVERS WHERE svr_ip = '${target.ip}'`,
      );
      const task = await stack.fetchTask(id);
      const waiting = task.subtasks.find(({ waitingFor }) => waitingFor !== undefined);
      return row?.stop_time !== null && waiting !== undefined ? waiting : undefined;
    },
    { timeoutMs: 30_000 },
  );
  expect([running.name, running.status]).toEqual(['Stop server', 'RUNNING']);
  await stack.commandSubtask(id, running.id, 'cancel');
  const task = await stack.waitForEnd(id);
  expectFailure(task, 'Stop server');
  await expectNoSignal(task);
  await stack.sql(target, 'CALL dbms_sim.refuse_leader_moves(0)');
  await rollBack(task);
});

async function waitForLeader(server: StackServer): Promise<void> {
  const query = `SELECT 1 FROM oceanbase.CDB_OB_LS_LOCATIONS WHERE role = 'LEADER' AND svr_ip = '${server.ip}'`;
  await waitFor(
    `${server.ip} to lead something`,
    async () => ((await stack.sql(otherThan(server), query)).length > 0 ? true : undefined),
    { timeoutMs: 60_000 },
  );
}

test('an observer that ignores the graceful signal is killed in the end, once each', async () => {
  await prepare(stack, 'server-stop');
  const target = subjectOf(stack);
  await stack.sql(target, 'CALL dbms_sim.ignore_signals()');
  // With force the patience is 12 s instead of 30 s.
  const { id } = await stack.submit(target.id, 'stop', { force: true });
  const task = await stack.waitForTask(id);
  const signals = readAgentJournal(stack.folder, target.ip).filter(
    ({ phase, command }) => phase === 'signal' && command.taskId === task.id,
  );
  expect(signals.map(({ detail }) => detail.signal)).toEqual(['SIGUSR1', 'SIGKILL']);
  await expectGoal(stack, 'server-stop', task, deaths);
});

test('the server that hosts the root service is stopped: the root service moves, and the stop goes on', async () => {
  await prepare(stack, 'server-stop');
  const query = `SELECT svr_ip FROM oceanbase.GV$OB_LOG_STAT WHERE tenant_id = 1 AND ls_id = 1 AND role = 'LEADER'`;
  const [row] = await stack.sql(subjectOf(stack), query);
  const host = stack.servers.find(({ ip }) => ip === row?.svr_ip);
  if (host === undefined) throw new Error('nobody hosts the root service');
  const task = await stack.waitForTask((await stack.submit(host.id, 'stop')).id);
  const claim = { address: `${host.ip}:${host.port}`, isRolledBack: false };
  await assertInvariants(stack, { claims: [{ ...claim, state: 'stopped' }], deaths });
  expect(task.status).toBe('SUCCESSFUL');
  await stack.waitForTask((await stack.submit(host.id, 'start')).id);
  await assertInvariants(stack, { claims: [{ ...claim, state: 'serving' }], deaths });
});
