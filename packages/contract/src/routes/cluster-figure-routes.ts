/** Parameters, resources and the password of a cluster: what SQL alone tells and does, without any agent. */
import { z } from 'zod';
import { bool, id, secretText } from '../input.ts';
import { clusterStats, obUnit, serverStats } from '../resources/ob-figures.ts';
import { obParameter, obParameterInfo, parameterChange } from '../resources/ob-parameter.ts';
import type { Route } from './route.ts';

const none = z.object({});
const clusterPath = z.object({ id });
const readCluster = { kind: 'instance', expression: 'CLUSTER:{id}:READ' } as const;
const updateCluster = { kind: 'instance', expression: 'CLUSTER:{id}:UPDATE' } as const;

export const clusterFigureRoutes = {
  clusterParameterInfoList: {
    method: 'GET',
    path: '/api/v2/ob/clusters/parameterInfo',
    tag: 'cluster',
    summary: 'List what is known of the parameters, for every OceanBase version among the clusters',
    permission: { kind: 'some', expression: 'CLUSTER:*:READ' },
    pathParameters: none,
    parameters: none,
    answer: { kind: 'list', schema: obParameterInfo },
  },
  clusterParameterList: {
    method: 'GET',
    path: '/api/v2/ob/clusters/{id}/parameters',
    tag: 'cluster',
    summary: 'List the parameters of a cluster with the values of its servers',
    permission: readCluster,
    pathParameters: clusterPath,
    parameters: none,
    answer: { kind: 'list', schema: obParameter },
  },
  clusterParameterUpdate: {
    method: 'PUT',
    path: '/api/v2/ob/clusters/{id}/parameters',
    tag: 'cluster',
    summary: 'Change parameters of a cluster, all of them or none',
    permission: updateCluster,
    pathParameters: clusterPath,
    parameters: z.object({ parameters: z.array(parameterChange).min(1).max(200) }),
    listBody: 'parameters',
    answer: { kind: 'empty' },
  },
  clusterPasswordChange: {
    method: 'POST',
    path: '/api/v2/ob/clusters/{id}/changePassword',
    tag: 'cluster',
    summary: 'Change the password of root@sys, in the cluster and here',
    permission: updateCluster,
    pathParameters: clusterPath,
    parameters: z.object({
      newPassword: secretText(z.string().max(256)),
      currentPassword: secretText(z.string().max(256)).optional().meta({
        description: 'Needed when it was changed past this control plane; else the stored one is used',
      }),
      saveToCredential: bool
        .default(false)
        .meta({ description: 'Keep it among the credentials of the caller, too' }),
    }),
    answer: { kind: 'empty' },
  },
  clusterStatsGet: {
    method: 'GET',
    path: '/api/v2/ob/clusters/{id}/stats',
    tag: 'cluster',
    summary: 'Get the resources of a cluster: total, assigned and used',
    permission: readCluster,
    pathParameters: clusterPath,
    parameters: none,
    answer: { kind: 'object', schema: clusterStats },
  },
  clusterServerStatsList: {
    method: 'GET',
    path: '/api/v2/ob/clusters/{id}/serverStats',
    tag: 'cluster',
    summary: 'List the resources of the servers of a cluster that answer',
    permission: readCluster,
    pathParameters: clusterPath,
    parameters: none,
    answer: { kind: 'list', schema: serverStats },
  },
  clusterUnitList: {
    method: 'GET',
    path: '/api/v2/ob/clusters/{id}/units',
    tag: 'cluster',
    summary: 'List the resource units of a cluster and the servers they are on',
    permission: readCluster,
    pathParameters: clusterPath,
    parameters: none,
    answer: { kind: 'list', schema: obUnit },
  },
} as const satisfies Record<string, Route>;
