/** OCP documents what access keys are and no paths for them; these are ours. Everybody manages his own keys. */
import { z } from 'zod';
import { accessKey, accessKeyId, newAccessKey } from '../resources/access-key.ts';
import type { Route } from './route.ts';

const none = z.object({});
const keyPath = z.object({ accessKeyId });
const own = { kind: 'own' } as const;

export const accessKeyRoutes = {
  accessKeyList: {
    method: 'GET',
    path: '/api/v2/iam/accessKeys',
    tag: 'iam',
    summary: 'List your own access keys, without their secrets',
    permission: own,
    pathParameters: none,
    parameters: none,
    answer: { kind: 'list', schema: accessKey },
  },
  accessKeyCreate: {
    method: 'POST',
    path: '/api/v2/iam/accessKeys',
    tag: 'iam',
    summary: 'Make an access key for yourself; its secret is shown this once',
    permission: own,
    pathParameters: none,
    parameters: z.object({ description: z.string().max(255).default('') }),
    answer: { kind: 'object', schema: newAccessKey },
  },
  accessKeyEnable: {
    method: 'POST',
    path: '/api/v2/iam/accessKeys/{accessKeyId}/enable',
    tag: 'iam',
    summary: 'Enable an access key of yours',
    permission: own,
    pathParameters: keyPath,
    parameters: none,
    answer: { kind: 'object', schema: accessKey },
  },
  accessKeyDisable: {
    method: 'POST',
    path: '/api/v2/iam/accessKeys/{accessKeyId}/disable',
    tag: 'iam',
    summary: 'Disable an access key of yours, at once and on every instance',
    permission: own,
    pathParameters: keyPath,
    parameters: none,
    answer: { kind: 'object', schema: accessKey },
  },
  accessKeyDelete: {
    method: 'DELETE',
    path: '/api/v2/iam/accessKeys/{accessKeyId}',
    tag: 'iam',
    summary: 'Delete a disabled access key of yours',
    permission: own,
    pathParameters: keyPath,
    parameters: none,
    answer: { kind: 'empty' },
  },
} as const satisfies Record<string, Route>;
