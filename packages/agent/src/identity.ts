/**
 * Who the agent is: its key, its certificate, the authority it trusts. An agent that enrolled keeps all three in one file
 * of its data folder, which is replaced as a whole: whenever it dies, there is one pair that fits, the old or the new.
 */
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import { agentNameOf } from '@openocp/contract';
import { z } from 'zod';
import { AgentFailure } from './agent-failure.ts';
import type { AgentConfig } from './config.ts';
import { syncDirectoryOf } from './journal-file.ts';

const identity = z.strictObject({ certificate: z.string(), key: z.string(), authority: z.string() });
/** PEM texts; the key is a secret. */
export type Identity = Readonly<z.infer<typeof identity>>;

/** @returns undefined when the files of the configuration are used, which somebody else looks after. */
export function identityFileOf({ dataDir, tls }: AgentConfig): string | undefined {
  return tls.certificate === undefined ? join(dataDir, 'identity.json') : undefined;
}

/** @throws Error that says what to do when there is none. */
export function readIdentity(config: AgentConfig): Identity {
  const { certificate, key, ca } = config.tls;
  const file = identityFileOf(config);
  if (file === undefined) return readFiles(String(certificate), String(key), String(ca));
  try {
    return identity.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new Error(
      `there is no usable identity in ${file}: enrol this agent first (enroll --config FILE --url URL --token-file FILE), or name certificate, key and ca in its configuration`,
      { cause },
    );
  }
}

function readFiles(certificate: string, key: string, ca: string): Identity {
  return {
    certificate: readFileSync(certificate, 'utf8'),
    key: readFileSync(key, 'utf8'),
    authority: readFileSync(ca, 'utf8'),
  };
}

/** Durable when it returns. */
export function writeIdentity(file: string, content: Identity): void {
  const fresh = `${file}.new`;
  const descriptor = openSync(fresh, 'w', 0o600);
  try {
    writeFileSync(descriptor, JSON.stringify(content));
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(fresh, file);
  syncDirectoryOf(file);
}

const serverAuthentication = '1.3.6.1.5.5.7.3.1';

/**
 * An identity that would not be recognised must not take the place of one that is.
 * @throws AgentFailure certificate-refused
 */
export function checkIdentity({ certificate, key, authority }: Identity, host: string, now: Date): void {
  const own = parseCertificate(certificate);
  const issuer = parseCertificate(authority);
  const findings = {
    'is not of the authority that this agent trusts':
      !own.checkIssued(issuer) || !own.verify(issuer.publicKey),
    'does not belong to the key of this agent': !belongsTo(certificate, key),
    [`is not for host ${host}`]: !isForHost(own, host),
    'is not one for an agent': !own.keyUsage?.includes(serverAuthentication),
    [`is valid from ${own.validFrom} to ${own.validTo}, and this host's clock says ${now.toISOString()}`]:
      now < own.validFromDate || now > own.validToDate,
  };
  for (const [finding, applies] of Object.entries(findings))
    if (applies) throw new AgentFailure('certificate-refused', `the certificate ${finding}`);
}

export function belongsTo(certificate: string, key: string): boolean {
  return parseCertificate(certificate).checkPrivateKey(createPrivateKey(key));
}

function isForHost(certificate: X509Certificate, host: string): boolean {
  const named = isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host);
  return named !== undefined && certificate.subject === `CN=${agentNameOf(host)}`;
}

function parseCertificate(pem: string): X509Certificate {
  try {
    return new X509Certificate(pem);
  } catch (cause) {
    throw new AgentFailure('certificate-refused', 'the certificate is damaged', { cause });
  }
}

/** SHA-256 in small hex digits. */
export function fingerprintOf(pem: string): string {
  return parseCertificate(pem).fingerprint256.replaceAll(':', '').toLowerCase();
}
