/** Every step, and every undo, does its work twice in a row: the second time changes nothing. */
import { findSecrets, type Stack, startStack } from '@openocp/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keepData } from './data-folder.ts';
import { expectGolden } from './golden-list.ts';
import { expectCleanSlate, expectFailure, expectGoal, prepare, runWithFaults } from './operation-case.ts';
import { walkedOperations } from './registry.ts';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ serversPerZone: 1, observerOptions: { __sim_time_scale: '0.2' } });
  await keepData(stack);
});

afterAll(() => stack?.stop());

describe.each(walkedOperations)('$operation', ({ operation, subtasks, lastUndone }) => {
  test('its exact sequence of subtasks and effects is the one on record', async () => {
    await prepare(stack, operation);
    const since = Date.now();
    const ended = await runWithFaults(stack, operation, []);
    await expectGoal(stack, operation, ended);
    await expectGolden(stack, operation, ended, since);
  });

  test('every subtask runs twice: it ends as if each had run once', async () => {
    const ended = await runWithFaults(stack, operation, [{ at: `step|${operation}|*|before`, do: 'repeat' }]);
    await expectGoal(stack, operation, ended);
  });

  test('every undo runs twice: the rollback leaves nothing', async () => {
    const last = lastUndone.subtask;
    const failed = await runWithFaults(stack, operation, [
      { at: `step|${operation}|${last}|after`, do: 'fail' },
      { at: `undo|${operation}|*|before`, do: 'repeat' },
    ]);
    expectFailure(failed, last);
    await stack.command(failed.id, 'rollback');
    await expectCleanSlate(stack, operation, await stack.waitForTask(failed.id));
    expect(subtasks.some(({ hasUndo }) => hasUndo)).toBe(true);
  });
});

test('after all of this no password is in the database, a journal, a log or an answer', async () => {
  expect(await findSecrets(stack)).toEqual([]);
});
