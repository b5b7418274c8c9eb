/** The Ed25519 key of an enrolment token: its seed goes to the agent, its public half is kept. */
import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto';
import { enrolmentStatement } from '@openocp/contract';
import { z } from 'zod';

const jwk = z.object({ d: z.string(), x: z.string() });

/** Both in base64url; the seed is a secret. */
export function createEnrolmentKey(): { readonly seed: string; readonly publicKey: string } {
  const { d, x } = jwk.parse(generateKeyPairSync('ed25519').privateKey.export({ format: 'jwk' }));
  return { seed: d, publicKey: x };
}

/** @param signature base64 */
export function isSignedBy(publicKey: string, tokenId: string, request: string, signature: string): boolean {
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: publicKey }, format: 'jwk' });
  const statement = Buffer.from(enrolmentStatement(tokenId, request));
  return verify(null, statement, key, Buffer.from(signature, 'base64'));
}
