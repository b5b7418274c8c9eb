import { z } from 'zod';
import { bool, id, returnTime } from '../input.ts';
import { operationPlan, overrideParameters } from '../resources/operation-plan.ts';
import { task } from '../resources/task.ts';
import type { Route } from './route.ts';

const serverPath = z.object({ id, serverId: id });
const updateCluster = { kind: 'instance', expression: 'CLUSTER:{id}:UPDATE' } as const;

const freezeServer = bool
  .default(false)
  .meta({ description: 'Freeze the memtables first, for a faster recovery' });

const stopParameters = z.object({
  ...overrideParameters,
  freezeServer,
  type: z
    .enum(['STOP_SERVICE', 'STOP_PROCESS'])
    .optional()
    .meta({ description: 'Isolate only, or stop the process too (the default)' }),
  returnBy: returnTime.optional().meta({
    description:
      'When the server shall be back, as a time (ISO 8601) or in minutes: until then server_permanent_offline_time is raised where it is too short',
  }),
  startAtReturnBy: bool
    .optional()
    .meta({ default: false, description: 'Start the server again by itself at that time' }),
});

const restartParameters = z.object({ ...overrideParameters, freezeServer });

/** What an operation on a server, and the plan of it, have in common. */
const ofServer = {
  method: 'POST',
  tag: 'cluster',
  permission: updateCluster,
  pathParameters: serverPath,
} as const;
const answersTask = { answer: { kind: 'object', schema: task }, createsTask: true } as const;
const answersPlan = { answer: { kind: 'object', schema: operationPlan } } as const;

export const serverRoutes = {
  serverStop: {
    ...ofServer,
    path: '/api/v2/ob/clusters/{id}/servers/{serverId}/stop',
    summary: 'Stop a server: move its leaders away, isolate it in the kernel, stop its process',
    parameters: stopParameters,
    ...answersTask,
  },
  serverStopPlan: {
    ...ofServer,
    path: '/api/v2/ob/clusters/{id}/servers/{serverId}/stop/plan',
    summary: 'Plan the stop of a server: every check, what it would do; changes nothing',
    parameters: stopParameters,
    ...answersPlan,
  },
  serverStart: {
    ...ofServer,
    path: '/api/v2/ob/clusters/{id}/servers/{serverId}/start',
    summary: 'Start a server: its process, then its service once it is ready',
    parameters: z.object({}),
    ...answersTask,
  },
  serverStartPlan: {
    ...ofServer,
    path: '/api/v2/ob/clusters/{id}/servers/{serverId}/start/plan',
    summary: 'Plan the start of a server: every check, what it would do; changes nothing',
    parameters: z.object({}),
    ...answersPlan,
  },
  serverRestart: {
    ...ofServer,
    path: '/api/v2/ob/clusters/{id}/servers/{serverId}/restart',
    summary: 'Restart a server: stop it as a stop does, then start it as a start does',
    parameters: restartParameters,
    ...answersTask,
  },
  serverRestartPlan: {
    ...ofServer,
    path: '/api/v2/ob/clusters/{id}/servers/{serverId}/restart/plan',
    summary: 'Plan the restart of a server: every check, what it would do; changes nothing',
    parameters: restartParameters,
    ...answersPlan,
  },
} as const satisfies Record<string, Route>;
