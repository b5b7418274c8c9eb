/**
 * One line for each request, and one more for each error that needs a reader. The logger of a request carries its trace
 * id. Query and body are never logged: clients put passwords there.
 */
import type { OcpError } from '@openocp/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { pathOf } from './admission.ts';

const SERVER_ERROR = 500;

export function logRequest(request: FastifyRequest, reply: FastifyReply): void {
  request.log.info(
    {
      method: request.method,
      path: pathOf(request),
      status: reply.statusCode,
      durationMs: Math.round(reply.elapsedTime),
      user: request.admitted?.caller?.username,
      clientAddress: request.ip,
    },
    'request',
  );
}

export function logError(request: FastifyRequest, error: OcpError): void {
  const fields = { error: error.key, code: error.code.ocpCode };
  // A refusal is the caller's business; its text went out with the answer.
  if (error.code.httpStatus < SERVER_ERROR) request.log.info({ ...fields, reason: error.message }, 'refused');
  else request.log.error({ ...fields, err: error.cause ?? error }, error.message);
}
