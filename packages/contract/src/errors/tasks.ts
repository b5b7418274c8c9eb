/** Errors: tasks. */
import { type ErrorCode, row } from './row.ts';

export const taskErrors = {
  TASK_FAILED: row(4000, 'TSK10000', 'internal', 'The task failed: {reason}.'),
  TASK_NOT_FOUND: row(4001, 'TSK10001', 'missing', 'There is no task {taskId}.'),
  SUBTASK_NOT_FOUND: row(4001, 'TSK10001', 'missing', 'Task {taskId} has no subtask {subtaskId}.'),
  HOST_COMMAND_FAILED: row(4005, 'TSK10005', 'remote', 'Command {command} failed on host {host}: {reason}.'),
  TASK_STATE_NOT_ALLOWED: row(
    4007,
    'TSK10007',
    'refused',
    'Task {taskId} is in state {state}, which does not allow this.',
  ),
  TASK_ROLLBACK_PROHIBITED: row(
    4009,
    'TSK10009',
    'refused',
    'Task {taskId} cannot be rolled back: {reason}.',
  ),
  SUBTASK_SKIP_PROHIBITED: row(
    4010,
    'TSK10010',
    'refused',
    'Subtask {subtaskId} cannot be skipped: {reason}.',
  ),
  TASK_CHANGED_BY_UPGRADE: row(
    4011,
    'TSK10011',
    'refused',
    'Task {taskId} was made by another version and cannot go on: {reason}.',
  ),
  SUBTASK_TIMEOUT: row(4012, 'TSK10012', 'timeout', 'Subtask {subtaskId} did not finish in {seconds} s.'),
  SUBTASK_INTERRUPTED: row(4013, 'TSK10013', 'refused', 'Subtask {subtaskId} was interrupted.'),
  SUBTASK_CANCELLED: row(4014, 'TSK10014', 'refused', 'Subtask {subtaskId} was cancelled.'),
  /** OCP's number for a task in the wrong state; it has no other for subtasks. */
  SUBTASK_STATE_NOT_ALLOWED: row(
    4007,
    'TSK10007',
    'refused',
    'Subtask {subtaskId} is in state {state}, which does not allow this; allowed: {allowed}.',
  ),
  /** OCP's general number for tasks: its own engine has no state like this. */
  ENGINE_UNAVAILABLE: row(
    4000,
    'TSK10000',
    'unavailable',
    'This instance cannot run tasks at the moment: {reason}. Nothing was changed; try again.',
  ),
  /** Likewise; only where several instances share their metadata. */
  TASK_COMMAND_UNANSWERED: row(
    4000,
    'TSK10000',
    'unavailable',
    'Task {taskId} is run by {owner}, which has not answered within {seconds} s. {outcome}.',
  ),
} as const satisfies Record<string, ErrorCode>;
