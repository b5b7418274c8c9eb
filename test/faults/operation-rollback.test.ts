/**
 * Every subtask of every operation fails in turn, before its work and after it, and the task is rolled back: what is then
 * true is what was true before, as the host, the kernel and the API show it.
 */
import { type Stack, startStack } from '@openocp/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keepData } from './data-folder.ts';
import { expectCleanSlate, expectFailure, runWithFaults } from './operation-case.ts';
import { walkedOperations } from './registry.ts';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ serversPerZone: 1, observerOptions: { __sim_time_scale: '0.2' } });
  await keepData(stack);
});

afterAll(() => stack?.stop());

async function failAndRollBack(
  operation: string,
  subtask: string,
  moment: 'before' | 'after',
): Promise<void> {
  const failed = await runWithFaults(stack, operation, [
    { at: `step|${operation}|${subtask}|${moment}`, do: 'fail' },
  ]);
  expectFailure(failed, subtask);
  await stack.command(failed.id, 'rollback');
  await expectCleanSlate(stack, operation, await stack.waitForTask(failed.id));
}

describe.each(walkedOperations)('$operation', ({ operation, subtasks, walked }) => {
  const undone = walked.filter(({ hasUndo, isSample }) => hasUndo && !isSample);

  test.each(walked)('fails after the work of $subtask; rolled back, nothing is left of it', ({ subtask }) =>
    failAndRollBack(operation, subtask, 'after'),
  );

  test.each(undone)(
    'fails before the work of $subtask; its undo, which finds nothing of it, does no harm',
    ({ subtask }) => failAndRollBack(operation, subtask, 'before'),
  );

  test.each(undone)(
    'the undo of $subtask fails after its work; rolled back again, nothing is left',
    async ({ subtask }) => {
      const failed = await runWithFaults(stack, operation, [
        { at: `step|${operation}|${subtasks.at(-1)?.subtask}|after`, do: 'fail' },
        { at: `undo|${operation}|${subtask}|after`, do: 'fail' },
      ]);
      await stack.command(failed.id, 'rollback');
      const stuck = await stack.waitForEnd(failed.id);
      expectFailure(stuck, subtask);
      expect(stuck.operation).toBe('ROLLBACK');
      await stack.command(failed.id, 'rollback');
      await expectCleanSlate(stack, operation, await stack.waitForTask(failed.id));
    },
  );
});
