/** mysql_native_password: the server knows SHA1(SHA1(password)), the client proves that it knows SHA1(password). */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

export const nativePasswordPlugin = 'mysql_native_password';

function sha1(...parts: readonly Uint8Array[]): Buffer {
  const hash = createHash('sha1');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** Twenty bytes without zero, which ends the field on the wire. */
export function newScramble(): Buffer {
  return randomBytes(20).map((byte) => (byte % 255) + 1) as Buffer;
}

/** What is stored: hex of SHA1(SHA1(password)), empty for an empty password. */
export function passwordHash(password: string): string {
  return password === '' ? '' : sha1(sha1(Buffer.from(password, 'utf8'))).toString('hex');
}

export function isPasswordRight(stored: string, scramble: Uint8Array, answer: Uint8Array): boolean {
  if (stored === '') return answer.length === 0;
  if (answer.length !== 20) return false;
  const doubleHash = Buffer.from(stored, 'hex');
  const mask = sha1(scramble, doubleHash);
  const single = Buffer.from(answer).map((byte, index) => byte ^ (mask[index] ?? 0));
  return timingSafeEqual(sha1(single), doubleHash);
}
