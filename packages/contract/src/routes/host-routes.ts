import { z } from 'zod';
import { enumList, id, searchText } from '../input.ts';
import { pageParameters } from '../pagination.ts';
import { hostRegistration, hostServiceTypes, hostStatuses, obHost } from '../resources/ob-host.ts';
import type { Route } from './route.ts';

const none = z.object({});
const hostPath = z.object({ hostId: id });

/** Fields by which a list of hosts can be sorted. */
export const hostSortFields = ['id', 'name', 'innerIpAddress', 'status', 'createTime'] as const;

export const hostRoutes = {
  hostList: {
    method: 'GET',
    path: '/api/v2/compute/hosts',
    tag: 'host',
    summary: 'List hosts',
    permission: { kind: 'some', expression: 'HOST:*:READ' },
    pathParameters: none,
    parameters: z.object({
      ...pageParameters(hostSortFields),
      status: enumList(hostStatuses).optional(),
      /** Part of the name, the address or the name of a cluster on the host. */
      keyword: searchText.optional(),
      includedServiceType: enumList(hostServiceTypes).optional(),
      excludedServiceType: enumList(hostServiceTypes).optional(),
    }),
    answer: { kind: 'page', schema: obHost },
  },
  hostGet: {
    method: 'GET',
    path: '/api/v2/compute/hosts/{hostId}',
    tag: 'host',
    summary: 'Get a host; asks its agent',
    permission: { kind: 'instance', expression: 'HOST:{hostId}:READ' },
    pathParameters: hostPath,
    parameters: none,
    answer: { kind: 'object', schema: obHost },
  },
  hostRegister: {
    method: 'POST',
    path: '/api/v2/compute/hosts',
    tag: 'host',
    summary: 'Register a host whose agent runs already',
    permission: { kind: 'instance', expression: 'HOST:*:CREATE' },
    pathParameters: none,
    parameters: hostRegistration,
    answer: { kind: 'object', schema: obHost },
  },
  hostDelete: {
    method: 'DELETE',
    path: '/api/v2/compute/hosts/{hostId}',
    tag: 'host',
    summary: 'Forget a host on which no server runs; nothing on the host is changed',
    permission: { kind: 'instance', expression: 'HOST:{hostId}:DELETE' },
    pathParameters: hostPath,
    parameters: none,
    answer: { kind: 'empty' },
  },
} as const satisfies Record<string, Route>;
