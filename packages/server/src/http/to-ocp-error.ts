/** Whatever was thrown, as an `OcpError`: the last of the places where a foreign error is converted. */
import { OcpError } from '@openocp/contract';
import type { FastifyError } from 'fastify';

/** What the request says about itself, for texts that name it. */
export interface RequestFacts {
  readonly traceId: string;
  readonly mediaType: string | undefined;
  readonly bodyLimitBytes: number;
}

const isFastifyError = (error: unknown): error is FastifyError =>
  error instanceof Error &&
  'code' in error &&
  typeof error.code === 'string' &&
  error.code.startsWith('FST_');

function reasonOf(error: FastifyError): string {
  switch (error.code) {
    case 'FST_ERR_BAD_URL':
      return 'the path is not correctly encoded';
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return 'a part of the path is too long';
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return 'Content-Length does not match the body';
    default:
      return 'it cannot be read';
  }
}

export function toOcpError(error: unknown, facts: RequestFacts): OcpError {
  if (error instanceof OcpError) return error;
  const options = { cause: error };
  if (!isFastifyError(error) || (error.statusCode ?? 500) >= 500) {
    return new OcpError('INTERNAL_ERROR', { traceId: facts.traceId }, options);
  }
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new OcpError('REQUEST_TOO_LARGE', { limitBytes: facts.bodyLimitBytes }, options);
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new OcpError('MEDIA_TYPE_UNSUPPORTED', { mediaType: facts.mediaType ?? '(none)' }, options);
    default:
      return new OcpError('INVALID_REQUEST', { reason: reasonOf(error) }, options);
  }
}
