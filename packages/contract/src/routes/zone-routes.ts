import { z } from 'zod';
import { id } from '../input.ts';
import { operationPlan, overrideParameters } from '../resources/operation-plan.ts';
import { task } from '../resources/task.ts';
import type { Route } from './route.ts';

const none = z.object({});
const overrides = z.object(overrideParameters);

/** What an operation on a zone, and the plan of it, have in common. */
const ofZone = {
  method: 'POST',
  tag: 'cluster',
  permission: { kind: 'instance', expression: 'CLUSTER:{id}:UPDATE' },
  pathParameters: z.object({ id, zoneName: z.string().min(1).max(128) }),
} as const;
const answersTask = { answer: { kind: 'object', schema: task }, createsTask: true } as const;
const answersPlan = { answer: { kind: 'object', schema: operationPlan } } as const;

export const zoneRoutes = {
  zoneStop: {
    ...ofZone,
    path: '/api/v2/ob/clusters/{id}/zones/{zoneName}/stop',
    summary:
      'Stop a zone: move its leaders away, isolate it in the kernel, stop the processes of its servers',
    parameters: overrides,
    ...answersTask,
  },
  zoneStopPlan: {
    ...ofZone,
    path: '/api/v2/ob/clusters/{id}/zones/{zoneName}/stop/plan',
    summary: 'Plan the stop of a zone: every check, what it would do; changes nothing',
    parameters: overrides,
    ...answersPlan,
  },
  zoneStart: {
    ...ofZone,
    path: '/api/v2/ob/clusters/{id}/zones/{zoneName}/start',
    summary: 'Start a zone: the processes that its stop had stopped, then its service',
    parameters: none,
    ...answersTask,
  },
  zoneStartPlan: {
    ...ofZone,
    path: '/api/v2/ob/clusters/{id}/zones/{zoneName}/start/plan',
    summary: 'Plan the start of a zone: every check, what it would do; changes nothing',
    parameters: none,
    ...answersPlan,
  },
  zoneRestart: {
    ...ofZone,
    path: '/api/v2/ob/clusters/{id}/zones/{zoneName}/restart',
    summary: 'Restart a zone: stop it as a stop does, then start it as a start does',
    parameters: overrides,
    ...answersTask,
  },
  zoneRestartPlan: {
    ...ofZone,
    path: '/api/v2/ob/clusters/{id}/zones/{zoneName}/restart/plan',
    summary: 'Plan the restart of a zone: every check, what it would do; changes nothing',
    parameters: overrides,
    ...answersPlan,
  },
} as const satisfies Record<string, Route>;
