/** Certificates for tests: an authority, a control plane, an agent, and the callers that must be refused. */
import 'reflect-metadata';
import { webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

export interface Credentials {
  /** PEM texts. */
  readonly certificate: string;
  readonly key: string;
}

export interface TestCertificates {
  readonly ca: string;
  readonly agent: Credentials;
  readonly controlPlane: Credentials;
  /** From the right authority, but with another name. */
  readonly otherName: Credentials;
  /** Of our authority and with the control plane's name, but for serving: what an agent would need to pass for it. */
  readonly otherRole: Credentials;
  /** As the control plane's, but of yesterday. */
  readonly expired: Credentials;
  /** With the right name, signed by its own key. */
  readonly selfSigned: Credentials;
  /** With the right name, but from another authority. */
  readonly otherAuthority: Credentials;
}

interface Authority {
  readonly certificate: x509.X509Certificate;
  readonly keys: webcrypto.CryptoKeyPair;
}

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const dayMs = 86_400_000;

export async function makeCertificates(): Promise<TestCertificates> {
  x509.cryptoProvider.set(webcrypto);
  const authority = await makeAuthority('test authority');
  const stranger = await makeAuthority('test authority');
  return {
    ca: authority.certificate.toString('pem'),
    agent: await issue(authority, '127.0.0.1', x509.ExtendedKeyUsage.serverAuth),
    controlPlane: await issue(authority, 'openocp-control-plane', x509.ExtendedKeyUsage.clientAuth),
    otherName: await issue(authority, '127.0.0.2', x509.ExtendedKeyUsage.clientAuth),
    otherRole: await issue(authority, 'openocp-control-plane', x509.ExtendedKeyUsage.serverAuth),
    expired: await issue(authority, 'openocp-control-plane', x509.ExtendedKeyUsage.clientAuth, dayMs),
    selfSigned: await credentialsOf(await makeAuthority('openocp-control-plane')),
    otherAuthority: await issue(stranger, 'openocp-control-plane', x509.ExtendedKeyUsage.clientAuth),
  };
}

async function makeAuthority(name: string): Promise<Authority> {
  const keys = await makeKeys();
  const certificate = await x509.X509CertificateGenerator.createSelfSigned({
    name: `CN=${name}`,
    ...validity(),
    signingAlgorithm: algorithm,
    keys,
    extensions: [new x509.BasicConstraintsExtension(true, 0, true)],
  });
  return { certificate, keys };
}

async function issue(authority: Authority, name: string, usage: string, ageMs = 0): Promise<Credentials> {
  const keys = await makeKeys();
  const certificate = await x509.X509CertificateGenerator.create({
    subject: `CN=${name}`,
    issuer: authority.certificate.subject,
    ...validity(ageMs),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: authority.keys.privateKey,
    extensions: [
      new x509.ExtendedKeyUsageExtension([usage]),
      new x509.SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }]),
    ],
  });
  return credentialsOf({ certificate, keys });
}

async function credentialsOf({ certificate, keys }: Authority): Promise<Credentials> {
  const key = await webcrypto.subtle.exportKey('pkcs8', keys.privateKey);
  return { certificate: certificate.toString('pem'), key: x509.PemConverter.encode(key, 'PRIVATE KEY') };
}

async function makeKeys(): Promise<webcrypto.CryptoKeyPair> {
  return await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

/** @param ageMs a day makes it expired. */
function validity(ageMs = 0): { notBefore: Date; notAfter: Date } {
  const now = Date.now() - ageMs;
  return { notBefore: new Date(now - dayMs), notAfter: new Date(now + dayMs - 1) };
}
