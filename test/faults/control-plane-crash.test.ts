/**
 * kill -9 of the control plane in each subtask of a stop, before and after its work: after a restart the task ends
 * SUCCESSFUL, and the agent's journal shows one signal to one process.
 */
import { existsSync, readFileSync } from 'node:fs';
import { readAgentJournal, type Stack, startStack } from '@openocp/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const subtasks = [
  'Prepare stop observer',
  'Stop server',
  'Stop observer process',
  'Wait observer stop',
  'Update observer status',
  'Update zone status',
  'Sync cluster info',
  'Update OB cluster status',
] as const;

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ observerOptions: { __sim_time_scale: '0.2' } });
  await stack.takeOver();
});

afterAll(() => stack?.stop());

describe.each(subtasks)('kill -9 in %s', (subtask) => {
  test.each(['before', 'after'] as const)('%s its work loses nothing and doubles nothing', async (moment) => {
    const [target] = stack.servers;
    if (target === undefined) throw new Error('no servers');
    const pid = Number(readFileSync(`${target.home}/run/observer.pid`, 'utf8'));
    const earlier = readAgentJournal(stack.folder, target.ip).length;
    await stack.startCrashingControlPlane(`step|server-stop|${subtask}|${moment}`);
    // In the first subtask it dies before it has answered; the task exists all the same.
    await stack.submit(target.id, 'stop').catch((error: unknown) => expect(error).toBeInstanceOf(TypeError));
    expect(await stack.controlPlane.exited).toBe('signal SIGKILL');
    await stack.startControlPlane();
    const task = await stack.newestTask();
    expect(task.name).toBe('Stop OB server');
    await stack.waitForTask(task.id);

    expect(existsSync(`/proc/${pid}`)).toBe(false);
    const entries = readAgentJournal(stack.folder, target.ip).slice(earlier);
    const signals = entries.filter((line) => line.phase === 'signal');
    expect(signals.map((line) => line.detail.pid)).toEqual([pid]);
    expect(await stack.serverStatus(target.id)).toBe('PROCESS_STOPPED');
    await stack.waitForTask((await stack.submit(target.id, 'start')).id);
    expect(await stack.serverStatus(target.id)).toBe('RUNNING');
  });
});
