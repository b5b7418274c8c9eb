/**
 * What a caller of the engine can be told. Each error carries the ids and states that it is about, so that a product
 * can map it to its own numbers and texts.
 */

import type { SubtaskOperation, SubtaskStatus, TaskOperation, TaskStatus } from './task.ts';
import type { ClaimHolder } from './task-store.ts';

/** Base of all errors that the engine throws on purpose. */
export class EngineError extends Error {
  override readonly name: string = 'EngineError';
}

export class ParametersInvalid extends EngineError {
  override readonly name = 'ParametersInvalid';
  readonly operation: string;
  readonly issues: readonly { readonly path: string; readonly message: string }[];
  constructor(operation: string, issues: readonly { path: string; message: string }[]) {
    super(
      `Parameters of ${operation}: ${issues.map((issue) => `${issue.path}: ${issue.message}`).join('; ')}`,
    );
    this.operation = operation;
    this.issues = issues;
  }
}

export class OperationUnknown extends EngineError {
  override readonly name = 'OperationUnknown';
  readonly operation: string;
  constructor(operation: string) {
    super(`This program has no operation "${operation}"`);
    this.operation = operation;
  }
}

/** The stored task and the program's operation do not fit together any more. */
export class GraphChanged extends EngineError {
  override readonly name = 'GraphChanged';
  readonly taskId: number;
  readonly operation: string;
  constructor(taskId: number, operation: string, difference: string) {
    super(`Task ${taskId} cannot continue: the operation "${operation}" has changed: ${difference}`);
    this.taskId = taskId;
    this.operation = operation;
  }
}

export class ClaimConflict extends EngineError {
  override readonly name = 'ClaimConflict';
  readonly holder: ClaimHolder;
  constructor(holder: ClaimHolder) {
    super(`"${holder.claim}" is held by task ${holder.taskId} (${holder.taskName})`);
    this.holder = holder;
  }
}

export class IdempotencyConflict extends EngineError {
  override readonly name = 'IdempotencyConflict';
  readonly taskId: number;
  constructor(taskId: number) {
    super(`The idempotency key was used for another request, which became task ${taskId}`);
    this.taskId = taskId;
  }
}

export class TaskNotFound extends EngineError {
  override readonly name = 'TaskNotFound';
  readonly taskId: number;
  constructor(taskId: number) {
    super(`There is no task ${taskId}`);
    this.taskId = taskId;
  }
}

export class SubtaskNotFound extends EngineError {
  override readonly name = 'SubtaskNotFound';
  readonly taskId: number;
  readonly subtaskId: number;
  constructor(taskId: number, subtaskId: number) {
    super(`Task ${taskId} has no subtask ${subtaskId}`);
    this.taskId = taskId;
    this.subtaskId = subtaskId;
  }
}

/** The task is in a state that does not allow the command. */
export class TaskStateConflict extends EngineError {
  override readonly name = 'TaskStateConflict';
  readonly taskId: number;
  readonly status: TaskStatus;
  readonly operation: TaskOperation;
  readonly command: string;
  constructor(task: { id: number; status: TaskStatus; operation: TaskOperation }, command: string) {
    super(`Task ${task.id} is ${task.status} (${task.operation}): it cannot be ${command}`);
    this.command = command;
    this.taskId = task.id;
    this.status = task.status;
    this.operation = task.operation;
  }
}

/** The subtask is in a state that does not allow the command. */
export class SubtaskStateConflict extends EngineError {
  override readonly name = 'SubtaskStateConflict';
  readonly taskId: number;
  readonly subtaskId: number;
  readonly status: SubtaskStatus;
  readonly operation: SubtaskOperation;
  readonly command: string;
  constructor(
    taskId: number,
    subtask: { id: number; status: SubtaskStatus; operation: SubtaskOperation },
    command: string,
  ) {
    super(`Subtask ${subtask.id} is ${subtask.status} (${subtask.operation}): it cannot be ${command}`);
    this.command = command;
    this.taskId = taskId;
    this.subtaskId = subtask.id;
    this.status = subtask.status;
    this.operation = subtask.operation;
  }
}

export class RollbackProhibited extends EngineError {
  override readonly name = 'RollbackProhibited';
  readonly taskId: number;
  constructor(taskId: number) {
    super(`Task ${taskId} can no longer be rolled back: a step that cannot be taken back has succeeded`);
    this.taskId = taskId;
  }
}

export class SkipProhibited extends EngineError {
  override readonly name = 'SkipProhibited';
  readonly taskId: number;
  readonly subtaskId: number;
  constructor(taskId: number, subtaskId: number) {
    super(`Subtask ${subtaskId} of task ${taskId} must not be skipped`);
    this.taskId = taskId;
    this.subtaskId = subtaskId;
  }
}

/** Another instance runs the task, and has not taken the command in time. */
export class CommandUnanswered extends EngineError {
  override readonly name = 'CommandUnanswered';
  readonly taskId: number;
  readonly owner: string | undefined;
  readonly waitedMs: number;
  /** Nothing was changed, and nothing will be. Otherwise nobody knows. */
  readonly isWithdrawn: boolean;
  constructor(
    { id, owner }: { readonly id: number; readonly owner: string | undefined },
    { waitedMs, isWithdrawn }: { readonly waitedMs: number; readonly isWithdrawn: boolean },
  ) {
    const end = isWithdrawn ? 'it was withdrawn' : 'it may still be carried out';
    super(`Task ${id} is run by ${owner ?? 'no instance'}: the command found no answer, and ${end}`);
    this.taskId = id;
    this.owner = owner;
    this.waitedMs = waitedMs;
    this.isWithdrawn = isWithdrawn;
  }
}

/** This instance does not own tasks at the moment: not started, stopping, or without a valid lease. */
export class EngineUnavailable extends EngineError {
  override readonly name = 'EngineUnavailable';
}
