import { z } from 'zod';
import { idList, instant, searchText, textList } from '../input.ts';
import { pageParameters } from '../pagination.ts';
import { auditEvent, auditStatuses, logon } from '../resources/audit.ts';
import type { Route } from './route.ts';

const none = z.object({});

export const auditSortFields = ['startTime', 'endTime', 'id'] as const;
const page = pageParameters(auditSortFields);

export const auditRoutes = {
  auditEventList: {
    method: 'GET',
    path: '/api/v2/audit/events',
    tag: 'iam',
    summary: 'List what was done and what was refused, by whom',
    permission: { kind: 'instance', expression: 'AUDIT:*:READ' },
    pathParameters: none,
    parameters: z.object({
      ...page,
      /** OCP's name for `sort` on this page. */
      order: page.sort,
      eventType: textList.optional(),
      operationEvent: textList.optional(),
      resourceName: searchText.optional(),
      operatorId: idList.optional(),
      eventInfo: searchText.optional(),
      status: z.enum(auditStatuses).optional(),
      startTime: instant.optional(),
      endTime: instant.optional(),
    }),
    answer: { kind: 'page', schema: auditEvent },
  },
  logonList: {
    method: 'GET',
    path: '/api/v2/iam/logonHistory',
    tag: 'iam',
    summary: 'List who logged on or tried to',
    // As in OCP, this is for those who manage users, not for all who may see them.
    permission: { kind: 'instance', expression: 'USER:*:UPDATE' },
    pathParameters: none,
    parameters: z.object({
      ...page,
      username: searchText.optional(),
      startTime: instant.optional(),
      endTime: instant.optional(),
    }),
    answer: { kind: 'page', schema: logon },
  },
} as const satisfies Record<string, Route>;
