import { z } from 'zod';
import { bool, id, integer } from '../input.ts';
import { operationPlan, overrideParameters } from '../resources/operation-plan.ts';
import { task } from '../resources/task.ts';
import type { Route } from './route.ts';

const none = z.object({});
const stopParameters = z.object({ reason: overrideParameters.reason });
const restartParameters = z.object({
  ...overrideParameters,
  freezeServer: bool
    .default(false)
    .meta({ description: 'Freeze the memtables of each server first, for a faster recovery' }),
  batchSize: integer({ min: 1, max: 64 }).default(1).meta({
    type: 'integer',
    minimum: 1,
    maximum: 64,
    description: 'Servers of one zone restarted together where every majority stays; otherwise one by one',
  }),
  healthyReadings: integer({ min: 1, max: 60 }).default(3).meta({
    type: 'integer',
    minimum: 1,
    maximum: 60,
    description: 'Healthy readings of the whole cluster in a row before each server, a second apart',
  }),
});

/** What an operation on a cluster, and the plan of it, have in common. */
const ofCluster = {
  method: 'POST',
  tag: 'cluster',
  permission: { kind: 'instance', expression: 'CLUSTER:{id}:UPDATE' },
  pathParameters: z.object({ id }),
} as const;
const answersTask = { answer: { kind: 'object', schema: task }, createsTask: true } as const;
const answersPlan = { answer: { kind: 'object', schema: operationPlan } } as const;

export const clusterOperationRoutes = {
  clusterStop: {
    ...ofCluster,
    path: '/api/v2/ob/clusters/{id}/stop',
    summary: 'Stop a cluster: all its processes at once; every tenant loses service',
    parameters: stopParameters,
    ...answersTask,
  },
  clusterStopPlan: {
    ...ofCluster,
    path: '/api/v2/ob/clusters/{id}/stop/plan',
    summary: 'Plan the stop of a cluster: every check, what it would do; changes nothing',
    parameters: stopParameters,
    ...answersPlan,
  },
  clusterStart: {
    ...ofCluster,
    path: '/api/v2/ob/clusters/{id}/start',
    summary: 'Start a cluster: all processes that its stop had stopped, at once',
    parameters: none,
    ...answersTask,
  },
  clusterStartPlan: {
    ...ofCluster,
    path: '/api/v2/ob/clusters/{id}/start/plan',
    summary: 'Plan the start of a cluster: every check, what it would do; changes nothing',
    parameters: none,
    ...answersPlan,
  },
  clusterRestart: {
    ...ofCluster,
    path: '/api/v2/ob/clusters/{id}/restart',
    summary:
      'Restart a cluster zone by zone, server by server, while it serves; it can be paused and aborted',
    parameters: restartParameters,
    ...answersTask,
  },
  clusterRestartPlan: {
    ...ofCluster,
    path: '/api/v2/ob/clusters/{id}/restart/plan',
    summary: 'Plan the rolling restart of a cluster: every check, what it would do; changes nothing',
    parameters: restartParameters,
    ...answersPlan,
  },
} as const satisfies Record<string, Route>;
