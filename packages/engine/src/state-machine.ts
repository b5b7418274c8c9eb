/**
 * What happens to a task when something happens to it: pure functions from (task, event) to changes. The runner brings
 * the events and makes the changes durable; it decides nothing.
 *
 * Invariants kept here: every change is in the table of transitions; a subtask runs only after all its upstreams
 * succeeded; it is undone only after all its downstreams are PENDING; a task ends only when nothing of it is live; claims
 * are given up in the same change that ends the task.
 */
import {
  RollbackProhibited,
  SkipProhibited,
  SubtaskNotFound,
  SubtaskStateConflict,
  TaskStateConflict,
} from './engine-errors.ts';
import type { JsonValue } from './operation.ts';
import type { Subtask, Task } from './task.ts';
import type { TaskCommand } from './task-command.ts';
import { type ChangeOrigin, type StateRules, TaskDraft } from './task-draft.ts';
import { advance } from './task-scheduling.ts';

/** How a body ended. A body that ended for lack of ownership or for shutdown is no outcome: it is resumed elsewhere. */
export type RunOutcome =
  | { readonly kind: 'succeeded'; readonly result?: JsonValue }
  | { readonly kind: 'failed'; readonly failure: string }
  /** It ended because it was asked to. */
  | { readonly kind: 'cancelled' }
  /** It was being cancelled by an owner that was lost; whatever that owner had begun is over by now. */
  | { readonly kind: 'unobserved' };

export interface RunEnded {
  readonly kind: 'run-ended';
  readonly subtaskId: number;
  readonly attempt: number;
  readonly mode: 'run' | 'undo';
  readonly outcome: RunOutcome;
  readonly annotations: Readonly<Record<string, string>>;
}

export type TaskEvent =
  | RunEnded
  | TaskCommand
  /** A queued task has got the claims it waited for. */
  | { readonly kind: 'claims-acquired' }
  /** A queued task has waited too long. */
  | { readonly kind: 'queue-expired'; readonly reason: string }
  /** A new owner goes on with what it found. */
  | { readonly kind: 'taken-over' }
  /** The program does not know the operation any more, or knows it with another graph. */
  | { readonly kind: 'abandoned'; readonly reason: string };

/** A draft that starts from `task`; give it to `takeIn` for each event, then to `conclude`. */
export function beginChange(task: Task, rules: StateRules, origin: ChangeOrigin): TaskDraft {
  return new TaskDraft(task, rules, origin);
}

/**
 * Whether the event must wait for the next change, because its subtask is already changing in this one. Keeping one
 * event per subtask and change makes every durable step one row of the table.
 */
export function mustWait(draft: TaskDraft, event: TaskEvent): boolean {
  return 'subtaskId' in event && draft.isTouched(event.subtaskId);
}

/** @throws EngineError when a command is not allowed in this state; the draft is unchanged then. */
export function takeIn(draft: TaskDraft, event: TaskEvent): void {
  switch (event.kind) {
    case 'run-ended':
      runEnded(draft, event);
      return;
    case 'retry-task':
      retryTask(draft);
      return;
    case 'rollback-task':
      rollbackTask(draft);
      return;
    case 'retry-subtask':
      retrySubtask(draft, event.subtaskId);
      return;
    case 'skip-subtask':
      skipSubtask(draft, event.subtaskId, event.by);
      return;
    case 'cancel-subtask':
      cancelSubtask(draft, event.subtaskId, event.by);
      return;
    case 'claims-acquired':
      if (draft.task.isQueued) draft.changeTask({ isQueued: false });
      return;
    case 'queue-expired':
      if (draft.task.isQueued) leaveQueue(draft, event.reason);
      return;
    case 'release-task':
      releaseTask(draft, event.by);
      return;
    case 'taken-over':
      takenOver(draft);
      return;
    case 'abandoned':
      abandoned(draft, event.reason);
      return;
  }
}

/** Starts what may start now, and ends the task when nothing of it is live any more. */
export function conclude(draft: TaskDraft): void {
  advance(draft);
}

function runEnded(draft: TaskDraft, event: RunEnded): void {
  const subtask = draft.subtask(event.subtaskId);
  const isCurrent = subtask?.attempt === event.attempt && subtask.mode === event.mode;
  if (subtask === undefined || !isCurrent) return;
  const annotations = { ...subtask.annotations, ...event.annotations };
  if (subtask.status === 'CANCELING') {
    fail(draft, subtask, cancelFailure(subtask, event.outcome), annotations);
    // The cancel came too late, and what the step has done cannot be taken back.
    if (event.outcome.kind === 'succeeded' && event.mode === 'run') noteNoReturn(draft, subtask);
  } else if (subtask.status !== 'RUNNING') return;
  else if (event.outcome.kind === 'succeeded')
    succeed(draft, subtask, event.outcome.result ?? null, annotations);
  else if (event.outcome.kind === 'failed') fail(draft, subtask, event.outcome.failure, annotations);
  else fail(draft, subtask, 'The step ended before it had reached its goal', annotations);
}

function succeed(
  draft: TaskDraft,
  subtask: Subtask,
  result: JsonValue,
  annotations: Subtask['annotations'],
): void {
  const { id: subtaskId } = subtask;
  const finishTime = draft.origin.now;
  if (subtask.operation === 'ROLLBACK') {
    draft.changeSubtask({
      subtaskId,
      status: 'PENDING',
      result: null,
      failure: null,
      annotations,
      finishTime,
    });
    logEnd(draft, subtask, 'PENDING');
  } else if (subtask.mode === 'undo') {
    draft.changeSubtask({ subtaskId, status: 'RUNNING', mode: 'run', annotations });
    draft.log(
      subtask,
      'INFO',
      `Undone what attempt ${subtask.attempt - 1} left; attempt ${subtask.attempt} runs`,
    );
  } else {
    draft.changeSubtask({ subtaskId, status: 'SUCCESSFUL', result, failure: null, annotations, finishTime });
    logEnd(draft, subtask, 'SUCCESSFUL');
    noteNoReturn(draft, subtask);
  }
}

/** A step that has reached its goal decides whether its task can still be rolled back. */
function noteNoReturn(draft: TaskDraft, subtask: Subtask): void {
  if (subtask.prohibitRollback) draft.changeTask({ prohibitRollback: true });
}

function fail(
  draft: TaskDraft,
  subtask: Subtask,
  failure: string,
  annotations: Subtask['annotations'],
): void {
  const finishTime = draft.origin.now;
  draft.changeSubtask({ subtaskId: subtask.id, status: 'FAILED', failure, annotations, finishTime });
  draft.log(subtask, 'ERROR', failure);
  logEnd(draft, subtask, 'FAILED');
}

function logEnd(draft: TaskDraft, before: Subtask, status: Subtask['status']): void {
  draft.log(
    before,
    'INFO',
    `Set state for subtask: ${before.id}, current state: ${before.status}, new state: ${status}`,
  );
}

/** The text names the cancel first: `failure` already holds who asked for it. */
function cancelFailure(subtask: Subtask, outcome: RunOutcome): string {
  const cancel = subtask.failure ?? 'Cancelled';
  switch (outcome.kind) {
    case 'succeeded':
      return `${cancel}. The step had already reached its goal`;
    case 'failed':
      return `${cancel}. The step ended with: ${outcome.failure}`;
    case 'cancelled':
      return cancel;
    case 'unobserved':
      return `${cancel}. Its owner was lost before it settled: it may have acted`;
  }
}

function retryTask(draft: TaskDraft): void {
  const { task } = draft;
  if (task.status !== 'FAILED' || task.operation === 'ROLLBACK') throw new TaskStateConflict(task, 'retried');
  draft.changeTask({ status: 'RUNNING', operation: 'RETRY', finishTime: null });
  for (const subtask of draft.subtasks) {
    if (subtask.status === 'FAILED') makeReady(draft, subtask, 'RETRY');
  }
}

function retrySubtask(draft: TaskDraft, subtaskId: number): void {
  const { task } = draft;
  const subtask = requireSubtask(draft, subtaskId);
  if (task.operation === 'ROLLBACK' || subtask.status !== 'FAILED') {
    throw new SubtaskStateConflict(task.id, subtask, 'retried');
  }
  setGoing(draft, 'RETRY');
  makeReady(draft, subtask, 'RETRY');
}

function makeReady(draft: TaskDraft, subtask: Subtask, operation: 'RETRY' | 'ROLLBACK'): void {
  // A rollback that failed is repeated as a new attempt, so that nobody takes it for a redelivery of the failed one.
  const attempt =
    operation === 'ROLLBACK' && subtask.operation !== 'ROLLBACK' ? subtask.attempt : subtask.attempt + 1;
  draft.changeSubtask({ subtaskId: subtask.id, status: 'READY', operation, attempt });
}

function rollbackTask(draft: TaskDraft): void {
  const { task } = draft;
  if (task.status !== 'FAILED') throw new TaskStateConflict(task, 'rolled back');
  if (task.prohibitRollback) throw new RollbackProhibited(task.id);
  draft.changeTask({ status: 'RUNNING', operation: 'ROLLBACK', finishTime: null });
  for (const subtask of draft.subtasks) {
    // Nothing follows a failed subtask, so it is always among the first to be undone.
    if (subtask.status === 'FAILED') makeReady(draft, subtask, 'ROLLBACK');
    else if (subtask.status === 'SUCCESSFUL') {
      draft.changeSubtask({ subtaskId: subtask.id, status: 'SUCCESSFUL', operation: 'ROLLBACK' });
    }
  }
}

function skipSubtask(draft: TaskDraft, subtaskId: number, by: string | undefined): void {
  const { task } = draft;
  const subtask = requireSubtask(draft, subtaskId);
  if (subtask.status !== 'FAILED') throw new SubtaskStateConflict(task.id, subtask, 'skipped');
  const finishTime = draft.origin.now;
  if (task.operation === 'ROLLBACK') {
    setGoing(draft, 'ROLLBACK');
    const change = { operation: 'ROLLBACK_SKIP', result: null, failure: null, finishTime } as const;
    logSkip(draft, draft.changeSubtask({ subtaskId, status: 'PENDING', ...change }), by);
    return;
  }
  if (subtask.prohibitSkip) throw new SkipProhibited(task.id, subtaskId);
  setGoing(draft, 'SKIP');
  const change = { operation: 'SKIP', result: null, failure: null, finishTime } as const;
  logSkip(draft, draft.changeSubtask({ subtaskId, status: 'SUCCESSFUL', ...change }), by);
  noteNoReturn(draft, subtask);
}

function logSkip(draft: TaskDraft, subtask: Subtask, by: string | undefined): void {
  draft.log(subtask, 'WARN', `Skipped${byWhom(by)}: declared done without running`);
  draft.log(
    subtask,
    'INFO',
    `Set state for subtask: ${subtask.id}, current state: FAILED, new state: ${subtask.status}`,
  );
}

/** A failed task runs again; a running one stays as it is. */
function setGoing(draft: TaskDraft, operation: 'RETRY' | 'SKIP' | 'ROLLBACK'): void {
  const { task } = draft;
  if (task.status === 'FAILED') draft.changeTask({ status: 'RUNNING', operation, finishTime: null });
}

function cancelSubtask(draft: TaskDraft, subtaskId: number, by: string | undefined): void {
  const { task } = draft;
  const subtask = requireSubtask(draft, subtaskId);
  const failure = `Cancelled${byWhom(by)}`;
  if (task.isQueued && subtask.status === 'READY') {
    leaveQueue(draft, `${failure} while it waited for its turn`);
    return;
  }
  if (subtask.status !== 'RUNNING') throw new SubtaskStateConflict(task.id, subtask, 'cancelled');
  draft.changeSubtask({ subtaskId, status: 'CANCELING', failure });
  draft.log(subtask, 'WARN', failure);
  logEnd(draft, subtask, 'CANCELING');
}

/** Nothing of the task has begun; so it fails as a whole, and blocks nobody. */
function leaveQueue(draft: TaskDraft, reason: string): void {
  for (const subtask of draft.subtasks) {
    if (subtask.status === 'READY') failUnbegun(draft, subtask, reason);
  }
}

function failUnbegun(draft: TaskDraft, subtask: Subtask, reason: string): void {
  const finishTime = draft.origin.now;
  draft.changeSubtask({
    subtaskId: subtask.id,
    status: 'FAILED',
    attempt: 1,
    failure: reason,
    finishTime,
  });
  draft.log(subtask, 'ERROR', reason);
}

/** The way out for a task that can neither go on nor go back: somebody has looked, and answers for what it left. */
function releaseTask(draft: TaskDraft, by: string | undefined): void {
  const { task } = draft;
  if (task.status !== 'FAILED') throw new TaskStateConflict(task, 'released');
  draft.releaseClaims();
  draft.changeTask({ status: 'FAILED', finishTime: task.finishTime ?? draft.origin.now });
  const claims = task.claims.join(', ');
  for (const subtask of draft.subtasks) {
    if (subtask.status !== 'FAILED') continue;
    draft.log(
      subtask,
      'WARN',
      `Released${byWhom(by)}: the task no longer holds ${claims}. What it left stays`,
    );
  }
}

function takenOver(draft: TaskDraft): void {
  const { fence } = draft.task;
  for (const subtask of draft.subtasks) {
    if (subtask.status === 'RUNNING' || subtask.status === 'CANCELING') {
      draft.changeExecutor(subtask);
      // How far a cancelled step came is looked up by retry or rollback; running it again could only take it further.
      const next =
        subtask.status === 'RUNNING' ? 'the step runs again and looks first' : 'the cancel goes on';
      draft.log(subtask, 'WARN', `Taken over by ${draft.origin.instance} (fence ${fence}); ${next}`);
    }
  }
}

function abandoned(draft: TaskDraft, reason: string): void {
  for (const subtask of draft.subtasks) {
    if (subtask.status === 'READY' && subtask.attempt === 0) {
      failUnbegun(draft, subtask, reason);
    } else if (['READY', 'RUNNING', 'CANCELING'].includes(subtask.status)) {
      fail(draft, subtask, reason, subtask.annotations);
    }
  }
}

function requireSubtask(draft: TaskDraft, subtaskId: number): Subtask {
  const subtask = draft.subtask(subtaskId);
  if (subtask === undefined) throw new SubtaskNotFound(draft.task.id, subtaskId);
  return subtask;
}

function byWhom(by: string | undefined): string {
  return by === undefined ? '' : ` by ${by}`;
}
