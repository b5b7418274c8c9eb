import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { selfSignedCertificate } from './self-signed-certificate.ts';

test('the certificate is signed by its own key and names the address', () => {
  const keys = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const certificate = new X509Certificate(selfSignedCertificate('127.0.0.11', keys));
  expect(certificate.verify(keys.publicKey)).toBe(true);
  expect(certificate.checkIP('127.0.0.11')).toBe('127.0.0.11');
  expect(certificate.checkIP('127.0.0.12')).toBeUndefined();
  expect(certificate.subject).toBe('CN=simulated OBServer 127.0.0.11');
  expect(new Date(certificate.validTo).getUTCFullYear()).toBe(2049);
});
