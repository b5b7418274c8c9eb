/**
 * A key, and the PKCS#10 request for its certificate. Node makes keys but no requests; the few DER elements of one are
 * written here, because a library for it would be larger than the rest of the agent.
 */
import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

export interface PendingKey {
  /** PKCS#8 PEM; a secret. */
  readonly key: string;
  /** PEM */
  readonly request: string;
}

const tags = { integer: 0x02, bits: 0x03, id: 0x06, utf8: 0x0c, sequence: 0x30, set: 0x31, attributes: 0xa0 };
/** 2.5.4.3 and 1.2.840.10045.4.3.2, encoded. */
const commonNameId = Buffer.from('550403', 'hex');
const ecdsaWithSha256Id = Buffer.from('2a8648ce3d040302', 'hex');
const lineLength = 64;

export function createCertificateRequest(commonName: string): PendingKey {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    key: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    request: toPem(encodeRequest(commonName, privateKey, publicKey)),
  };
}

function encodeRequest(commonName: string, privateKey: KeyObject, publicKey: KeyObject): Buffer {
  const name = sequence(element(tags.id, commonNameId), element(tags.utf8, Buffer.from(commonName)));
  const information = sequence(
    element(tags.integer, Buffer.of(0)),
    sequence(element(tags.set, name)),
    publicKey.export({ format: 'der', type: 'spki' }),
    element(tags.attributes, Buffer.alloc(0)),
  );
  const signature = sign('sha256', information, privateKey);
  const wholeBytes = Buffer.of(0);
  return sequence(
    information,
    sequence(element(tags.id, ecdsaWithSha256Id)),
    element(tags.bits, Buffer.concat([wholeBytes, signature])),
  );
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return element(tags.sequence, Buffer.concat(parts));
}

function element(tag: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.of(tag), encodeLength(content.length), content]);
}

/** One byte below 128; longer ones say in how many bytes they are. */
function encodeLength(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length);
  const bytes = length < 0x100 ? [length] : [length >> 8, length & 0xff];
  return Buffer.of(0x80 | bytes.length, ...bytes);
}

function toPem(der: Buffer): string {
  const lines = der.toString('base64').match(new RegExp(`.{1,${lineLength}}`, 'g')) ?? [];
  return `-----BEGIN CERTIFICATE REQUEST-----\n${lines.join('\n')}\n-----END CERTIFICATE REQUEST-----\n`;
}
