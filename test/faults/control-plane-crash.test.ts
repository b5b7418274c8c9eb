/**
 * kill -9 of the control plane before and after every commit of every operation: after a restart the task ends as
 * without the crash, and the agents' journals show no effect twice. What was answered exists, and what was not durable
 * yet has changed nothing.
 */
import { type Fault, type Stack, startStack } from '@openocp/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { keepData } from './data-folder.ts';
import { expectGoal, expectUnchanged, prepare } from './operation-case.ts';
import { walkedGroups } from './registry.ts';

let stack: Stack;

beforeAll(async () => {
  stack = await startStack({ serversPerZone: 1, observerOptions: { __sim_time_scale: '0.2' } });
  await keepData(stack);
});

afterAll(() => stack?.stop());

/** @returns the id of the task, if its creation was answered. */
async function submitAndCrash(operation: string, point: CrashPoint['point']) {
  const fixture = await prepare(stack, operation);
  stack.setFaults([{ at: point, do: 'die' }]);
  const answered = await fixture.submit(stack).then(
    ({ id }) => id,
    (error: unknown) => {
      // A connection that broke; an answer of any kind would be another error.
      expect(error).toBeInstanceOf(TypeError);
      return undefined;
    },
  );
  expect(await stack.controlPlane.exited).toBe('signal SIGKILL');
  await stack.startFaultyControlPlane();
  return answered;
}

interface CrashPoint {
  readonly operation: string;
  readonly subtask: string;
  readonly isSample: boolean;
  readonly point: Fault['at'];
}

describe.each(walkedGroups)('$title', ({ subtasks }) => {
  const firsts = subtasks.filter(({ index }) => index === 0);

  test.each(firsts)(
    '$operation, kill -9 before its first commit: there is no task, and nothing has changed',
    async ({ operation }) => {
      await submitAndCrash(operation, 'commit|1|before');
      await expectUnchanged(stack, operation);
    },
  );

  // One commit creates the task and starts its first subtask; one ends each subtask and starts the next.
  const crashPoints = (from: (index: number) => CrashPoint['point']): CrashPoint[] =>
    subtasks.map(({ operation, subtask, index, isSample }) => {
      // The results of parallel subtasks may share a commit, so those of an operation that has some cannot be counted.
      const point = isSample ? (`step|${operation}|${subtask}|after` as const) : from(index);
      return { operation, subtask, isSample, point };
    });
  const goesOn = async ({ operation, point }: Omit<CrashPoint, 'isSample'>) => {
    const answered = await submitAndCrash(operation, point);
    const task = await stack.newestTask();
    if (answered !== undefined) expect(task.id).toBe(answered);
    await expectGoal(stack, operation, await stack.waitForTask(task.id));
  };

  test.each(crashPoints((index) => `commit|${index + 1}|after`).filter(({ isSample }) => !isSample))(
    '$operation, kill -9 before the work of $subtask: it ends as without it',
    goesOn,
  );

  test.each(crashPoints((index) => `commit|${index + 2}|before`))(
    '$operation, kill -9 between the work of $subtask and its commit: it ends as without it',
    goesOn,
  );

  test.each(subtasks.filter(({ isLast, isSample }) => isLast && !isSample))(
    '$operation, kill -9 right after its last commit: it has ended',
    ({ operation, subtask, index }) => goesOn({ operation, subtask, point: `commit|${index + 2}|after` }),
  );
});
