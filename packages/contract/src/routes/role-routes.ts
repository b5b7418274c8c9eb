/** Roles. OCP documents what they are and no paths for them; these are ours. */
import { z } from 'zod';
import { role, roleName, roleParameters } from '../resources/role.ts';
import type { Route } from './route.ts';

const none = z.object({});
const rolePath = z.object({ roleName });

export const roleRoutes = {
  roleList: {
    method: 'GET',
    path: '/api/v2/iam/roles',
    tag: 'iam',
    summary: 'List all roles, the built-in ones first',
    permission: { kind: 'instance', expression: 'ROLE:*:READ' },
    pathParameters: none,
    parameters: none,
    answer: { kind: 'list', schema: role },
  },
  roleGet: {
    method: 'GET',
    path: '/api/v2/iam/roles/{roleName}',
    tag: 'iam',
    summary: 'Get a role',
    permission: { kind: 'instance', expression: 'ROLE:{roleName}:READ' },
    pathParameters: rolePath,
    parameters: none,
    answer: { kind: 'object', schema: role },
  },
  roleCreate: {
    method: 'POST',
    path: '/api/v2/iam/roles',
    tag: 'iam',
    summary: 'Make a role with rights on chosen clusters',
    permission: { kind: 'instance', expression: 'ROLE:*:CREATE' },
    pathParameters: none,
    parameters: roleParameters.extend({ name: roleName }),
    answer: { kind: 'object', schema: role },
  },
  roleUpdate: {
    method: 'PUT',
    path: '/api/v2/iam/roles/{roleName}',
    tag: 'iam',
    summary: 'Replace the rights of a custom role; effective at once',
    permission: { kind: 'instance', expression: 'ROLE:{roleName}:UPDATE' },
    pathParameters: rolePath,
    parameters: roleParameters,
    answer: { kind: 'object', schema: role },
  },
  roleDelete: {
    method: 'DELETE',
    path: '/api/v2/iam/roles/{roleName}',
    tag: 'iam',
    summary: 'Delete a custom role that nobody holds',
    permission: { kind: 'instance', expression: 'ROLE:{roleName}:DELETE' },
    pathParameters: rolePath,
    parameters: none,
    answer: { kind: 'empty' },
  },
} as const satisfies Record<string, Route>;
