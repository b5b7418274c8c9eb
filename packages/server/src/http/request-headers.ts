/** What a client says in headers and not in parameters. */
import type { IncomingHttpHeaders } from 'node:http';
import { IDEMPOTENCY_KEY_PATTERN, OcpError, type Route } from '@openocp/contract';

const name = 'Idempotency-Key';

/** @throws OcpError INVALID_PARAMETER */
export function readIdempotencyKey(
  { createsTask }: Route,
  headers: IncomingHttpHeaders,
): { idempotencyKey?: string } {
  const key = headers['idempotency-key'];
  if (key === undefined || createsTask !== true) return {};
  if (typeof key === 'string' && IDEMPOTENCY_KEY_PATTERN.test(key)) return { idempotencyKey: key };
  const reason = 'must be 1 to 255 visible ASCII characters';
  throw new OcpError('INVALID_PARAMETER', { parameter: name, reason }, { target: name });
}

/** Where to resume a stream of events: a browser sends it by itself, so it is newer than what its URL says. */
export function readLastEventId({ answer }: Route, headers: IncomingHttpHeaders): { lastEventId?: string } {
  const id = headers['last-event-id'];
  if (answer.kind !== 'events' || typeof id !== 'string' || id === '') return {};
  return { lastEventId: id };
}
