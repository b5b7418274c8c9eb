/**
 * Calls signed with an access key. The key acts as its owner does now. A signature is good for fifteen minutes; one of a
 * write is good once, on whichever instance, so that a recorded request cannot be sent again.
 *
 * An unknown key and a wrong signature get the same words after the same work: which keys there are is nobody's business.
 */
import { createHash, randomBytes } from 'node:crypto';
import { formatDateTime, OcpError } from '@openocp/contract';
import { verifySignature } from '../security/request-signature.ts';
import type { AccessKeyStore } from '../store/access-keys.ts';
import { type IncomingCall, isWrite } from './incoming-call.ts';

/** OCP's own bound on the difference of the clocks. */
const MAX_DIFFERENCE_MINUTES = 15;
const MINUTE_MS = 60_000;
const secretOfNobody = randomBytes(16).toString('hex');

const AUTHORIZATION = /^OCP-ACCESS-KEY-HMACSHA1 ([A-Za-z0-9]{1,64}):([A-Za-z0-9+/]+={0,2})$/;
const HTTP_DATE = /^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/;

export interface SignedCallOptions {
  readonly keys: Pick<AccessKeyStore, 'fetchWithSecret' | 'useSignature'>;
  /** Wall clock, epoch milliseconds. */
  readonly now: () => number;
}

export function isSigned(authorization: string): boolean {
  return authorization.startsWith('OCP-ACCESS-KEY-');
}

/** @returns when the request was signed. @throws OcpError SIGNATURE_DATE_INVALID */
function checkDate(date: string | undefined, now: number): number {
  const time = date !== undefined && HTTP_DATE.test(date) ? Date.parse(date) : Number.NaN;
  if (Math.abs(time - now) < MAX_DIFFERENCE_MINUTES * MINUTE_MS) return time;
  throw new OcpError('SIGNATURE_DATE_INVALID', { minutes: MAX_DIFFERENCE_MINUTES, now: formatDateTime(now) });
}

/**
 * @returns the id of the user whose key signed the call
 * @throws (from the returned function) OcpError SIGNATURE_DATE_INVALID, SIGNATURE_WRONG, ACCESS_KEY_DISABLED,
 * SIGNATURE_REPLAYED
 */
export function createSignedCalls({ keys, now }: SignedCallOptions) {
  return async (call: IncomingCall): Promise<number> => {
    const [, accessKeyId, signature] = AUTHORIZATION.exec(call.headers.authorization ?? '') ?? [];
    if (accessKeyId === undefined || signature === undefined) throw new OcpError('SIGNATURE_WRONG', {});
    const signedAt = checkDate(call.headers.date, now());
    const key = await keys.fetchWithSecret(accessKeyId);
    const body = await call.readBody();
    const right = verifySignature({ ...call, body }, key?.secret ?? secretOfNobody, signature);
    if (key === undefined || right === undefined) throw new OcpError('SIGNATURE_WRONG', {});
    if (key.status === 'DISABLED') throw new OcpError('ACCESS_KEY_DISABLED', { accessKeyId });
    if (isWrite(call)) {
      // The computed bytes, not the sent text: base64 can write the same bytes in more than one way.
      const digest = createHash('sha256').update(`${accessKeyId}:`).update(right).digest('hex');
      const isNew = await keys.useSignature(digest, signedAt + MAX_DIFFERENCE_MINUTES * MINUTE_MS);
      if (!isNew) throw new OcpError('SIGNATURE_REPLAYED', {});
    }
    return key.userId;
  };
}
