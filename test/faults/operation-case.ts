/** What the cases of a walk have in common. */
import { assertInvariants, type Death, type Fault, type Stack, type StackTask } from '@openocp/testkit';
import { expect } from 'vitest';
import { fixtureOf, type OperationFixture } from './operation-fixtures.ts';

/** The cluster at the start of the operation, the control plane up, whatever an earlier case has left. */
export async function prepare(stack: Stack, operation: string): Promise<OperationFixture> {
  if (stack.controlPlane.ended) await stack.startFaultyControlPlane();
  else stack.setFaults([]);
  const fixture = fixtureOf(operation);
  await fixture.prepare(stack);
  return fixture;
}

/** Submits the operation with faults, and waits until the task has ended in whatever way. */
export async function runWithFaults(
  stack: Stack,
  operation: string,
  faults: readonly Fault[],
): Promise<StackTask> {
  const fixture = await prepare(stack, operation);
  stack.setFaults(faults);
  return stack.waitForEnd((await fixture.submit(stack)).id);
}

/** @throws AssertionError unless the task failed in exactly this subtask. */
export function expectFailure(task: StackTask, subtask: string): void {
  const failed = task.subtasks.filter(({ status }) => status === 'FAILED').map(({ name }) => name);
  expect({ status: task.status, failed }).toEqual({ status: 'FAILED', failed: [subtask] });
}

/** The task has been rolled back, and everything is as before it. */
export async function expectCleanSlate(
  stack: Stack,
  operation: string,
  task: StackTask,
  deaths: readonly Death[] = [],
): Promise<void> {
  const { before } = fixtureOf(operation);
  expect(task.operation).toBe('ROLLBACK');
  expect(new Set(task.subtasks.map(({ status }) => status))).toEqual(new Set(['PENDING']));
  const claims = before.claims(stack).map((claim) => ({ ...claim, isRolledBack: true }));
  await assertInvariants(stack, { claims, deaths });
  await before.check(stack);
}

/** The operation never began: everything is as before it, and it can begin. */
export async function expectUnchanged(stack: Stack, operation: string): Promise<void> {
  const { before } = fixtureOf(operation);
  const claims = before.claims(stack).map((claim) => ({ ...claim, isRolledBack: false }));
  await assertInvariants(stack, { claims });
  await before.check(stack);
}

/** The task has reached its goal. */
export async function expectGoal(
  stack: Stack,
  operation: string,
  task: StackTask,
  deaths: readonly Death[] = [],
): Promise<void> {
  const { after } = fixtureOf(operation);
  expect(task.status).toBe('SUCCESSFUL');
  expect(new Set(task.subtasks.map(({ status }) => status))).toEqual(new Set(['SUCCESSFUL']));
  const claims = after.claims(stack).map((claim) => ({ ...claim, isRolledBack: false }));
  await assertInvariants(stack, { claims, deaths });
  await after.check(stack);
}

/** The graph without what changes while it runs. */
export function planOf(task: StackTask): unknown {
  return task.subtasks.map(({ id, name, upstreams, downstreams }) => ({ id, name, upstreams, downstreams }));
}
