import { z } from 'zod';
import { bool, id } from '../input.ts';
import { task } from '../resources/task.ts';
import type { Route } from './route.ts';

const serverPath = z.object({ id, serverId: id });
const updateCluster = { kind: 'instance', expression: 'CLUSTER:{id}:UPDATE' } as const;

export const serverRoutes = {
  serverStop: {
    method: 'POST',
    path: '/api/v2/ob/clusters/{id}/servers/{serverId}/stop',
    tag: 'cluster',
    summary: 'Stop a server: move its leaders away, isolate it in the kernel, stop its process',
    permission: updateCluster,
    pathParameters: serverPath,
    parameters: z.object({
      force: bool
        .default(false)
        .meta({ description: 'Stop although a check says no; what was overridden is recorded' }),
      freezeServer: bool
        .default(false)
        .meta({ description: 'Freeze the memtables first, for a faster recovery' }),
      type: z
        .enum(['STOP_SERVICE', 'STOP_PROCESS'])
        .optional()
        .meta({ description: 'Isolate only, or stop the process too (the default)' }),
    }),
    answer: { kind: 'object', schema: task },
    createsTask: true,
  },
  serverStart: {
    method: 'POST',
    path: '/api/v2/ob/clusters/{id}/servers/{serverId}/start',
    tag: 'cluster',
    summary: 'Start a server: its process, then its service once it is ready',
    permission: updateCluster,
    pathParameters: serverPath,
    parameters: z.object({}),
    answer: { kind: 'object', schema: task },
    createsTask: true,
  },
} as const satisfies Record<string, Route>;
