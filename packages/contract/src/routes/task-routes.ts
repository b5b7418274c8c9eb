import { z } from 'zod';
import { enumList, id, integer, searchText } from '../input.ts';
import { pageParameters } from '../pagination.ts';
import { eventPosition, streamEvent } from '../resources/event.ts';
import { MAX_LOG_LINES, subtaskLog } from '../resources/subtask-log.ts';
import { basicTask, fullSubtask, task, taskStatuses, taskTypes } from '../resources/task.ts';
import type { Route } from './route.ts';

/** Fields by which a list of tasks can be sorted. */
export const taskSortFields = ['id', 'name', 'status', 'startTime', 'finishTime'] as const;

const taskPath = z.object({ taskInstanceId: id });
const subtaskPath = z.object({ taskInstanceId: id, subtaskInstanceId: id });
const none = z.object({});
const readTask = { kind: 'instance', expression: 'TASK:{taskInstanceId}:READ' } as const;
const updateTask = { kind: 'instance', expression: 'TASK:{taskInstanceId}:UPDATE' } as const;

export const taskRoutes = {
  taskList: {
    method: 'GET',
    path: '/api/v2/tasks/instances',
    tag: 'task',
    summary: 'List tasks',
    // Roles of OCP hold rights on all tasks or on none.
    permission: { kind: 'instance', expression: 'TASK:*:READ' },
    pathParameters: none,
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
    parameters: none,
    answer: { kind: 'object', schema: task },
  },
  taskRetry: {
    method: 'POST',
    path: '/api/v2/tasks/instances/{taskInstanceId}/retry',
    tag: 'task',
    summary: 'Retry all failed subtasks of a failed task: each is undone first, then run again',
    permission: updateTask,
    pathParameters: taskPath,
    parameters: none,
    answer: { kind: 'object', schema: task },
  },
  taskRollback: {
    method: 'POST',
    path: '/api/v2/tasks/instances/{taskInstanceId}/rollback',
    tag: 'task',
    summary: 'Roll a failed task back: everything that ran is undone, the last first',
    permission: updateTask,
    pathParameters: taskPath,
    parameters: none,
    answer: { kind: 'object', schema: task },
  },
  taskRelease: {
    method: 'POST',
    path: '/api/v2/tasks/instances/{taskInstanceId}/release',
    tag: 'task',
    summary: 'Let a failed task give up the cluster that it holds; what it left stays as it is',
    permission: updateTask,
    pathParameters: taskPath,
    parameters: none,
    answer: { kind: 'object', schema: task },
  },
  taskPause: {
    method: 'POST',
    path: '/api/v2/tasks/instances/{taskInstanceId}/pause',
    tag: 'task',
    summary: 'Pause a rolling operation: it waits before the next server until it is resumed',
    permission: updateTask,
    pathParameters: taskPath,
    parameters: none,
    answer: { kind: 'object', schema: task },
  },
  taskResume: {
    method: 'POST',
    path: '/api/v2/tasks/instances/{taskInstanceId}/resume',
    tag: 'task',
    summary: 'Resume a rolling operation that was paused',
    permission: updateTask,
    pathParameters: taskPath,
    parameters: none,
    answer: { kind: 'object', schema: task },
  },
  taskAbort: {
    method: 'POST',
    path: '/api/v2/tasks/instances/{taskInstanceId}/abort',
    tag: 'task',
    summary: 'Abort a rolling operation: it fails before the next server, with nothing stopped',
    permission: updateTask,
    pathParameters: taskPath,
    parameters: none,
    answer: { kind: 'object', schema: task },
  },
  taskDiagnosis: {
    method: 'POST',
    path: '/api/v2/tasks/instances/{taskInstanceId}/downloadDiagnosis',
    tag: 'task',
    summary:
      'Download a task as a zip file: the task, its subtasks, their logs, the checks it rests on, versions',
    permission: readTask,
    pathParameters: taskPath,
    parameters: none,
    answer: { kind: 'file', mediaType: 'application/zip' },
  },
  subtaskLog: {
    method: 'GET',
    path: '/api/v2/tasks/instances/{taskInstanceId}/subtasks/{subtaskInstanceId}/log',
    tag: 'task',
    summary: 'Read the log of a subtask, also while it runs',
    permission: readTask,
    pathParameters: subtaskPath,
    parameters: z.object({
      offset: integer({ min: 0, max: Number.MAX_SAFE_INTEGER })
        .meta({ type: 'integer', minimum: 0, description: 'Lines to leave out at the beginning' })
        .optional(),
      limit: integer({ min: 1, max: MAX_LOG_LINES })
        .meta({
          type: 'integer',
          minimum: 1,
          maximum: MAX_LOG_LINES,
          description: 'Lines to answer at most; without offset and limit a long log shows its end',
        })
        .optional(),
    }),
    answer: { kind: 'object', schema: subtaskLog },
  },
  subtaskRetry: {
    method: 'POST',
    path: '/api/v2/tasks/instances/{taskInstanceId}/subtasks/{subtaskInstanceId}/retry',
    tag: 'task',
    summary: 'Retry a failed subtask: undo what it left, then run it again',
    permission: updateTask,
    pathParameters: subtaskPath,
    parameters: none,
    answer: { kind: 'object', schema: fullSubtask },
  },
  subtaskSkip: {
    method: 'POST',
    path: '/api/v2/tasks/instances/{taskInstanceId}/subtasks/{subtaskInstanceId}/skip',
    tag: 'task',
    summary: 'Declare a failed subtask done without running it',
    permission: updateTask,
    pathParameters: subtaskPath,
    parameters: none,
    answer: { kind: 'empty' },
  },
  subtaskCancel: {
    method: 'POST',
    path: '/api/v2/tasks/instances/{taskInstanceId}/subtasks/{subtaskInstanceId}/cancel',
    tag: 'task',
    summary: 'Cancel a running subtask: it ends as failed, and the task with it',
    permission: updateTask,
    pathParameters: subtaskPath,
    parameters: none,
    answer: { kind: 'empty' },
  },
  eventStream: {
    method: 'GET',
    path: '/api/v2/events',
    tag: 'task',
    summary: 'Follow tasks, subtasks, their logs and the states of servers as Server-Sent Events',
    permission: { kind: 'instance', expression: 'TASK:*:READ' },
    pathParameters: none,
    parameters: z.object({
      clusterId: id.meta({ description: 'Only what concerns this cluster' }).optional(),
      taskId: id.meta({ description: 'Only this task, its subtasks and their logs' }).optional(),
      lastEventId: eventPosition.optional(),
    }),
    answer: { kind: 'events', schema: streamEvent },
  },
} as const satisfies Record<string, Route>;
