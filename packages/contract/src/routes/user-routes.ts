/** Users. OCP documents their rules and no paths for them; these are ours. */
import { z } from 'zod';
import { enumList, searchText } from '../input.ts';
import { pageParameters } from '../pagination.ts';
import {
  newUser,
  passwordChange,
  passwordReset,
  user,
  userChanges,
  userPath,
  userStatuses,
} from '../resources/user.ts';
import type { Route } from './route.ts';

const none = z.object({});
const updateUser = { kind: 'instance', expression: 'USER:{userId}:UPDATE' } as const;

export const userSortFields = ['id', 'username', 'createTime'] as const;

export const userRoutes = {
  userList: {
    method: 'GET',
    path: '/api/v2/iam/users',
    tag: 'iam',
    summary: 'List users',
    permission: { kind: 'instance', expression: 'USER:*:READ' },
    pathParameters: none,
    parameters: z.object({
      ...pageParameters(userSortFields),
      username: searchText.optional(),
      status: enumList(userStatuses).optional(),
    }),
    answer: { kind: 'page', schema: user },
  },
  userGet: {
    method: 'GET',
    path: '/api/v2/iam/users/{userId}',
    tag: 'iam',
    summary: 'Get a user',
    permission: { kind: 'instance', expression: 'USER:{userId}:READ' },
    pathParameters: userPath,
    parameters: none,
    answer: { kind: 'object', schema: user },
  },
  userCreate: {
    method: 'POST',
    path: '/api/v2/iam/users',
    tag: 'iam',
    summary: 'Make a user; the first log-on asks for another password',
    permission: { kind: 'instance', expression: 'USER:*:CREATE' },
    pathParameters: none,
    parameters: newUser,
    answer: { kind: 'object', schema: user },
  },
  userUpdate: {
    method: 'PUT',
    path: '/api/v2/iam/users/{userId}',
    tag: 'iam',
    summary: 'Change the profile or the roles of a user; effective at once',
    permission: updateUser,
    pathParameters: userPath,
    parameters: userChanges,
    answer: { kind: 'object', schema: user },
  },
  userEnable: {
    method: 'POST',
    path: '/api/v2/iam/users/{userId}/enable',
    tag: 'iam',
    summary: 'Enable a user',
    permission: updateUser,
    pathParameters: userPath,
    parameters: none,
    answer: { kind: 'object', schema: user },
  },
  userDisable: {
    method: 'POST',
    path: '/api/v2/iam/users/{userId}/disable',
    tag: 'iam',
    summary: 'Disable a user: passwords, sessions and access keys stop working at once',
    permission: updateUser,
    pathParameters: userPath,
    parameters: none,
    answer: { kind: 'object', schema: user },
  },
  userUnlock: {
    method: 'POST',
    path: '/api/v2/iam/users/{userId}/unlock',
    tag: 'iam',
    summary: 'Unlock a user who is locked after too many wrong passwords',
    permission: updateUser,
    pathParameters: userPath,
    parameters: none,
    answer: { kind: 'object', schema: user },
  },
  userResetPassword: {
    method: 'POST',
    path: '/api/v2/iam/users/{userId}/resetPassword',
    tag: 'iam',
    summary: 'Give a user a new password, to be changed at the next log-on',
    permission: updateUser,
    pathParameters: userPath,
    parameters: passwordReset,
    answer: { kind: 'empty' },
  },
  userDelete: {
    method: 'DELETE',
    path: '/api/v2/iam/users/{userId}',
    tag: 'iam',
    summary: 'Delete a user with his access keys',
    permission: { kind: 'instance', expression: 'USER:{userId}:DELETE' },
    pathParameters: userPath,
    parameters: none,
    answer: { kind: 'empty' },
  },
  passwordChange: {
    method: 'POST',
    path: '/api/v2/iam/changePassword',
    tag: 'iam',
    summary: 'Change your own password; every session of yours ends',
    permission: { kind: 'own', withOldPassword: true },
    pathParameters: none,
    parameters: passwordChange,
    answer: { kind: 'empty' },
  },
} as const satisfies Record<string, Route>;
