import { z } from 'zod';
import { bool, enumList, id, searchText } from '../input.ts';
import { pageParameters } from '../pagination.ts';
import { clusterGuard } from '../resources/cluster-guard.ts';
import { clusterStatuses, obCluster } from '../resources/ob-cluster.ts';
import { obServer } from '../resources/ob-server.ts';
import { obZone } from '../resources/ob-zone.ts';
import {
  agentConnection,
  preCheckAnswer,
  takeOverAgent,
  takeOverParameters,
} from '../resources/take-over.ts';
import { task } from '../resources/task.ts';
import type { Route } from './route.ts';

const none = z.object({});
const clusterPath = z.object({ id });
const zoneName = z.string().min(1).max(128);
const readCluster = { kind: 'instance', expression: 'CLUSTER:{id}:READ' } as const;
/** OCP's documents call it "create cluster"; it covers clusters that are taken over. */
const createCluster = { kind: 'instance', expression: 'CLUSTER:*:CREATE' } as const;

/** Fields by which a list of clusters can be sorted. */
export const clusterSortFields = ['id', 'name', 'obClusterId', 'status', 'createTime'] as const;

export const clusterRoutes = {
  clusterList: {
    method: 'GET',
    path: '/api/v2/ob/clusters',
    tag: 'cluster',
    summary: 'List clusters',
    permission: { kind: 'some', expression: 'CLUSTER:*:READ' },
    pathParameters: none,
    parameters: z.object({
      ...pageParameters(clusterSortFields),
      name: searchText.optional(),
      status: enumList(clusterStatuses).optional(),
      /** Accepted for older clients; there are no standby clusters here yet. */
      withStandby: bool.optional(),
    }),
    answer: { kind: 'page', schema: obCluster },
  },
  clusterGet: {
    method: 'GET',
    path: '/api/v2/ob/clusters/{id}',
    tag: 'cluster',
    summary: 'Get a cluster',
    permission: readCluster,
    pathParameters: clusterPath,
    parameters: none,
    answer: { kind: 'object', schema: obCluster },
  },
  clusterTakeOverPreCheck: {
    method: 'POST',
    path: '/api/v2/ob/clusters/takeOverPreCheck',
    tag: 'cluster',
    summary: 'Check whether a cluster can be taken over; changes nothing',
    permission: createCluster,
    pathParameters: none,
    parameters: takeOverParameters,
    answer: { kind: 'object', schema: preCheckAnswer },
  },
  clusterTakeOver: {
    method: 'POST',
    path: '/api/v2/ob/clusters/takeOver',
    tag: 'cluster',
    summary: 'Take a running cluster over',
    permission: createCluster,
    pathParameters: none,
    parameters: takeOverParameters,
    answer: { kind: 'object', schema: task },
    createsTask: true,
  },
  clusterMoveOut: {
    method: 'POST',
    path: '/api/v2/ob/clusters/{id}/moveOut',
    tag: 'cluster',
    summary: 'Forget a cluster, its passwords included; nothing is done to the cluster and its hosts',
    permission: { kind: 'instance', expression: 'CLUSTER:{id}:DELETE' },
    pathParameters: clusterPath,
    parameters: none,
    answer: { kind: 'object', schema: task },
    createsTask: true,
  },
  clusterAgentsConnect: {
    method: 'POST',
    path: '/api/v2/ob/clusters/{id}/connectAgents',
    tag: 'cluster',
    summary: 'Connect agents of hosts, of servers that came without one or whose agent has moved',
    permission: { kind: 'instance', expression: 'CLUSTER:{id}:UPDATE' },
    pathParameters: clusterPath,
    parameters: z.object({ agents: z.array(takeOverAgent).min(1).max(1000) }),
    answer: { kind: 'list', schema: agentConnection },
  },
  clusterGuardGet: {
    method: 'GET',
    path: '/api/v2/ob/clusters/{id}/guard',
    tag: 'cluster',
    summary: 'Show the row in the cluster that keeps a second control plane out',
    permission: readCluster,
    pathParameters: clusterPath,
    parameters: none,
    answer: { kind: 'object', schema: clusterGuard },
  },
  clusterGuardUpdate: {
    method: 'PUT',
    path: '/api/v2/ob/clusters/{id}/guard',
    tag: 'cluster',
    summary:
      'Switch the guard against a second control plane on or off, or take the cluster from another one',
    permission: { kind: 'instance', expression: 'CLUSTER:{id}:UPDATE' },
    pathParameters: clusterPath,
    parameters: z.object({
      enabled: bool,
      adopt: bool.default(false).meta({
        description:
          'Take the cluster although another control plane has written last: only when that one no longer runs',
      }),
    }),
    answer: { kind: 'object', schema: clusterGuard },
  },
  zoneList: {
    method: 'GET',
    path: '/api/v2/ob/clusters/{id}/zones',
    tag: 'cluster',
    summary: 'List the zones of a cluster, with their servers',
    permission: readCluster,
    pathParameters: clusterPath,
    parameters: none,
    answer: { kind: 'list', schema: obZone },
  },
  serverList: {
    method: 'GET',
    path: '/api/v2/ob/clusters/{id}/servers',
    tag: 'cluster',
    summary: 'List the servers of a cluster',
    permission: readCluster,
    pathParameters: clusterPath,
    parameters: z.object({ regionName: searchText.optional(), idcName: searchText.optional() }),
    answer: { kind: 'list', schema: obServer },
  },
  zoneServerList: {
    method: 'GET',
    path: '/api/v2/ob/clusters/{id}/zones/{zoneName}/servers',
    aliases: ['/api/v2/clusters/{id}/zones/{zoneName}/servers'],
    tag: 'cluster',
    summary: 'List the servers of a zone',
    permission: readCluster,
    pathParameters: z.object({ id, zoneName }),
    parameters: none,
    answer: { kind: 'list', schema: obServer },
  },
} as const satisfies Record<string, Route>;
