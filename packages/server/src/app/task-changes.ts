/** What is new about a task since it was last told: the difference between two states, as events. */
import type { StreamEvent } from '@openocp/contract';
import type { Subtask, Task } from '@openocp/engine';
import { viewBasicTask, viewSubtask } from './task-view.ts';

type TaskEvent = Extract<StreamEvent, { event: 'task' | 'subtask' }>;

/** What was last told of a task, as texts to compare. */
interface Told {
  readonly task: string;
  readonly subtasks: ReadonlyMap<number, string>;
}

/** How many ended tasks are remembered: late log lines of one must not tell its end again. */
const rememberedEnds = 500;

export class TaskChanges {
  readonly #offsetMinutes: number;
  readonly #told = new Map<number, Told>();
  readonly #ended = new Set<number>();

  constructor(offsetMinutes: number) {
    this.#offsetMinutes = offsetMinutes;
  }

  take(task: Task): TaskEvent[] {
    const before = this.#told.get(task.id);
    const subtasks = new Map(task.subtasks.map((subtask) => [subtask.id, subtaskText(subtask)]));
    const now = { task: taskText(task), subtasks };
    this.#remember(task, now);
    if (before === undefined) return tellTask(task, this.#offsetMinutes);
    const changed = task.subtasks.filter(({ id }) => before.subtasks.get(id) !== subtasks.get(id));
    return inOrder(task, before.task !== now.task, changed, this.#offsetMinutes);
  }

  #remember(task: Task, now: Told): void {
    this.#told.set(task.id, now);
    this.#ended.delete(task.id);
    if (task.status === 'RUNNING') return;
    this.#ended.add(task.id);
    for (const id of this.#ended) {
      if (this.#ended.size <= rememberedEnds) break;
      this.#ended.delete(id);
      this.#told.delete(id);
    }
  }
}

/** The whole present state of a task. */
export function tellTask(task: Task, offsetMinutes: number): TaskEvent[] {
  const begun = task.subtasks.filter(({ startTime }) => startTime !== undefined);
  return inOrder(task, true, begun, offsetMinutes);
}

/** The end of a task is told after that of its last subtask, its beginning before that of its first. */
function inOrder(
  task: Task,
  hasChanged: boolean,
  changed: readonly Subtask[],
  offsetMinutes: number,
): TaskEvent[] {
  const subtaskEvents = changed.map(({ id }): TaskEvent => {
    return { event: 'subtask', data: viewSubtask(task, id, offsetMinutes) };
  });
  if (!hasChanged) return subtaskEvents;
  const taskEvent: TaskEvent = { event: 'task', data: viewBasicTask(task, offsetMinutes) };
  return task.status === 'RUNNING' ? [taskEvent, ...subtaskEvents] : [...subtaskEvents, taskEvent];
}

function taskText({ status, operation, owner, prohibitRollback }: Task): string {
  return JSON.stringify([status, operation, owner, prohibitRollback]);
}

function subtaskText({ status, operation, mode, attempt, failure, waitingFor }: Subtask): string {
  return JSON.stringify([status, operation, mode, attempt, failure, waitingFor]);
}
