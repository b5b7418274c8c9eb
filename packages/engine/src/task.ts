/** The durable state of a task and its subtasks. Times are epoch milliseconds, from the injected clock. */
import type { JsonValue } from './operation.ts';
import type { Waiting } from './step-context.ts';

export const taskStatuses = ['RUNNING', 'FAILED', 'SUCCESSFUL'] as const;
export type TaskStatus = (typeof taskStatuses)[number];
export const taskOperations = ['EXECUTE', 'RETRY', 'ROLLBACK', 'SKIP', 'CANCEL'] as const;
export type TaskOperation = (typeof taskOperations)[number];
export const subtaskStatuses = ['PENDING', 'READY', 'RUNNING', 'CANCELING', 'FAILED', 'SUCCESSFUL'] as const;
export type SubtaskStatus = (typeof subtaskStatuses)[number];
export const subtaskOperations = [...taskOperations, 'ROLLBACK_SKIP'] as const;
export type SubtaskOperation = (typeof subtaskOperations)[number];
/** Which half of its step a subtask is running, or ran last. A retry undoes first, a rollback only undoes. */
export type RunMode = 'run' | 'undo';

export interface Submitter {
  readonly id: number;
  readonly name: string;
}

export interface Subtask {
  readonly id: number;
  /** Index of its step in the operation's graph. */
  readonly step: number;
  readonly name: string;
  readonly parallelIdx: number;
  readonly timeoutMs: number;
  readonly prohibitRollback: boolean;
  readonly prohibitSkip: boolean;
  readonly upstreams: readonly number[];
  readonly downstreams: readonly number[];
  readonly status: SubtaskStatus;
  readonly operation: SubtaskOperation;
  readonly mode: RunMode;
  /** Attempts begun so far: 0 before the first. */
  readonly attempt: number;
  readonly result: JsonValue | undefined;
  readonly annotations: Readonly<Record<string, string>>;
  /** Why the last attempt failed; undefined otherwise. */
  readonly failure: string | undefined;
  /** Undefined when it does not wait. Where another instance runs it, a moment older than there. */
  readonly waitingFor: Waiting | undefined;
  readonly createTime: number;
  readonly startTime: number | undefined;
  readonly finishTime: number | undefined;
  /** Name of the instance that ran it last. */
  readonly executor: string | undefined;
}

export interface Task {
  readonly id: number;
  /** Name of the operation, for example `server-stop`. */
  readonly definition: string;
  /** Display name, for example `Stop OB server`. */
  readonly name: string;
  readonly parameters: JsonValue;
  /** What the submitter wants to find again (ids, display context). Opaque to the engine. No secrets. */
  readonly attributes: Readonly<Record<string, JsonValue>>;
  readonly submitter: Submitter;
  readonly status: TaskStatus;
  readonly operation: TaskOperation;
  readonly prohibitRollback: boolean;
  /**
   * Exclusive resource keys that this task needs, for example `cluster:1`. It holds them from its creation until it has
   * ended, or has failed before it changed anything; a retry after that takes them again.
   */
  readonly claims: readonly string[];
  /** It waits for its claims, which others hold or wait for; nothing of it has begun, and it holds none of them. */
  readonly isQueued: boolean;
  /** Current ownership number; raised by every take-over and every retry. */
  readonly fence: number;
  /** Instance that owns the task; undefined when nobody does. */
  readonly owner: string | undefined;
  readonly createTime: number;
  readonly startTime: number | undefined;
  readonly finishTime: number | undefined;
  readonly subtasks: readonly Subtask[];
}
