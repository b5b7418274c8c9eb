/**
 * Every subtask of every operation is cancelled before its work, or fails after it, and the task is retried: it ends as
 * without the fault, and it is the same plan that is carried out.
 */
import { type Stack, startStack } from '@openocp/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keepData } from './data-folder.ts';
import { expectFailure, expectGoal, planOf, prepare, runWithFaults } from './operation-case.ts';
import { walkedGroups } from './registry.ts';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ serversPerZone: 1, observerOptions: { __sim_time_scale: '0.2' } });
  await keepData(stack);
});

afterAll(() => stack?.stop());

describe.each(walkedGroups)('$title', ({ subtasks }) => {
  test.each(subtasks)(
    '$operation is cancelled before the work of $subtask; retried, it reaches its goal by the same plan',
    async ({ operation, subtask }) => {
      const fixture = await prepare(stack, operation);
      stack.setFaults([{ at: `step|${operation}|${subtask}|before`, do: 'hold' }]);
      const { id } = await fixture.submit(stack);
      await stack.waitForFault();
      const running = (await stack.fetchTask(id)).subtasks.find(({ status }) => status === 'RUNNING');
      expect(running?.name).toBe(subtask);
      await stack.commandSubtask(id, running?.id ?? 0, 'cancel');
      const cancelled = await stack.waitForEnd(id);
      expectFailure(cancelled, subtask);
      expect(cancelled.subtasks.find(({ name }) => name === subtask)?.failure).toMatch(/^Cancelled by admin/);
      await stack.command(id, 'retry');
      const ended = await stack.waitForTask(id);
      expect(planOf(ended)).toEqual(planOf(cancelled));
      await expectGoal(stack, operation, ended);
    },
  );

  test.each(subtasks.filter(({ hasUndo, isSample }) => hasUndo && !isSample))(
    '$operation fails after the work of $subtask; retried, which undoes that work first, it reaches its goal',
    async ({ operation, subtask }) => {
      const failed = await runWithFaults(stack, operation, [
        { at: `step|${operation}|${subtask}|after`, do: 'fail' },
      ]);
      expectFailure(failed, subtask);
      await stack.command(failed.id, 'retry');
      const ended = await stack.waitForTask(failed.id);
      expect(planOf(ended)).toEqual(planOf(failed));
      await expectGoal(stack, operation, ended);
    },
  );

  test.each(subtasks.filter(({ hasUndo, isSample }) => hasUndo && !isSample))(
    '$operation: the answer to the work of $subtask is lost; it is looked up, and nothing is done twice',
    async ({ operation, subtask }) => {
      const ended = await runWithFaults(stack, operation, [
        { at: `step|${operation}|${subtask}|after`, do: 'unknown' },
      ]);
      await expectGoal(stack, operation, ended);
    },
  );
});
