/** The embedded database: a disk that is full for a while, and a second server process on the same file. */
import { assertInvariants, type Stack, startStack, waitFor } from '@openocp/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keepData } from './data-folder.ts';
import { expectGoal, expectUnchanged, prepare } from './operation-case.ts';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ serversPerZone: 1, observerOptions: { __sim_time_scale: '0.2' } });
  await keepData(stack);
});

afterAll(() => stack?.stop());

const saysFull = (line: string) => (/database or disk is full/.test(line) ? true : undefined);

test.each([
  ['server-stop', 3],
  ['server-start', 3],
  ['server-stop', 9],
] as const)(
  '%s, the disk is full at commit %i: the task waits, the API answers, the log says why, and it goes on',
  async (operation, number) => {
    const fixture = await prepare(stack, operation);
    stack.setFaults([{ at: `commit|${number}|before`, do: 'fill' }]);
    const { id } = await fixture.submit(stack);
    await stack.waitForFault();
    await stack.controlPlane.waitForLine(saysFull, 20_000);
    const waiting = await stack.fetchTask(id);
    expect(waiting.status).toBe('RUNNING');
    await assertInvariants(stack);
    stack.setFaults([]);
    await expectGoal(stack, operation, await stack.waitForTask(id));
  },
);

test('a request that meets a full disk is refused, leaves no task and holds nothing; with room it is accepted', async () => {
  const fixture = await prepare(stack, 'server-stop');
  const newest = await stack.newestTask();
  stack.setFaults([{ at: 'commit|1|before', do: 'fill' }]);
  await expect(fixture.submit(stack)).rejects.toThrow(/: 500 /);
  await expectUnchanged(stack, 'server-stop');
  expect((await stack.newestTask()).id).toBe(newest.id);
  stack.setFaults([]);
  const { id } = await fixture.submit(stack);
  await expectGoal(stack, 'server-stop', await stack.waitForTask(id));
});

test('a second server process on the same file refuses clearly, and the first one goes on', async () => {
  const second = await stack.addInstance('second');
  await expect(second.start()).rejects.toThrow(
    /exit code 1[\s\S]*openocp\.db is in use by another OpenOCP server/,
  );
  await waitFor('the first one to answer', () => stack.listClusters(), { timeoutMs: 1_000 });
});
