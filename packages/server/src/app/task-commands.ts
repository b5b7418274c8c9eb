/** What people do with a task that has failed, or that hangs: retry, roll back, skip, cancel. */
import { OcpError } from '@openocp/contract';
import { type Engine, SubtaskStateConflict, type Task } from '@openocp/engine';
import type { TaskPauseStore } from '../store/task-pauses.ts';
import type { App } from './app.ts';
import { convertEngineError } from './engine-errors.ts';
import { viewSubtask, viewTask } from './task-view.ts';

type TaskCommands = Pick<
  App,
  'taskRetry' | 'taskRollback' | 'taskRelease' | 'subtaskRetry' | 'subtaskSkip' | 'subtaskCancel'
>;

export interface TaskCommandOptions {
  readonly engine: Pick<
    Engine,
    'retryTask' | 'rollbackTask' | 'releaseTask' | 'retrySubtask' | 'skipSubtask' | 'cancelSubtask' | 'fetch'
  >;
  readonly pauses: Pick<TaskPauseStore, 'fetch'>;
  /** Of the times in answers. */
  readonly offsetMinutes: number;
}

export function createTaskCommands({ engine, pauses, offsetMinutes }: TaskCommandOptions): TaskCommands {
  /** Every command resolves when it is durable, not when its work is done. */
  async function give(taskId: number, command: () => Promise<Task>, allowed?: string): Promise<Task> {
    try {
      return await command();
    } catch (error) {
      const task = await engine.fetch(taskId).catch(() => undefined);
      const cluster = task?.attributes.clusterName;
      throw convertEngineError(error, {
        taskId,
        ...(typeof cluster === 'string' ? { cluster } : {}),
        ...(allowed === undefined ? {} : { allowed }),
      });
    }
  }

  const giveWhole = async (taskId: number, command: () => Promise<Task>) =>
    viewTask(await give(taskId, command), offsetMinutes, await pauses.fetch(taskId));

  return {
    taskRetry: ({ username }, { taskInstanceId: id }) => giveWhole(id, () => engine.retryTask(id, username)),
    taskRollback: ({ username }, { taskInstanceId: id }) =>
      giveWhole(id, () => engine.rollbackTask(id, username)),
    taskRelease: ({ username }, { taskInstanceId: id }) =>
      giveWhole(id, () => engine.releaseTask(id, username)),
    subtaskRetry: async ({ username }, { taskInstanceId, subtaskInstanceId }) => {
      const retry = () => engine.retrySubtask(taskInstanceId, subtaskInstanceId, username);
      return viewSubtask(await give(taskInstanceId, retry), subtaskInstanceId, offsetMinutes);
    },
    subtaskSkip: async ({ username }, { taskInstanceId, subtaskInstanceId }) => {
      const skip = () => engine.skipSubtask(taskInstanceId, subtaskInstanceId, username).catch(refuseSkip);
      await give(taskInstanceId, skip);
      return undefined;
    },
    subtaskCancel: async ({ username }, { taskInstanceId, subtaskInstanceId }) => {
      const cancel = () => engine.cancelSubtask(taskInstanceId, subtaskInstanceId, username);
      await give(taskInstanceId, cancel, 'RUNNING');
      return undefined;
    },
  };
}

/** OCP has one number for every skip that it refuses, also for a subtask that has not failed. */
function refuseSkip(cause: unknown): never {
  if (!(cause instanceof SubtaskStateConflict)) throw cause;
  const { subtaskId, status } = cause;
  const reason = `it is in state ${status}, and only a FAILED subtask can be skipped`;
  throw new OcpError('SUBTASK_SKIP_PROHIBITED', { subtaskId, reason }, { cause });
}
