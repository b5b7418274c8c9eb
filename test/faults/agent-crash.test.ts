/** The agent dies, freezes or is slow around the one signal of a stop: the stop ends well, and the signal was one. */
import { existsSync, readFileSync } from 'node:fs';
import {
  type JournalLine,
  readAgentJournal,
  readObserverEffects,
  type Stack,
  type StackServer,
  startStack,
  waitFor,
} from '@openocp/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';

let stack: Stack;

beforeAll(async () => {
  // A graceful stop takes 3 s here: time to break the agent between signal and answer.
  stack = await startStack({ observerOptions: { __sim_time_scale: '0.2', __sim_graceful_ms: '3000' } });
  await stack.takeOver();
});

afterAll(() => stack?.stop());

function pick(index: number): StackServer {
  const server = stack.servers[index];
  if (server === undefined) throw new Error(`no server ${index}`);
  return server;
}

function signalsOf(server: StackServer): JournalLine[] {
  return readAgentJournal(stack.folder, server.ip).filter((line) => line.phase === 'signal');
}

/** By the observer's own record: the agent announces a signal before it sends it, and must not be broken in between. */
async function waitForSignal(server: StackServer): Promise<void> {
  const hasHeard = () => readObserverEffects(server.home).some(({ event }) => event === 'signal');
  await waitFor('the signal to arrive', () => (hasHeard() ? true : undefined), {
    timeoutMs: 30_000,
    intervalMs: 10,
  });
}

test('killed between signal and answer, and started again', async () => {
  const target = pick(0);
  const task = await stack.submit(target.id, 'stop');
  await waitForSignal(target);
  expect(existsSync(`/proc/${target.pid}`), 'it is still ending').toBe(true);
  await stack.restartAgent(target.ip);
  await stack.waitForTask(task.id);
  expect(existsSync(`/proc/${target.pid}`)).toBe(false);
  expect(signalsOf(target).map((line) => line.detail.pid)).toEqual([target.pid]);
  await stack.waitForTask((await stack.submit(target.id, 'start')).id);
});

test('frozen between signal and answer, and thawed', async () => {
  const target = pick(1);
  const agent = stack.agents.find((each) => each.host === target.ip);
  const task = await stack.submit(target.id, 'stop');
  await waitForSignal(target);
  agent?.process.signal('SIGSTOP');
  await waitFor('the observer to be gone', () => (existsSync(`/proc/${target.pid}`) ? undefined : true), {
    timeoutMs: 30_000,
  });
  agent?.process.signal('SIGCONT');
  await stack.waitForTask(task.id);
  expect(signalsOf(target).map((line) => line.detail.pid)).toEqual([target.pid]);
  await stack.waitForTask((await stack.submit(target.id, 'start')).id);
});

test('an agent frozen on another host is noted, and holds up nothing', async () => {
  const [target, other] = [pick(0), pick(5)];
  const agent = stack.agents.find((each) => each.host === other.ip);
  agent?.process.signal('SIGSTOP');
  try {
    await stack.waitForTask((await stack.submit(target.id, 'stop')).id);
    expect(await stack.serverStatus(target.id)).toBe('PROCESS_STOPPED');
    expect(await stack.serverStatus(other.id)).toBe('RUNNING');
  } finally {
    agent?.process.signal('SIGCONT');
  }
});

test('an observer frozen elsewhere is noted, and holds up nothing', async () => {
  // In one zone, so that no log stream has members on both.
  const [target, frozen] = [pick(0), pick(1)];
  expect(frozen.zone).toBe(target.zone);
  const pid = Number(readFileSync(`${frozen.home}/run/observer.pid`, 'utf8'));
  await stack.waitForTask((await stack.submit(target.id, 'start')).id);
  process.kill(pid, 'SIGSTOP');
  try {
    const path = `/api/v2/ob/clusters/${stack.clusterId}/servers/${target.id}/stop`;
    const answer = await waitFor(
      'the leaders of the frozen server to be elected elsewhere',
      async () => {
        const tried = await stack.api.call('POST', path);
        return tried.status === 200 ? tried : undefined;
      },
      { timeoutMs: 60_000, intervalMs: 500 },
    );
    const { id } = z.looseObject({ id: z.int() }).parse(answer.body.data);
    await stack.waitForTask(id);
    expect(existsSync(`/proc/${pid}`)).toBe(true);
  } finally {
    process.kill(pid, 'SIGCONT');
  }
});
