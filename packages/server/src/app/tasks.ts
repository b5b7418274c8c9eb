/** Reading tasks: lists, one task with its subtasks, the log of a subtask. */
import { type InputOf, OcpError } from '@openocp/contract';
import type { Engine, Task } from '@openocp/engine';
import type { SubtaskLogStore } from '../store/subtask-log.ts';
import type { TaskPageRequest } from '../store/task-list.ts';
import type { TaskPauseStore } from '../store/task-pauses.ts';
import type { SqlTaskStore } from '../store/task-store.ts';
import type { App } from './app.ts';
import { readSubtaskLog } from './subtask-log.ts';
import { isRolling } from './task-offers.ts';
import { viewBasicTask, viewTask } from './task-view.ts';

export interface TasksOptions {
  /** Knows what the subtasks that it runs wait for. */
  readonly engine: Pick<Engine, 'fetch'>;
  readonly store: Pick<SqlTaskStore, 'list'>;
  readonly logs: SubtaskLogStore;
  readonly pauses: Pick<TaskPauseStore, 'fetch'>;
  /** Of the times in answers. */
  readonly offsetMinutes: number;
}

/** The newest task is what people look for. */
const DEFAULT_SORT = { field: 'id', direction: 'desc' } as const;

type ListInput = InputOf<'taskList'>;

function deriveFilter(input: ListInput): TaskPageRequest['filter'] {
  const clusterName = input.clusterName ?? input.cluterName;
  return {
    ...(input.name === undefined ? {} : { name: input.name }),
    // An empty list is no condition: `status=` is what an unset field of a form sends.
    ...(input.status === undefined || input.status.length === 0 ? {} : { statuses: input.status }),
    ...(input.clusterId === undefined ? {} : { clusterId: input.clusterId }),
    ...(clusterName === undefined ? {} : { clusterName }),
    ...(input.tenantId === undefined ? {} : { tenantId: input.tenantId }),
    ...(input.hostId === undefined ? {} : { hostId: input.hostId }),
  };
}

/** Tenants are not managed here and every task was asked for by somebody, so such a filter meets nothing. */
const meetsNothing = ({ tenantName, type }: ListInput) =>
  tenantName !== undefined || (type !== undefined && type !== 'MANUAL');

export function createTasks({
  engine,
  store,
  logs,
  pauses,
  offsetMinutes,
}: TasksOptions): Pick<App, 'taskList' | 'taskGet' | 'subtaskLog'> {
  async function requireTask(taskId: number): Promise<Task> {
    const task = await engine.fetch(taskId);
    if (task === undefined) throw new OcpError('TASK_NOT_FOUND', { taskId });
    return task;
  }

  return {
    taskList: async (_caller, input) => {
      if (meetsNothing(input)) return { contents: [], totalElements: 0 };
      const { page, size, sort = DEFAULT_SORT } = input;
      const request = { filter: deriveFilter(input), sort, offset: (page - 1) * size, limit: size };
      const { tasks, total } = await store.list(request);
      return { contents: tasks.map((task) => viewBasicTask(task, offsetMinutes)), totalElements: total };
    },
    taskGet: async (_caller, { taskInstanceId }) => {
      const task = await requireTask(taskInstanceId);
      return viewTask(task, offsetMinutes, isRolling(task) ? await pauses.fetch(task.id) : undefined);
    },
    subtaskLog: async (_caller, { taskInstanceId, subtaskInstanceId, ...part }) => {
      const task = await requireTask(taskInstanceId);
      if (!task.subtasks.some((subtask) => subtask.id === subtaskInstanceId)) {
        throw new OcpError('SUBTASK_NOT_FOUND', { taskId: taskInstanceId, subtaskId: subtaskInstanceId });
      }
      return readSubtaskLog(logs, subtaskInstanceId, part, offsetMinutes);
    },
  };
}
