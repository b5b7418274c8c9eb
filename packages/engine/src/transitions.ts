/**
 * The legal changes of subtask and task status, as they become durable: the one table of the state machine.
 *
 * A change may pass through READY without stopping there (PENDING to RUNNING is PENDING, READY, RUNNING in one commit).
 * The operation is the one that the subtask has after the change.
 */
import type { RunMode, SubtaskOperation, SubtaskStatus, TaskOperation, TaskStatus } from './task.ts';

interface SubtaskTransition {
  readonly from: SubtaskStatus;
  readonly to: SubtaskStatus;
  readonly operations: readonly SubtaskOperation[];
  /** Where the status stays: what makes it a change all the same. */
  readonly modes?: readonly [from: RunMode, to: RunMode];
}

const anyRun = ['EXECUTE', 'RETRY', 'ROLLBACK'] as const;

const subtaskTransitions: readonly SubtaskTransition[] = [
  // Forward: upstreams have succeeded. READY only while the limit of concurrent subtasks is reached.
  { from: 'PENDING', to: 'READY', operations: ['EXECUTE'] },
  { from: 'PENDING', to: 'RUNNING', operations: ['EXECUTE'] },
  { from: 'READY', to: 'RUNNING', operations: anyRun },
  { from: 'RUNNING', to: 'SUCCESSFUL', operations: ['EXECUTE', 'RETRY'] },
  { from: 'RUNNING', to: 'FAILED', operations: anyRun },
  { from: 'RUNNING', to: 'CANCELING', operations: anyRun },
  { from: 'CANCELING', to: 'FAILED', operations: anyRun },
  // A retry has undone what the failed attempt left, and now runs.
  { from: 'RUNNING', to: 'RUNNING', operations: ['RETRY'], modes: ['undo', 'run'] },
  { from: 'FAILED', to: 'READY', operations: ['RETRY', 'ROLLBACK'] },
  { from: 'FAILED', to: 'RUNNING', operations: ['RETRY', 'ROLLBACK'] },
  { from: 'FAILED', to: 'SUCCESSFUL', operations: ['SKIP'] },
  // Backward.
  { from: 'SUCCESSFUL', to: 'SUCCESSFUL', operations: ['ROLLBACK'] },
  { from: 'SUCCESSFUL', to: 'READY', operations: ['ROLLBACK'] },
  { from: 'SUCCESSFUL', to: 'RUNNING', operations: ['ROLLBACK'] },
  { from: 'RUNNING', to: 'PENDING', operations: ['ROLLBACK'] },
  { from: 'FAILED', to: 'PENDING', operations: ['ROLLBACK_SKIP'] },
  // The program that should run it no longer knows how.
  { from: 'READY', to: 'FAILED', operations: anyRun },
];

interface TaskTransition {
  readonly from: TaskStatus;
  readonly to: TaskStatus;
  readonly operations: readonly TaskOperation[];
}

const anyWay = ['EXECUTE', 'RETRY', 'SKIP', 'ROLLBACK'] as const;

const taskTransitions: readonly TaskTransition[] = [
  { from: 'RUNNING', to: 'SUCCESSFUL', operations: anyWay },
  { from: 'RUNNING', to: 'FAILED', operations: anyWay },
  { from: 'FAILED', to: 'RUNNING', operations: ['RETRY', 'SKIP', 'ROLLBACK'] },
  // A skip that leaves nothing to run: RUNNING is passed through.
  { from: 'FAILED', to: 'SUCCESSFUL', operations: ['SKIP', 'ROLLBACK'] },
  { from: 'FAILED', to: 'FAILED', operations: ['SKIP', 'ROLLBACK'] },
];

interface SubtaskState {
  readonly status: SubtaskStatus;
  readonly operation: SubtaskOperation;
  readonly mode: RunMode;
}

export function isLegalSubtaskChange(from: SubtaskState, to: SubtaskState): boolean {
  return subtaskTransitions.some(
    (row) =>
      row.from === from.status &&
      row.to === to.status &&
      row.operations.includes(to.operation) &&
      (row.modes === undefined || (row.modes[0] === from.mode && row.modes[1] === to.mode)),
  );
}

/** A rollback never becomes anything else. */
export function isLegalTaskChange(
  from: { status: TaskStatus; operation: TaskOperation },
  to: { status: TaskStatus; operation: TaskOperation },
): boolean {
  if (from.operation === 'ROLLBACK' && to.operation !== 'ROLLBACK') return false;
  return taskTransitions.some(
    (row) => row.from === from.status && row.to === to.status && row.operations.includes(to.operation),
  );
}
