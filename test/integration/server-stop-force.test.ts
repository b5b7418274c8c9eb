/** Force: goes past named checks and says which; never past the check for a second zone. */
import { existsSync, readFileSync } from 'node:fs';
import { readAgentJournal, type Stack, type StackServer, startStack } from '@openocp/testkit';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';

let stack: Stack;

beforeEach(async () => {
  stack = await startStack({ observerOptions: { __sim_time_scale: '0.2' } });
  await stack.takeOver();
});

afterEach(() => stack?.stop());

function serverOf(zone: string, index = 0): StackServer {
  const found = stack.servers.filter((server) => server.zone === zone)[index];
  if (found === undefined) throw new Error(`no server ${index} in ${zone}`);
  return found;
}

function isAlive(server: StackServer): boolean {
  return existsSync(`/proc/${server.pid}`);
}

const log = z.object({ log: z.string() });

async function readLog(taskId: number, subtask: string): Promise<string> {
  const task = await stack.fetchTask(taskId);
  const found = task.subtasks.find((each) => each.name === subtask);
  const path = `/api/v2/tasks/instances/${taskId}/subtasks/${found?.id}/log`;
  return (await stack.api.data(log, 'GET', path)).log;
}

test('with a member dead elsewhere a stop is refused; force stops it, and records what it went past', async () => {
  const [target, dead] = [serverOf('zone1'), serverOf('zone2')];
  process.kill(dead.pid, 'SIGKILL');
  const path = `/api/v2/ob/clusters/${stack.clusterId}/servers/${target.id}/stop`;
  expect((await stack.api.call('POST', path)).status).toBe(400);
  expect(isAlive(target)).toBe(true);
  const task = await stack.submit(target.id, 'stop', { force: true });
  const ended = await stack.waitForTask(task.id);
  expect(isAlive(target)).toBe(false);
  expect(String(ended.context)).toMatch(/overridden_checks=[^,}]*majority/);
  expect(await readLog(task.id, 'Prepare stop observer')).toContain('Forced past the checks:');
});

test('with nothing answering SQL a stop is refused as unreachable; force stops the process through the agent', async () => {
  const target = serverOf('zone1');
  for (const server of stack.servers) process.kill(server.pid, 'SIGSTOP');
  try {
    const path = `/api/v2/ob/clusters/${stack.clusterId}/servers/${target.id}/stop`;
    const refused = await stack.api.call('POST', path);
    expect(refused.status).toBe(400);
    expect([11028, 13003]).toContain(refused.body.error?.code);
    const task = await stack.submit(target.id, 'stop', { force: true });
    // A frozen process takes no graceful signal; the agent ends it when its time is over.
    await stack.waitForTask(task.id);
    expect(isAlive(target)).toBe(false);
    const signals = readAgentJournal(stack.folder, target.ip).filter((line) => line.phase === 'signal');
    expect(signals.map((line) => line.detail.pid)).toEqual([target.pid, target.pid]);
    expect(await readLog(task.id, 'Stop server')).toContain('without STOP SERVER');
  } finally {
    for (const server of stack.servers) if (isAlive(server)) process.kill(server.pid, 'SIGCONT');
  }
});

test('a server stopped in another zone is never overridden, not even when the kernel would allow it', async () => {
  const [first, second] = [serverOf('zone1'), serverOf('zone2')];
  for (const server of stack.servers) await stack.sql(server, 'CALL dbms_sim.multi_zone_check_off(1)');
  await stack.waitForTask((await stack.submit(first.id, 'stop')).id);
  for (const body of [{}, { force: true }]) {
    const path = `/api/v2/ob/clusters/${stack.clusterId}/servers/${second.id}/stop`;
    const answer = await stack.api.call('POST', path, body);
    expect([answer.status, answer.body.error?.code]).toEqual([400, 11080]);
  }
  expect(isAlive(second)).toBe(true);
  expect(Number(readFileSync(`${second.home}/run/observer.pid`, 'utf8'))).toBe(second.pid);
});
