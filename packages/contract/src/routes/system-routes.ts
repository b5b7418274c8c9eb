import { z } from 'zod';
import { dateTime } from '../date-time.ts';
import { bool } from '../input.ts';
import type { Route } from './route.ts';

const none = z.object({});

/** OCP's fields; those about Java and Spring are there for its clients and say what runs here instead. */
export const productInfo = z
  .object({
    name: z.string(),
    group: z.string(),
    artifact: z.string(),
    buildTime: dateTime,
    buildVersion: z.string(),
    buildJavaVersion: z.string(),
    springBootVersion: z.string(),
  })
  .meta({ id: 'ProductInfo' });
export type ProductInfo = z.input<typeof productInfo>;

export const systemRoutes = {
  infoGet: {
    method: 'GET',
    path: '/api/v2/info',
    tag: 'system',
    summary: 'Name and version of this control plane',
    permission: { kind: 'authenticated' },
    pathParameters: none,
    parameters: none,
    answer: { kind: 'json', schema: productInfo },
  },
  timeGet: {
    method: 'GET',
    path: '/api/v2/time',
    tag: 'system',
    summary: 'The time of this control plane',
    permission: { kind: 'public' },
    pathParameters: none,
    parameters: none,
    answer: { kind: 'text' },
  },
  statusGet: {
    method: 'GET',
    path: '/api/status',
    tag: 'system',
    summary: '`okay`, or `bad` (with the unavailable parts when asked for)',
    permission: { kind: 'public' },
    pathParameters: none,
    parameters: z.object({ includeUnavailableComponent: bool.default(false) }),
    answer: { kind: 'text' },
  },
  openapiGet: {
    method: 'GET',
    path: '/api/v2/openapi.json',
    tag: 'system',
    summary: 'This API as an OpenAPI 3.1 document',
    permission: { kind: 'public' },
    pathParameters: none,
    parameters: none,
    answer: { kind: 'json', schema: z.record(z.string(), z.json()) },
  },
} as const satisfies Record<string, Route>;
