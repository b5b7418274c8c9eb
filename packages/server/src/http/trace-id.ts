/** Every request has a trace id: 16 hex digits, the caller's own if it sent a well-formed one. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { TRACE_ID_PATTERN } from '@openocp/contract';

export const TRACE_ID_HEADER = 'x-trace-id';

export function chooseTraceId(request: Pick<IncomingMessage, 'headers'>): string {
  const inbound = request.headers[TRACE_ID_HEADER];
  if (typeof inbound === 'string' && TRACE_ID_PATTERN.test(inbound)) return inbound;
  return randomBytes(8).toString('hex');
}
