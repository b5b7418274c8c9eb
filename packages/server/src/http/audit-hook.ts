/** Tells the audit how a call came to its end, before its answer goes out. */
import type { OcpError } from '@openocp/contract';
import type { FastifyRequest } from 'fastify';
import type { Identity } from '../app/app.ts';
import type { AuditedCall } from '../app/audit.ts';
import { claimedName } from '../app/authentication.ts';
import { pathOf, visitorOf } from './admission.ts';

export type RecordCall = (call: AuditedCall) => Promise<void>;

declare module 'fastify' {
  interface FastifyRequest {
    /** Known from the moment the credentials were right, also when the call is refused. */
    identity: Identity | null;
    /** Path and other parameters, once they were understood. */
    input: Readonly<Record<string, unknown>> | null;
    /** Epoch milliseconds. */
    startTime: number;
  }
}

/** The name in a log-on that was refused: its body was parsed, or its header says it. */
function claimedNameIn({ headers, input }: FastifyRequest): string | undefined {
  const username = input?.username;
  return typeof username === 'string' ? username : claimedName(headers.authorization);
}

export function recordEnd(
  record: RecordCall | undefined,
  request: FastifyRequest,
  end: { readonly output: unknown } | { readonly error: OcpError },
): Promise<void> | undefined {
  if (record === undefined) return undefined;
  return record({
    operationId: request.routeOptions.config.operationId,
    method: request.method,
    path: pathOf(request).slice(0, MAX_PATH_LENGTH),
    visitor: request.admitted?.visitor ?? visitorOf(request),
    identity: request.identity ?? undefined,
    // Who is known needs no other name.
    claimedName: request.identity === null ? claimedNameIn(request) : undefined,
    input: request.input ?? request.admitted?.pathInput ?? {},
    startTime: request.startTime,
    ...end,
  });
}

const MAX_PATH_LENGTH = 1_024;
