/** What a task looks like after a change: the one definition that owner, memory store and simulation share. */

import type { Subtask, Task } from './task.ts';
import type { SubtaskChange, TaskChange } from './task-store.ts';

export function applyChange(task: Task, change: TaskChange): Task {
  // Log lines alone: who holds the task as it was need not keep another.
  if (change.task === undefined && change.subtasks.length === 0) return task;
  const bySubtask = new Map(change.subtasks.map((subtask) => [subtask.subtaskId, subtask]));
  const subtasks = task.subtasks.map((subtask) => {
    const subtaskChange = bySubtask.get(subtask.id);
    return subtaskChange === undefined ? subtask : applySubtaskChange(subtask, subtaskChange);
  });
  const status = change.task?.status ?? task.status;
  return {
    ...task,
    status,
    operation: change.task?.operation ?? task.operation,
    prohibitRollback: change.task?.prohibitRollback ?? task.prohibitRollback,
    finishTime:
      change.task?.finishTime === undefined ? task.finishTime : (change.task.finishTime ?? undefined),
    owner: status === 'RUNNING' ? task.owner : undefined,
    isQueued: status === 'RUNNING' && (change.task?.isQueued ?? task.isQueued),
    subtasks,
  };
}

export function applySubtaskChange(subtask: Subtask, change: SubtaskChange): Subtask {
  return {
    ...subtask,
    status: change.status,
    operation: change.operation ?? subtask.operation,
    mode: change.mode ?? subtask.mode,
    attempt: change.attempt ?? subtask.attempt,
    result: cleared(change.result, subtask.result),
    annotations: change.annotations ?? subtask.annotations,
    failure: cleared(change.failure, subtask.failure),
    startTime: cleared(change.startTime, subtask.startTime),
    finishTime: cleared(change.finishTime, subtask.finishTime),
    executor: change.executor ?? subtask.executor,
    waitingFor: undefined,
  };
}

/** Absent keeps, null clears. */
function cleared<T>(change: T | null | undefined, current: T | undefined): T | undefined {
  if (change === undefined) return current;
  return change === null ? undefined : change;
}
