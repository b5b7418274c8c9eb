/** A task in words: its subtasks in the order of work, what each is doing, and what can be done next. Pure. */
import type { Subtask, Task } from './answers.ts';

/** `untouched`: a rollback has nothing to do with it, because it had never begun. */
export type Mark = 'pending' | 'running' | 'waiting' | 'done' | 'failed' | 'undone' | 'untouched';

/** By edges; what is equal by them stays in the order of ids. A rollback works backwards. */
export function orderSubtasks({ subtasks, operation }: Pick<Task, 'subtasks' | 'operation'>): Subtask[] {
  const ordered: Subtask[] = [];
  const placed = new Set<number>();
  const left = [...subtasks];
  while (left.length > 0) {
    const index = left.findIndex(({ upstreams }) => upstreams.every((id) => placed.has(id)));
    const [next] = left.splice(Math.max(index, 0), 1);
    if (next === undefined) break;
    ordered.push(next);
    placed.add(next.id);
  }
  return operation === 'ROLLBACK' ? ordered.reverse() : ordered;
}

/** In a rollback everything that had begun gets that operation, and is PENDING again once it is undone. */
export function markOf(
  { status, waitingFor, operation: own }: Subtask,
  { operation }: Pick<Task, 'operation'>,
): Mark {
  switch (status) {
    case 'SUCCESSFUL':
      return operation === 'ROLLBACK' ? 'pending' : 'done';
    case 'FAILED':
      return 'failed';
    case 'RUNNING':
    case 'CANCELING':
      return waitingFor === undefined ? 'running' : 'waiting';
    case 'PENDING':
      if (operation !== 'ROLLBACK') return 'pending';
      return own.startsWith('ROLLBACK') ? 'undone' : 'untouched';
    default:
      return 'pending';
  }
}

/** What stands behind the name. */
export function detailOf({ waitingFor, failure, status }: Subtask): string {
  if (status === 'FAILED') return failure ?? '';
  if (waitingFor === undefined) return '';
  return `${waitingFor.what}${waitingFor.evidence === '' ? '' : ` (${waitingFor.evidence})`}`;
}

/** Lines that are new since the state before; plain output says everything once. */
export class TaskLines {
  readonly #said = new Set<string>();
  #operation: string | undefined;

  take(task: Task): string[] {
    if (this.#operation !== task.operation) this.#said.clear();
    this.#operation = task.operation;
    return orderSubtasks(task).flatMap((subtask) => this.#lines(task, subtask));
  }

  #lines(task: Task, subtask: Subtask): string[] {
    const mark = markOf(subtask, task);
    if (mark === 'pending' || mark === 'running' || mark === 'untouched') return [];
    // A subtask that has failed before, in a task that is tried again, is not news.
    if (mark === 'failed' && task.status === 'RUNNING') return [];
    const what = mark === 'waiting' ? (subtask.waitingFor?.what ?? '') : detailOf(subtask);
    const line = `${mark.padEnd(7)}  ${subtask.name}${what === '' ? '' : `: ${what}`}`;
    const key = `${subtask.id} ${subtask.runTime} ${line}`;
    if (this.#said.has(key)) return [];
    this.#said.add(key);
    return [line];
  }
}

/** How it ended, and what can be done: the last words of a command that followed it. */
export function describeEnd(task: Task): string {
  const name = `Task ${task.id} (${task.name})`;
  if (task.status === 'SUCCESSFUL')
    return task.operation === 'ROLLBACK'
      ? `${name} has been rolled back.`
      : `${name} has ended successfully.`;
  if (task.status === 'PAUSED') return `${name} is paused. Go on: openocp task resume ${task.id}`;
  const ways = (task.availableOperations ?? []).map(
    (each) => `openocp task ${each.toLowerCase()} ${task.id}`,
  );
  const failed = task.subtasks.find(({ status }) => status === 'FAILED');
  const skip = failed?.availableOperations?.includes('SKIP')
    ? [`openocp task skip ${task.id} ${failed.id}`]
    : [];
  const log = failed === undefined ? [] : [`openocp task log ${task.id} ${failed.id}`];
  return `${name} has failed.\nWhat you can do: ${[...log, ...ways, ...skip].join(', or ')}`;
}
