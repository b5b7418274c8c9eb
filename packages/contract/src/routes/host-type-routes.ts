import { z } from 'zod';
import { id } from '../input.ts';
import { MAX_PAGE_SIZE, pageParameters } from '../pagination.ts';
import { hostType } from '../resources/host-type.ts';
import type { Route } from './route.ts';

const none = z.object({});
const hostTypePath = z.object({ hostTypeId: id });
// OCP's roles hold rights on all hosts or on none.
const readHosts = { kind: 'instance', expression: 'HOST:*:READ' } as const;

/** Fields by which a list of host types can be sorted. */
export const hostTypeSortFields = ['id', 'name', 'createTime', 'updateTime'] as const;
const pages = pageParameters(hostTypeSortFields);

export const hostTypeRoutes = {
  hostTypeList: {
    method: 'GET',
    path: '/api/v2/compute/hostTypes',
    tag: 'host',
    summary: 'List host types',
    permission: readHosts,
    pathParameters: none,
    // OCP's tools look a name up in the first page and ask for no size.
    parameters: z.object({ ...pages, size: pages.size.removeDefault().default(MAX_PAGE_SIZE) }),
    answer: { kind: 'page', schema: hostType },
  },
  hostTypeGet: {
    method: 'GET',
    path: '/api/v2/compute/hostTypes/{hostTypeId}',
    tag: 'host',
    summary: 'Get a host type',
    permission: readHosts,
    pathParameters: hostTypePath,
    parameters: none,
    answer: { kind: 'object', schema: hostType },
  },
  hostTypeCreate: {
    method: 'POST',
    path: '/api/v2/compute/hostTypes',
    tag: 'host',
    summary: 'Create a host type',
    permission: { kind: 'instance', expression: 'HOST:*:CREATE' },
    pathParameters: none,
    parameters: z.object({
      name: z.string().trim().min(1).max(128),
      description: z.string().max(1024).optional(),
    }),
    answer: { kind: 'object', schema: hostType },
  },
  hostTypeDelete: {
    method: 'DELETE',
    path: '/api/v2/compute/hostTypes/{hostTypeId}',
    tag: 'host',
    summary: 'Delete a host type that no cluster uses',
    permission: { kind: 'instance', expression: 'HOST:*:DELETE' },
    pathParameters: hostTypePath,
    parameters: none,
    answer: { kind: 'empty' },
  },
} as const satisfies Record<string, Route>;
