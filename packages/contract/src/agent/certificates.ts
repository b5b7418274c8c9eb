/**
 * How an agent gets its certificate, and the next one. The key of an agent is made on its host and stays there.
 *
 * An enrolment token carries the seed of an Ed25519 key. The control plane keeps the public half, the agent signs its
 * request with the private one: neither what is stored nor what crosses the network lets anybody else enrol, and the
 * fingerprint in the token tells the agent whose answer to believe. So the way between the two need not be trusted.
 */
import { z } from 'zod';

/** Common name of an agent's certificate and of its request. */
export const agentNameOf = (host: string) => `openocp-agent ${host}`;

/** SHA-256 of a certificate's DER, in small hex digits. */
export const certificateFingerprint = z.string().regex(/^[0-9a-f]{64}$/);

const longestPem = 8_192;
export const certificatePem = z
  .string()
  .max(longestPem)
  .regex(/^-----BEGIN CERTIFICATE-----\n/, 'must be a certificate as PEM');
export const certificateRequestPem = z
  .string()
  .max(longestPem)
  .regex(/^-----BEGIN CERTIFICATE REQUEST-----\n/, 'must be a certificate request as PEM');

const tokenPattern = /^openocp-enrol\.([0-9a-f]{32})\.([0-9a-f]{64})\.([A-Za-z0-9_-]{43})$/;

export interface EnrolmentToken {
  readonly tokenId: string;
  /** Fingerprint of the authority that the agent will trust. */
  readonly authority: string;
  /** 32 bytes in base64url; a secret. */
  readonly seed: string;
}

export function formatEnrolmentToken({ tokenId, authority, seed }: EnrolmentToken): string {
  return `openocp-enrol.${tokenId}.${authority}.${seed}`;
}

/** @returns undefined when the text is no token. */
export function parseEnrolmentToken(text: string): EnrolmentToken | undefined {
  const [, tokenId, authority, seed] = tokenPattern.exec(text.trim()) ?? [];
  if (tokenId === undefined || authority === undefined || seed === undefined) return undefined;
  return { tokenId, authority, seed };
}

/** What the agent signs, and so what nobody on the way can exchange. */
export function enrolmentStatement(tokenId: string, request: string): string {
  return `openocp agent enrolment\n${tokenId}\n${request}`;
}

/** POST /v1/certificates/request: the agent makes a key and asks for a certificate for it. */
export const certificateRequestResponse = z.strictObject({ request: certificateRequestPem });
export type CertificateRequestResponse = z.infer<typeof certificateRequestResponse>;

/** POST /v1/certificates/install: answered when the certificate is on disk and new connections are shown it. */
export const certificateInstallRequest = z.strictObject({ certificate: certificatePem });
export type CertificateInstallRequest = z.infer<typeof certificateInstallRequest>;
export const certificateInstallResponse = z.strictObject({ fingerprint: certificateFingerprint });
export type CertificateInstallResponse = z.infer<typeof certificateInstallResponse>;
