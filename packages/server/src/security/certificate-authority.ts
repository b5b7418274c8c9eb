/**
 * The control plane's own certificate authority: it issues the certificate of each agent (bound to the address of its
 * host) and the one by which the control plane proves itself to agents. P-256, nothing older than TLS 1.3 uses them.
 *
 * The role of a certificate is its extended key usage: an agent's is good for serving and for nothing else, so that who
 * steals it cannot call another agent.
 */
import 'reflect-metadata';
import { createHash, type webcrypto } from 'node:crypto';
import { isIP } from 'node:net';
import { agentNameOf } from '@openocp/contract';
import * as x509 from '@peculiar/x509';
import { authorityLifeMs, enrolledLifeMs, fileLifeMs } from './certificate-lives.ts';

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
/** Agents accept commands from this name alone. */
export const controlPlaneName = 'openocp-control-plane';

/** Clocks of hosts differ; a certificate is valid from a little before it was made. */
const clockSlackMs = 3_600_000;

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
  /** 365 days by default. */
  readonly lifeMs?: number;
}

/** Why a request for a certificate is refused; for the person who runs the agent. */
export class RequestRefused extends Error {
  override readonly name = 'RequestRefused';
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

/** SHA-256 of the DER, in small hex digits. */
export function fingerprintOf(certificate: string): string {
  const der = x509.PemConverter.decodeFirst(certificate);
  return createHash('sha256').update(Buffer.from(der)).digest('hex');
}

/** Epoch milliseconds. */
export function expireTimeOf(certificate: string): number {
  return new x509.X509Certificate(certificate).notAfter.getTime();
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
  const keys = await makeKeys();
  return {
    certificate: await signCertificate(authority, request, keys.publicKey, now),
    key: pem(await crypto.subtle.exportKey('pkcs8', keys.privateKey)),
  };
}

/**
 * Signs what an agent asked for by PKCS#10. Of the request only the key is taken, and its name is compared: everything
 * else in the certificate is what this side says.
 * @throws RequestRefused
 */
export async function signAgentRequest(
  authority: KeyPair,
  request: string,
  host: string,
  now: Date,
): Promise<string> {
  const { publicKey, subject } = await readRequest(request);
  const commonName = agentNameOf(host);
  if (subject !== `CN=${commonName}`)
    throw new RequestRefused(
      `the request is by '${subject.replace(/^CN=/, '')}' and not by '${commonName}': "host" in the agent's configuration must be ${host}`,
    );
  const certificate = { commonName, hosts: [host], usage: 'server', lifeMs: enrolledLifeMs } as const;
  return signCertificate(authority, certificate, publicKey, now);
}

async function readRequest(
  text: string,
): Promise<{ publicKey: webcrypto.CryptoKey | CryptoKey; subject: string }> {
  try {
    const request = new x509.Pkcs10CertificateRequest(text);
    // Proves that the sender holds the key that it asks to be certified.
    if (!(await request.verify())) throw new Error('its signature is wrong');
    return { publicKey: await request.publicKey.export(algorithm, ['verify']), subject: request.subject };
  } catch (cause) {
    throw new RequestRefused('the certificate request is damaged, or its key is not of P-256', { cause });
  }
}

async function signCertificate(
  authority: KeyPair,
  request: CertificateRequest,
  publicKey: webcrypto.CryptoKey | CryptoKey,
  now: Date,
): Promise<string> {
  const issuer = new x509.X509Certificate(authority.certificate);
  const signingKey = await crypto.subtle.importKey(
    'pkcs8',
    x509.PemConverter.decodeFirst(authority.key),
    algorithm,
    false,
    ['sign'],
  );
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
    notAfter: new Date(now.getTime() + (request.lifeMs ?? fileLifeMs)),
    signingAlgorithm: algorithm,
    publicKey,
    signingKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([usage]),
      ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
      await x509.AuthorityKeyIdentifierExtension.create(issuer),
    ],
  });
  return certificate.toString('pem');
}
