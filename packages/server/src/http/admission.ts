/**
 * Who calls and may he? Settled from headers and path alone, before a byte of the body is parsed: first 401, then 400 for
 * a malformed path parameter (the permission needs it), then 403. An unknown path tells nothing to strangers: 401. Only a
 * signed call has its body read first, since the signature is over it.
 */
import { OcpError, type OperationId, type Route, routes } from '@openocp/contract';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Caller, Identity, Visitor } from '../app/app.ts';
import { authorize } from '../app/authorization.ts';
import type { IncomingCall } from '../app/incoming-call.ts';
import type { RateLimit, Throttle } from '../app/throttle.ts';
import { chooseLanguage } from './language.ts';
import { methodsAt } from './path-match.ts';
import { readRawBody } from './raw-body.ts';
import { parseInput } from './request-input.ts';

/** Who makes this call; undefined when it carries no credentials. @throws OcpError for wrong ones */
export type Authenticate = (call: IncomingCall) => Promise<Identity | undefined>;

export interface Admitted {
  readonly operationId: OperationId;
  readonly route: Route;
  readonly visitor: Visitor;
  readonly caller: Caller | undefined;
  readonly pathInput: Readonly<Record<string, unknown>>;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    operationId?: OperationId;
  }
  interface FastifyRequest {
    admitted: Admitted | null;
    /** What is left to the caller; null when nothing is limited. */
    rateLimit: RateLimit | null;
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

const MAX_USER_AGENT_LENGTH = 255;

export function visitorOf({ id, ip, headers }: FastifyRequest): Visitor {
  const language = chooseLanguage(headers['accept-language']);
  const userAgent = headers['user-agent']?.slice(0, MAX_USER_AGENT_LENGTH);
  return { traceId: id, clientAddress: ip, language, ...(userAgent === undefined ? {} : { userAgent }) };
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

/** @throws OcpError NOT_AUTHENTICATED, PATH_UNKNOWN, METHOD_UNSUPPORTED, INVALID_PARAMETER, NOT_PERMITTED, TOO_MANY_REQUESTS */
export async function admit(
  request: FastifyRequest,
  authenticate: Authenticate,
  throttle: Throttle,
  bodyLimitBytes: number,
): Promise<Admitted> {
  const { operationId } = request.routeOptions.config;
  const route: Route | undefined = operationId && routes[operationId];
  const isOpen = route?.permission.kind === 'public' || route?.permission.kind === 'credentials';
  const identity = isOpen ? undefined : await authenticate(callOf(request, bodyLimitBytes));
  request.identity = identity ?? null;
  request.rateLimit = throttle.take(identity?.username, identity?.throttlePolicy) ?? null;
  if (identity === undefined && !isOpen) throw new OcpError('NOT_AUTHENTICATED', {});
  if (operationId === undefined || route === undefined) throw unknownPath(request);
  const pathInput = parseInput(route.pathParameters, request.params);
  authorize(identity, route.permission, permissionParameters.parse(pathInput));
  const visitor = visitorOf(request);
  return { operationId, route, visitor, caller: identity && { ...identity, ...visitor }, pathInput };
}
