/**
 * What may be done with a task and its subtasks in their present state, for a client that draws buttons. The engine, and for
 * the boundaries of a rolling operation `task-pauses.ts`, decide when they are asked; tests hold these rules against them.
 */
import type { SubtaskAction, TaskAction } from '@openocp/contract';
import type { Subtask, Task } from '@openocp/engine';
import type { TaskPause } from '../store/task-pauses.ts';

/** Operations that have boundaries: moments at which nothing is stopped by them. */
const withBoundaries: ReadonlySet<string> = new Set(['cluster-restart']);

export type BoundaryAction = Extract<TaskAction, 'PAUSE' | 'RESUME' | 'ABORT'>;
/** What was said to a rolling operation, and holds. */
export type BoundaryState = 'UNDISTURBED' | 'PAUSED' | 'ABORTED';

/** What may be said to a rolling operation that runs, by what was said before. */
const boundaryActions: Readonly<Record<BoundaryState, readonly BoundaryAction[]>> = {
  UNDISTURBED: ['PAUSE', 'ABORT'],
  PAUSED: ['RESUME', 'ABORT'],
  ABORTED: [],
};

/** An abort that was obeyed is over: who retried the task after it wants to go on. */
export function deriveBoundaryState(said: TaskPause | undefined): BoundaryState {
  return said === undefined || said.takenBy !== null ? 'UNDISTURBED' : said.state;
}

export function hasBoundaries({ definition }: Pick<Task, 'definition'>): boolean {
  return withBoundaries.has(definition);
}

/** Whether it runs towards a boundary; a rollback passes none. */
export function isRolling(task: Pick<Task, 'status' | 'operation' | 'definition'>): boolean {
  return task.status === 'RUNNING' && task.operation !== 'ROLLBACK' && hasBoundaries(task);
}

/** Empty for a task that has no boundary before it. */
export function listBoundaryOffers(task: Task, said: TaskPause | undefined): readonly BoundaryAction[] {
  return isRolling(task) ? boundaryActions[deriveBoundaryState(said)] : [];
}

export function listTaskOffers(task: Task, said?: TaskPause): TaskAction[] {
  if (task.status !== 'FAILED') return [...listBoundaryOffers(task, said)];
  return [
    // A rollback never becomes a run again.
    ...(task.operation === 'ROLLBACK' ? [] : ['RETRY' as const]),
    ...(task.prohibitRollback ? [] : ['ROLLBACK' as const]),
    'RELEASE',
  ];
}

export function listSubtaskOffers(task: Task, subtask: Subtask): SubtaskAction[] {
  if (subtask.status === 'RUNNING' || (task.isQueued && subtask.status === 'READY')) return ['CANCEL'];
  if (subtask.status !== 'FAILED') return [];
  // An undo may always be skipped: otherwise one that cannot succeed would hold the task for ever.
  if (task.operation === 'ROLLBACK') return ['SKIP'];
  return subtask.prohibitSkip ? ['RETRY'] : ['RETRY', 'SKIP'];
}
