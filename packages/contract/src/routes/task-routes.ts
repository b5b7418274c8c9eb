import { z } from 'zod';
import { enumList, id, searchText } from '../input.ts';
import { pageParameters } from '../pagination.ts';
import { basicTask, task, taskStatuses, taskTypes } from '../resources/task.ts';
import type { Route } from './route.ts';

/** Fields by which a list of tasks can be sorted. */
export const taskSortFields = ['id', 'name', 'status', 'startTime', 'finishTime'] as const;

const taskPath = z.object({ taskInstanceId: id });
const readTask = { kind: 'instance', expression: 'TASK:{taskInstanceId}:READ' } as const;

export const taskRoutes = {
  taskList: {
    method: 'GET',
    path: '/api/v2/tasks/instances',
    tag: 'task',
    summary: 'List tasks',
    // Roles of OCP hold rights on all tasks or on none.
    permission: { kind: 'instance', expression: 'TASK:*:READ' },
    pathParameters: z.object({}),
    parameters: z.object({
      ...pageParameters(taskSortFields),
      name: searchText.optional(),
      status: enumList(taskStatuses).optional(),
      type: z.enum(taskTypes).optional(),
      clusterId: id.optional(),
      clusterName: searchText.optional(),
      /** OCP's own reference spells `clusterName` like this. */
      cluterName: searchText.optional(),
      tenantId: id.optional(),
      tenantName: searchText.optional(),
      hostId: id.optional(),
    }),
    answer: { kind: 'page', schema: basicTask },
  },
  taskGet: {
    method: 'GET',
    path: '/api/v2/tasks/instances/{taskInstanceId}',
    aliases: ['/api/v2/tasks/{taskInstanceId}'],
    tag: 'task',
    summary: 'Get a task with its subtasks',
    permission: readTask,
    pathParameters: taskPath,
    parameters: z.object({}),
    answer: { kind: 'object', schema: task },
  },
  subtaskLog: {
    method: 'GET',
    path: '/api/v2/tasks/instances/{taskInstanceId}/subtasks/{subtaskInstanceId}/log',
    tag: 'task',
    summary: 'Read the log of a subtask, also while it runs',
    permission: readTask,
    pathParameters: z.object({ taskInstanceId: id, subtaskInstanceId: id }),
    parameters: z.object({}),
    answer: { kind: 'object', schema: z.object({ log: z.string() }).meta({ id: 'SubtaskLog' }) },
  },
} as const satisfies Record<string, Route>;
