/** Signals go to the recorded process and no other, whatever the pid file says and whoever starts something. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { readAgentJournal, type Stack, type StackServer, startStack, waitFor } from '@openocp/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';

let stack: Stack;
const strangers: ChildProcess[] = [];

beforeAll(async () => {
  stack = await startStack({ observerOptions: { __sim_time_scale: '0.2' } });
  await stack.takeOver();
});

afterEach(() => {
  for (const stranger of strangers.splice(0)) stranger.kill('SIGKILL');
});

afterAll(() => stack?.stop());

function pick(index: number): StackServer {
  const server = stack.servers[index];
  if (server === undefined) throw new Error(`no server ${index}`);
  return server;
}

/** A process that has nothing to do with OceanBase. */
function startStranger(cwd: string): ChildProcess {
  const stranger = spawn('sleep', ['600'], { cwd, stdio: 'ignore' });
  strangers.push(stranger);
  return stranger;
}

test('a pid file that names a stranger leads to no signal for the stranger; the observer itself is found and stopped', async () => {
  const target = pick(0);
  const stranger = startStranger(target.home);
  writeFileSync(`${target.home}/run/observer.pid`, `${stranger.pid}\n`);
  await stack.waitForTask((await stack.submit(target.id, 'stop')).id);
  expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
  expect(existsSync(`/proc/${target.pid}`)).toBe(false);
  const signals = readAgentJournal(stack.folder, target.ip).filter((line) => line.phase === 'signal');
  expect(signals.map((line) => line.detail.pid)).toEqual([target.pid]);
});

test('a stale pid file, whose pid belongs to a stranger now, does not keep the server from starting', async () => {
  const target = pick(0);
  const stranger = startStranger('/');
  writeFileSync(`${target.home}/run/observer.pid`, `${stranger.pid}\n`);
  await stack.waitForTask((await stack.submit(target.id, 'start')).id);
  expect(stranger.exitCode ?? stranger.signalCode).toBeNull();
  expect(Number(readFileSync(`${target.home}/run/observer.pid`, 'utf8'))).not.toBe(stranger.pid);
});

test('an observer that comes back by itself is not called stopped, and its successor is not touched', async () => {
  const target = pick(1);
  await stack.sql(target, 'CALL dbms_sim.come_back(1)');
  const task = await stack.submit(target.id, 'stop');
  const failed = await waitFor(
    'the stop to fail',
    async () => {
      const now = await stack.fetchTask(task.id);
      return now.status === 'RUNNING' ? undefined : now;
    },
    { timeoutMs: 60_000 },
  );
  expect(failed.status).toBe('FAILED');
  const failure = failed.subtasks.find((subtask) => subtask.failure !== undefined);
  expect(failure?.name).toBe('Wait observer stop');
  expect(failure?.failure).toMatch(
    /A new process \(pid \d+\) runs in .*: something outside OpenOCP started it again/,
  );
  const signals = readAgentJournal(stack.folder, target.ip).filter((line) => line.phase === 'signal');
  expect(signals.map((line) => line.detail.pid)).toEqual([target.pid]);
});
