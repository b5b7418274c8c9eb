/** The one place where an error of the engine becomes an error of the API. */
import { OcpError } from '@openocp/contract';
import {
  ClaimConflict,
  CommandUnanswered,
  EngineError,
  EngineUnavailable,
  GraphChanged,
  IdempotencyConflict,
  OperationUnknown,
  ParametersInvalid,
  RollbackProhibited,
  SkipProhibited,
  SubtaskNotFound,
  SubtaskStateConflict,
  TaskNotFound,
  TaskStateConflict,
} from '@openocp/engine';

import { operationUnfinished } from './operation-lock.ts';
import { describeHolder } from './operation-progress.ts';

/** What the caller knows and the error does not. */
interface About {
  /** The task that a command was for. */
  readonly taskId?: number;
  /** Name of the cluster whose claim was asked for. */
  readonly cluster?: string;
  /** For a subtask in the wrong state: the state that the command needs. */
  readonly allowed?: string;
}

/** @returns the error of the API; what the engine did not throw on purpose comes back as it is. */
export function convertEngineError(cause: unknown, about: About = {}): unknown {
  if (!(cause instanceof EngineError)) return cause;
  return missingOf(cause) ?? stateOf(cause, about) ?? conflictOf(cause, about) ?? cause;
}

function missingOf(cause: EngineError): OcpError | undefined {
  if (cause instanceof TaskNotFound)
    return new OcpError('TASK_NOT_FOUND', { taskId: cause.taskId }, { cause });
  if (cause instanceof SubtaskNotFound) {
    const { taskId, subtaskId } = cause;
    return new OcpError('SUBTASK_NOT_FOUND', { taskId, subtaskId }, { cause });
  }
  if (cause instanceof ParametersInvalid) {
    const findings = cause.issues.map(({ path, message }) => ({ field: path, message }));
    const args = { parameter: findings[0]?.field ?? '', reason: findings[0]?.message ?? '' };
    return new OcpError('INVALID_PARAMETER', args, { cause, subErrors: findings });
  }
  return undefined;
}

function stateOf(cause: EngineError, { taskId, allowed = 'FAILED' }: About): OcpError | undefined {
  if (cause instanceof TaskStateConflict) {
    const state = describeState(cause);
    return new OcpError('TASK_STATE_NOT_ALLOWED', { taskId: cause.taskId, state }, { cause });
  }
  if (cause instanceof SubtaskStateConflict) {
    const args = { subtaskId: cause.subtaskId, state: describeState(cause), allowed };
    return new OcpError('SUBTASK_STATE_NOT_ALLOWED', args, { cause });
  }
  if (cause instanceof RollbackProhibited) {
    const reason = 'a subtask that cannot be undone has succeeded';
    return new OcpError('TASK_ROLLBACK_PROHIBITED', { taskId: cause.taskId, reason }, { cause });
  }
  if (cause instanceof SkipProhibited) {
    const reason = 'what follows relies on it';
    return new OcpError('SUBTASK_SKIP_PROHIBITED', { subtaskId: cause.subtaskId, reason }, { cause });
  }
  if (taskId !== undefined && (cause instanceof GraphChanged || cause instanceof OperationUnknown)) {
    return new OcpError('TASK_CHANGED_BY_UPGRADE', { taskId, reason: cause.message }, { cause });
  }
  return undefined;
}

function describeState({ status, operation }: TaskStateConflict | SubtaskStateConflict): string {
  return operation === 'EXECUTE' ? status : `${status} (${operation})`;
}

function conflictOf(cause: EngineError, { cluster }: About): OcpError | undefined {
  if (cause instanceof ClaimConflict) {
    return operationUnfinished(describeHolder(cause.holder), cluster ?? cause.holder.claim, { cause });
  }
  if (cause instanceof IdempotencyConflict) {
    return new OcpError('CONFLICT', { reason: cause.message }, { cause });
  }
  if (cause instanceof CommandUnanswered) {
    const { taskId, owner, waitedMs, isWithdrawn } = cause;
    const args = {
      taskId,
      owner: owner === undefined ? 'no instance at the moment' : `instance ${owner}`,
      seconds: Math.round(waitedMs / 1000),
      outcome: isWithdrawn
        ? 'The command was withdrawn and nothing was changed; look whether that instance runs, and try again'
        : 'The metadata database does not answer either, so the command may still be carried out: look at the task before you try again',
    };
    const details = owner === undefined ? {} : { owner };
    return new OcpError('TASK_COMMAND_UNANSWERED', args, { cause, details });
  }
  if (cause instanceof EngineUnavailable) {
    return new OcpError('ENGINE_UNAVAILABLE', { reason: cause.message }, { cause });
  }
  return undefined;
}
