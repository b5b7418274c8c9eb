/**
 * Who calls and may he? Settled from headers and path alone, before a byte of the body is parsed: first 401, then 400 for
 * a malformed path parameter (the permission needs it), then 403. An unknown path tells nothing to strangers: 401. Only a
 * signed call has its body read first, since the signature is over it.
 */
import { OcpError, type OperationId, type Route, routes } from '@openocp/contract';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Caller, Identity } from '../app/app.ts';
import { authorize } from '../app/authorization.ts';
import type { IncomingCall } from '../app/incoming-call.ts';
import { chooseLanguage } from './language.ts';
import { methodsAt } from './path-match.ts';
import { readRawBody } from './raw-body.ts';
import { parseInput } from './request-input.ts';

/** Who makes this call; undefined when it carries no credentials. @throws OcpError for wrong ones */
export type Authenticate = (call: IncomingCall) => Promise<Identity | undefined>;

export interface Admitted {
  readonly operationId: OperationId;
  readonly route: Route;
  readonly caller: Caller | undefined;
  readonly pathInput: Readonly<Record<string, unknown>>;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    operationId?: OperationId;
  }
  interface FastifyRequest {
    admitted: Admitted | null;
  }
}

/** A text names the path, but need not repeat a novel. */
const MAX_PATH_SHOWN = 256;

const permissionParameters = z.record(z.string(), z.union([z.string(), z.number()]));

export const pathOf = (request: FastifyRequest) => request.url.split('?', 1)[0] ?? '';

function unknownPath(request: FastifyRequest): OcpError {
  const sent = pathOf(request);
  const allowed = methodsAt(sent);
  const { method } = request;
  const path = sent.slice(0, MAX_PATH_SHOWN);
  if (allowed.length === 0) return new OcpError('PATH_UNKNOWN', { method, path });
  return new OcpError('METHOD_UNSUPPORTED', { method, path, allowed: allowed.join(', ') });
}

function callOf(request: FastifyRequest, bodyLimitBytes: number): IncomingCall {
  const { method, headers, raw } = request;
  return {
    method,
    // What came on the wire; no rewriting is configured, and a signature would not survive one.
    target: raw.url ?? '',
    headers,
    rawHeaders: raw.rawHeaders,
    clientAddress: request.ip,
    readBody: () => readRawBody(request, bodyLimitBytes),
  };
}

/** @throws OcpError NOT_AUTHENTICATED, PATH_UNKNOWN, METHOD_UNSUPPORTED, INVALID_PARAMETER, NOT_PERMITTED */
export async function admit(
  request: FastifyRequest,
  authenticate: Authenticate,
  bodyLimitBytes: number,
): Promise<Admitted> {
  const { operationId } = request.routeOptions.config;
  const route: Route | undefined = operationId && routes[operationId];
  const isPublic = route?.permission.kind === 'public';
  const identity = isPublic ? undefined : await authenticate(callOf(request, bodyLimitBytes));
  if (identity === undefined && !isPublic) throw new OcpError('NOT_AUTHENTICATED', {});
  if (operationId === undefined || route === undefined) throw unknownPath(request);
  const pathInput = parseInput(route.pathParameters, request.params);
  authorize(identity, route.permission, permissionParameters.parse(pathInput));
  const caller = identity && {
    ...identity,
    traceId: request.id,
    clientAddress: request.ip,
    language: chooseLanguage(request.headers['accept-language']),
  };
  return { operationId, route, caller, pathInput };
}
