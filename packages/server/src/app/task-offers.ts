/**
 * What may be done with a task and its subtasks in their present state, for a client that draws buttons. The engine
 * decides when it is asked; a test holds these rules against it.
 */
import type { SubtaskAction, TaskAction } from '@openocp/contract';
import type { Subtask, Task } from '@openocp/engine';

export function listTaskOffers(task: Task): TaskAction[] {
  if (task.status !== 'FAILED') return [];
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
