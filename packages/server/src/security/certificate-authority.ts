/**
 * The control plane's own certificate authority: it issues the certificate of each agent (bound to the address of its
 * host) and the one by which the control plane proves itself to agents. P-256, nothing older than TLS 1.3 uses them.
 */
import 'reflect-metadata';
import type { webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import * as x509 from '@peculiar/x509';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
/** Agents accept commands from this name alone. */
export const controlPlaneName = 'openocp-control-plane';

const dayMs = 86_400_000;
const authorityLifeMs = 3650 * dayMs;
const certificateLifeMs = 365 * dayMs;
/** Clocks of hosts differ; a certificate is valid from a little before it was made. */
const clockSlackMs = dayMs / 24;

export interface KeyPair {
  /** PEM */
  readonly certificate: string;
  /** PKCS#8 PEM; a secret. */
  readonly key: string;
}

export interface CertificateRequest {
  readonly commonName: string;
  /** Addresses or names of the host; goes into the subject alternative names. */
  readonly hosts: readonly string[];
  readonly usage: 'server' | 'client';
}

function pem(der: ArrayBuffer): string {
  return x509.PemConverter.encode(der, 'PRIVATE KEY');
}

async function makeKeys(): Promise<webcrypto.CryptoKeyPair> {
  return (await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])) as webcrypto.CryptoKeyPair;
}

function serialNumber(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('hex');
}

export async function createAuthority(now: Date): Promise<KeyPair> {
  const keys = await makeKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: 'CN=OpenOCP agent authority',
    notBefore: new Date(now.getTime() - clockSlackMs),
    notAfter: new Date(now.getTime() + authorityLifeMs),
    signingAlgorithm: algorithm,
    keys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
    ],
  });
  return {
    certificate: certificate.toString('pem'),
    key: pem(await crypto.subtle.exportKey('pkcs8', keys.privateKey)),
  };
}

export async function issueCertificate(
  authority: KeyPair,
  request: CertificateRequest,
  now: Date,
): Promise<KeyPair> {
  const issuer = new x509.X509Certificate(authority.certificate);
  const signingKey = await crypto.subtle.importKey(
    'pkcs8',
    x509.PemConverter.decodeFirst(authority.key),
    algorithm,
    false,
    ['sign'],
  );
  const keys = await makeKeys();
  const usage =
    request.usage === 'server' ? x509.ExtendedKeyUsage.serverAuth : x509.ExtendedKeyUsage.clientAuth;
  const names = request.hosts.map((host) => ({
    type: isIP(host) ? ('ip' as const) : ('dns' as const),
    value: host,
  }));
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: serialNumber(),
    subject: `CN=${request.commonName}`,
    issuer: issuer.subject,
    notBefore: new Date(now.getTime() - clockSlackMs),
    notAfter: new Date(now.getTime() + certificateLifeMs),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([usage]),
      ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
    ],
  });
  return {
    certificate: certificate.toString('pem'),
    key: pem(await crypto.subtle.exportKey('pkcs8', keys.privateKey)),
  };
}
