import { z } from 'zod';
import { credentials, currentUser, loginAnswer } from '../resources/session.ts';
import type { Route } from './route.ts';

const none = z.object({});

export const sessionRoutes = {
  sessionLogin: {
    method: 'POST',
    path: '/api/v2/iam/login',
    tag: 'iam',
    summary: 'Log on: begins a session, whose id is in a cookie',
    permission: { kind: 'credentials' },
    pathParameters: none,
    parameters: credentials,
    answer: { kind: 'session', schema: loginAnswer },
  },
  sessionLogout: {
    method: 'POST',
    path: '/api/v2/iam/logout',
    tag: 'iam',
    summary: 'End the session of the cookie, on every instance',
    permission: { kind: 'own', withOldPassword: true },
    pathParameters: none,
    parameters: none,
    answer: { kind: 'sessionEnd' },
  },
  currentUserGet: {
    method: 'GET',
    path: '/api/v2/iam/me',
    tag: 'iam',
    summary: 'Who you are, and what you may do',
    permission: { kind: 'own', withOldPassword: true },
    pathParameters: none,
    parameters: none,
    answer: { kind: 'object', schema: currentUser },
  },
} as const satisfies Record<string, Route>;
