/**
 * A task while one change of it is being worked out. Collects the changes of its subtasks, asserts that each is legal,
 * and writes the standard log lines. Pure: it reads no clock and does no IO; the same inputs give the same change.
 */
import { applyChange, applySubtaskChange } from './apply-change.ts';
import type { StepDefinition } from './operation.ts';
import type { Subtask, Task } from './task.ts';
import type {
  CommandAnswer,
  LogLevel,
  LogLine,
  SubtaskChange,
  SubtaskWait,
  TaskChange,
} from './task-store.ts';
import { isLegalSubtaskChange, isLegalTaskChange } from './transitions.ts';

/** What the state machine must know of a step besides what is stored. */
export interface StepTraits {
  readonly definition: Pick<StepDefinition<unknown>, 'effects' | 'undo'>;
}

export interface StateRules {
  /** By step index. Empty when the program no longer knows the operation. */
  readonly steps: readonly StepTraits[];
  readonly concurrency: number;
}

export interface ChangeOrigin {
  readonly now: number;
  readonly instance: string;
}

export class TaskDraft {
  readonly rules: StateRules;
  readonly origin: ChangeOrigin;
  readonly #base: Task;
  readonly #subtasks: Map<number, Subtask>;
  readonly #changes = new Map<number, SubtaskChange>();
  readonly #log: LogLine[] = [];
  #task: NonNullable<TaskChange['task']> = {};
  #releaseClaims = false;

  constructor(task: Task, rules: StateRules, origin: ChangeOrigin) {
    this.#base = task;
    this.rules = rules;
    this.origin = origin;
    this.#subtasks = new Map(task.subtasks.map((subtask) => [subtask.id, subtask]));
  }

  get task(): Task {
    return { ...this.#base, ...withoutUndefined(this.#task), subtasks: this.subtasks };
  }

  get subtasks(): Subtask[] {
    return [...this.#subtasks.values()];
  }

  subtask(id: number): Subtask | undefined {
    return this.#subtasks.get(id);
  }

  isTouched(subtaskId: number): boolean {
    return this.#changes.has(subtaskId);
  }

  /** @throws Error when the change is not in the table: a mistake in the engine, never in its input. */
  changeSubtask(change: SubtaskChange): Subtask {
    const before = this.#subtasks.get(change.subtaskId);
    if (before === undefined) throw new Error(`Task ${this.#base.id} has no subtask ${change.subtaskId}`);
    const after = applySubtaskChange(before, change);
    if (!isLegalSubtaskChange(before, after)) {
      throw new Error(
        `Illegal change of subtask ${before.id}: ${before.status} to ${after.status} (${after.operation}, ${after.mode})`,
      );
    }
    this.#subtasks.set(after.id, after);
    this.#changes.set(after.id, { ...this.#changes.get(after.id), ...change });
    return after;
  }

  /** Notes a new owner; not a change of state. */
  changeExecutor(subtask: Subtask): void {
    const change = { subtaskId: subtask.id, status: subtask.status, executor: this.origin.instance };
    this.#subtasks.set(subtask.id, applySubtaskChange(subtask, change));
    this.#changes.set(subtask.id, { ...this.#changes.get(subtask.id), ...change });
  }

  changeTask(change: NonNullable<TaskChange['task']>): void {
    const before = this.task;
    const after = { status: change.status ?? before.status, operation: change.operation ?? before.operation };
    const isSame = before.status === after.status && before.operation === after.operation;
    if (!isSame && !isLegalTaskChange(before, after)) {
      throw new Error(
        `Illegal change of task ${before.id}: ${before.status} (${before.operation}) to ${after.status} (${after.operation})`,
      );
    }
    this.#task = { ...this.#task, ...change };
  }

  releaseClaims(): void {
    this.#releaseClaims = true;
  }

  log(subtask: Subtask, level: LogLevel, text: string): void {
    const { attempt, operation, id: subtaskId } = subtask;
    this.#log.push({
      taskId: this.#base.id,
      subtaskId,
      attempt,
      operation,
      time: this.origin.now,
      level,
      text,
    });
  }

  /** The change, and the task as it will be; undefined when nothing changes and nobody is answered. */
  finish(
    lines: readonly LogLine[],
    answer?: CommandAnswer,
    waits: readonly SubtaskWait[] = [],
  ): { change: TaskChange; next: Task } | undefined {
    const log = [...lines, ...this.#log];
    const hasTaskChange = Object.keys(this.#task).length > 0;
    const isEmpty = !hasTaskChange && this.#changes.size === 0 && log.length === 0 && waits.length === 0;
    if (isEmpty && answer === undefined) return undefined;
    const change: TaskChange = {
      taskId: this.#base.id,
      owner: this.#base.owner ?? '',
      fence: this.#base.fence,
      ...(hasTaskChange ? { task: this.#task } : {}),
      subtasks: [...this.#changes.values()],
      ...(waits.length === 0 ? {} : { waits }),
      ...(this.#releaseClaims ? { releaseClaims: true } : {}),
      ...(answer === undefined ? {} : { answer }),
      log,
    };
    return { change, next: applyChange(this.#base, change) };
  }
}

function withoutUndefined(change: NonNullable<TaskChange['task']>): Partial<Task> {
  const { finishTime, ...rest } = change;
  return finishTime === undefined ? rest : { ...rest, finishTime: finishTime ?? undefined };
}
