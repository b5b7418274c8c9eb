/** Adding servers and zones to a cluster, deleting them, replacing servers. */
import { z } from 'zod';
import { homePath } from '../agent/protocol.ts';
import { bool, id, port } from '../input.ts';
import { operationPlan } from '../resources/operation-plan.ts';
import { task } from '../resources/task.ts';
import type { Route } from './route.ts';

const clusterPath = z.object({ id });
const zonePath = z.object({ id, zoneName: z.string().min(1).max(128) });
const serverPath = z.object({ id, serverId: id });
const updateCluster = { kind: 'instance', expression: 'CLUSTER:{id}:UPDATE' } as const;
const answersTask = { answer: { kind: 'object', schema: task }, createsTask: true } as const;
const answersPlan = { answer: { kind: 'object', schema: operationPlan } } as const;

/** Additive; what is left out follows from the cluster (ports) and from the host (its only free home). */
const place = { sqlPort: port.optional(), rpcPort: port.optional(), home: homePath.optional() };

/** Additive: the hosts are lost. The kernel is told, and nothing is asked of their agents. */
const skipHostOperation = bool
  .default(false)
  .meta({ description: 'The host is lost: nothing is asked of its agent, its process is not ended' });

const idList = z.array(id).min(1).max(100);

const addParameters = z.object({
  zoneName: z.string().min(1).max(128),
  servers: idList.meta({ description: 'Ids of the hosts' }),
  ...place,
});
const deleteParameters = z.object({
  servers: idList.meta({ description: 'Ids of the servers' }),
  skipHostOperation,
});
const replaceParameters = z.object({ hostId: id, skipHostOperation, ...place });

/** A name that goes into a statement: no quotes, blanks or control characters. */
const name = z.string().regex(/^[^'"`\\;\p{C}\p{Z}]{1,128}$/u, 'must have no quotes, blanks or semicolons');
const zoneParameters = z.object({
  name,
  idcName: name,
  regionName: name.optional().meta({
    description: 'Additive: where neither the IDC nor the other zones of the cluster tell it',
  }),
  servers: idList.meta({ description: 'Ids of the hosts' }),
  ...place,
});

export const membershipRoutes = {
  serverAdd: {
    method: 'POST',
    path: '/api/v2/ob/clusters/{id}/servers',
    tag: 'cluster',
    summary: 'Add servers to a zone, on hosts that have the software already',
    permission: updateCluster,
    pathParameters: clusterPath,
    parameters: addParameters,
    ...answersTask,
  },
  serverAddPlan: {
    method: 'POST',
    path: '/api/v2/ob/clusters/{id}/servers/plan',
    tag: 'cluster',
    summary: 'Plan the addition of servers: every check, what it would do; changes nothing',
    permission: updateCluster,
    pathParameters: clusterPath,
    parameters: addParameters,
    ...answersPlan,
  },
  serverDelete: {
    method: 'POST',
    path: '/api/v2/ob/clusters/{id}/servers/batchDelete',
    tag: 'cluster',
    summary: 'Delete servers: the kernel moves everything off them, then their processes end',
    permission: updateCluster,
    pathParameters: clusterPath,
    parameters: deleteParameters,
    ...answersTask,
  },
  serverDeletePlan: {
    method: 'POST',
    path: '/api/v2/ob/clusters/{id}/servers/batchDelete/plan',
    tag: 'cluster',
    summary: 'Plan the deletion of servers: every check, what it would do; changes nothing',
    permission: updateCluster,
    pathParameters: clusterPath,
    parameters: deleteParameters,
    ...answersPlan,
  },
  serverReplace: {
    method: 'POST',
    path: '/api/v2/ob/clusters/{id}/servers/{serverId}/replace',
    tag: 'cluster',
    summary: 'Replace a server: a new one joins its zone, then the old one is deleted',
    permission: updateCluster,
    pathParameters: serverPath,
    parameters: replaceParameters,
    ...answersTask,
  },
  serverReplacePlan: {
    method: 'POST',
    path: '/api/v2/ob/clusters/{id}/servers/{serverId}/replace/plan',
    tag: 'cluster',
    summary: 'Plan the replacement of a server: every check, what it would do; changes nothing',
    permission: updateCluster,
    pathParameters: serverPath,
    parameters: replaceParameters,
    ...answersPlan,
  },
  zoneAdd: {
    method: 'POST',
    path: '/api/v2/ob/clusters/{id}/zones',
    tag: 'cluster',
    summary: 'Add a zone with its servers, on hosts that have the software already',
    permission: updateCluster,
    pathParameters: clusterPath,
    parameters: zoneParameters,
    ...answersTask,
  },
  zoneAddPlan: {
    method: 'POST',
    path: '/api/v2/ob/clusters/{id}/zones/plan',
    tag: 'cluster',
    summary: 'Plan the addition of a zone: every check, what it would do; changes nothing',
    permission: updateCluster,
    pathParameters: clusterPath,
    parameters: zoneParameters,
    ...answersPlan,
  },
  zoneDelete: {
    method: 'DELETE',
    path: '/api/v2/ob/clusters/{id}/zones/{zoneName}',
    tag: 'cluster',
    summary: 'Delete a zone without data: its servers leave the cluster, their processes end',
    permission: updateCluster,
    pathParameters: zonePath,
    parameters: z.object({}),
    ...answersTask,
  },
  zoneDeletePlan: {
    method: 'POST',
    path: '/api/v2/ob/clusters/{id}/zones/{zoneName}/delete/plan',
    tag: 'cluster',
    summary: 'Plan the deletion of a zone: every check, what it would do; changes nothing',
    permission: updateCluster,
    pathParameters: zonePath,
    parameters: z.object({}),
    ...answersPlan,
  },
} as const satisfies Record<string, Route>;
