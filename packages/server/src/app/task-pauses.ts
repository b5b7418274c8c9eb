/** Pausing, resuming and aborting a rolling operation: what was said is durable, and the task obeys at its next boundary. */
import { OcpError } from '@openocp/contract';
import type { Engine, Task } from '@openocp/engine';
import type { TaskPauseStore } from '../store/task-pauses.ts';
import type { App } from './app.ts';
import { viewTask } from './task-view.ts';

type TaskPauses = Pick<App, 'taskPause' | 'taskResume' | 'taskAbort'>;

export interface TaskPauseServices {
  readonly engine: Pick<Engine, 'fetch'>;
  readonly pauses: TaskPauseStore;
  readonly offsetMinutes: number;
}

/** Operations that have boundaries: moments at which nothing is stopped by them. */
const withBoundaries: ReadonlySet<string> = new Set(['cluster-restart']);

export function createTaskPauses({ engine, pauses, offsetMinutes }: TaskPauseServices): TaskPauses {
  const say = async (taskId: number, act: () => Promise<void>) => {
    await requireBoundaries(engine, taskId);
    await act();
    return viewTask(await fetchTask(engine, taskId), offsetMinutes);
  };
  return {
    taskPause: ({ username }, { taskInstanceId: id }) => say(id, () => pause(pauses, id, username)),
    taskResume: (_caller, { taskInstanceId: id }) => say(id, () => resume(pauses, id)),
    taskAbort: ({ username }, { taskInstanceId: id }) => say(id, () => pauses.save(id, 'ABORTED', username)),
  };
}

/** Who paused first is who is shown. An abort stays one. */
async function pause(pauses: TaskPauseStore, taskId: number, username: string): Promise<void> {
  const known = await pauses.fetch(taskId);
  if (known?.state === 'ABORTED' && known.takenBy === null) {
    const state = `being aborted by ${known.username}`;
    throw new OcpError('TASK_STATE_NOT_ALLOWED', { taskId, state });
  }
  if (known?.state !== 'PAUSED') await pauses.save(taskId, 'PAUSED', username);
}

async function resume(pauses: TaskPauseStore, taskId: number): Promise<void> {
  const known = await pauses.fetch(taskId);
  if (known?.state !== 'PAUSED') {
    const state = known?.takenBy === null ? `being aborted by ${known.username}` : 'running, and not paused';
    throw new OcpError('TASK_STATE_NOT_ALLOWED', { taskId, state });
  }
  await pauses.delete(taskId);
}

async function fetchTask(engine: Pick<Engine, 'fetch'>, taskId: number): Promise<Task> {
  const task = await engine.fetch(taskId);
  if (task === undefined) throw new OcpError('TASK_NOT_FOUND', { taskId });
  return task;
}

async function requireBoundaries(engine: Pick<Engine, 'fetch'>, taskId: number): Promise<void> {
  const task = await fetchTask(engine, taskId);
  const isRolling = task.status === 'RUNNING' && task.operation !== 'ROLLBACK';
  if (isRolling && withBoundaries.has(task.definition)) return;
  const why = withBoundaries.has(task.definition)
    ? ''
    : ' (only a rolling operation can be paused or aborted)';
  const state = `${task.status}${task.operation === 'ROLLBACK' ? ' (ROLLBACK)' : ''}${why}`;
  throw new OcpError('TASK_STATE_NOT_ALLOWED', { taskId, state });
}
