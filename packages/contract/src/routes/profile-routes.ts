/** What belongs to the user who calls. */
import { z } from 'zod';
import { id, searchText } from '../input.ts';
import { MAX_PAGE_SIZE, pageParameters } from '../pagination.ts';
import { credential, credentialParameters, credentialTargets } from '../resources/credential.ts';
import type { Route } from './route.ts';

const none = z.object({});

/** Fields by which a list of credentials can be sorted. */
export const credentialSortFields = ['id', 'name', 'createTime', 'updateTime'] as const;
const pages = pageParameters(credentialSortFields);

export const profileRoutes = {
  credentialList: {
    method: 'GET',
    path: '/api/v2/profiles/me/credentials',
    tag: 'profile',
    summary: 'List the credentials of the caller, without what is secret about them',
    permission: { kind: 'authenticated' },
    pathParameters: none,
    parameters: z.object({
      ...pages,
      // OCP's tools look a name up in the first page and ask for no size.
      size: pages.size.removeDefault().default(MAX_PAGE_SIZE),
      targetType: z.enum(credentialTargets).optional(),
      name: searchText.optional(),
    }),
    answer: { kind: 'page', schema: credential },
  },
  credentialCreate: {
    method: 'POST',
    path: '/api/v2/profiles/me/credentials',
    tag: 'profile',
    summary: 'Keep a credential for the caller, sealed',
    permission: { kind: 'authenticated' },
    pathParameters: none,
    parameters: credentialParameters,
    answer: { kind: 'object', schema: credential },
  },
  credentialDelete: {
    method: 'DELETE',
    path: '/api/v2/profiles/me/credentials/{credentialId}',
    tag: 'profile',
    summary: 'Delete a credential of the caller',
    permission: { kind: 'authenticated' },
    pathParameters: z.object({ credentialId: id }),
    parameters: none,
    answer: { kind: 'empty' },
  },
} as const satisfies Record<string, Route>;
