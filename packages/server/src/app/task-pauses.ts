/** Pausing, resuming and aborting a rolling operation: what was said is durable, and the task obeys at its next boundary. */
import { OcpError } from '@openocp/contract';
import type { Engine, Task } from '@openocp/engine';
import type { TaskPause, TaskPauseStore } from '../store/task-pauses.ts';
import type { App } from './app.ts';
import {
  type BoundaryAction,
  deriveBoundaryState,
  hasBoundaries,
  isRolling,
  listBoundaryOffers,
} from './task-offers.ts';
import { viewTask } from './task-view.ts';

type TaskPauses = Pick<App, 'taskPause' | 'taskResume' | 'taskAbort'>;

export interface TaskPauseServices {
  readonly engine: Pick<Engine, 'fetch'>;
  readonly pauses: TaskPauseStore;
  readonly offsetMinutes: number;
}

export function createTaskPauses({ engine, pauses, offsetMinutes }: TaskPauseServices): TaskPauses {
  const say = async (taskId: number, action: BoundaryAction, username: string) => {
    const task = await fetchTask(engine, taskId);
    const said = await pauses.fetch(taskId);
    if (listBoundaryOffers(task, said).includes(action)) await record(pauses, taskId, action, username);
    else if (!isSaid(task, said, action)) throw refuse(task, said);
    return viewTask(await fetchTask(engine, taskId), offsetMinutes, await pauses.fetch(taskId));
  };
  return {
    taskPause: ({ username }, { taskInstanceId: id }) => say(id, 'PAUSE', username),
    taskResume: ({ username }, { taskInstanceId: id }) => say(id, 'RESUME', username),
    taskAbort: ({ username }, { taskInstanceId: id }) => say(id, 'ABORT', username),
  };
}

function record(
  pauses: TaskPauseStore,
  taskId: number,
  action: BoundaryAction,
  username: string,
): Promise<void> {
  if (action === 'RESUME') return pauses.delete(taskId);
  return pauses.save(taskId, action === 'PAUSE' ? 'PAUSED' : 'ABORTED', username);
}

/** Who says the same again gets the same answer; who said it first is who is shown. */
function isSaid(task: Task, said: TaskPause | undefined, action: BoundaryAction): boolean {
  if (!isRolling(task)) return false;
  const state = deriveBoundaryState(said);
  return (action === 'PAUSE' && state === 'PAUSED') || (action === 'ABORT' && state === 'ABORTED');
}

function refuse(task: Task, said: TaskPause | undefined): OcpError {
  return new OcpError('TASK_STATE_NOT_ALLOWED', { taskId: task.id, state: describeState(task, said) });
}

function describeState(task: Task, said: TaskPause | undefined): string {
  if (isRolling(task)) {
    return said !== undefined && deriveBoundaryState(said) === 'ABORTED'
      ? `being aborted by ${said.username}`
      : 'running, and not paused';
  }
  const why = hasBoundaries(task) ? '' : ' (only a rolling operation can be paused or aborted)';
  return `${task.status}${task.operation === 'ROLLBACK' ? ' (ROLLBACK)' : ''}${why}`;
}

async function fetchTask(engine: Pick<Engine, 'fetch'>, taskId: number): Promise<Task> {
  const task = await engine.fetch(taskId);
  if (task === undefined) throw new OcpError('TASK_NOT_FOUND', { taskId });
  return task;
}
