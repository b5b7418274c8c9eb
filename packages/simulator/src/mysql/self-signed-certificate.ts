/**
 * A certificate that nobody vouches for, made anew in each process: what a database has that was told to speak TLS and
 * given no certificate. Written in DER by hand, because Node makes keys and signatures but no certificates.
 */
import { type KeyObject, sign } from 'node:crypto';
import { isIPv4 } from 'node:net';

function der(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  const length: number[] = [];
  for (let rest = content.length; rest > 0; rest >>= 8) length.unshift(rest & 0xff);
  const header = content.length < 0x80 ? [content.length] : [0x80 | length.length, ...length];
  return Buffer.concat([Buffer.from([tag, ...header]), content]);
}

const sequence = (...contents: readonly Uint8Array[]) => der(0x30, ...contents);
const text = (tag: number, value: string) => der(tag, Buffer.from(value, 'latin1'));
const objectId = (hex: string) => der(0x06, Buffer.from(hex, 'hex'));
const bitString = (bytes: Uint8Array) => der(0x03, Buffer.from([0]), bytes);

const ecdsaWithSha256 = sequence(objectId('2a8648ce3d040302'));
const commonName = objectId('550403');
const subjectAlternativeName = objectId('551d11');
const version3 = der(0xa0, der(0x02, Buffer.from([2])));
/** All of the time that this encoding of a date can say: a simulated cluster may run under any clock. */
const validity = sequence(text(0x17, '500101000000Z'), text(0x17, '491231235959Z'));

/** @param keys of an elliptic curve. @returns DER. */
export function selfSignedCertificate(
  ip: string,
  { publicKey, privateKey }: { readonly publicKey: KeyObject; readonly privateKey: KeyObject },
): Buffer {
  const name = sequence(der(0x31, sequence(commonName, text(0x0c, `simulated OBServer ${ip}`))));
  const alternatives = isIPv4(ip) ? der(0x87, Buffer.from(ip.split('.').map(Number))) : text(0x82, ip);
  const extension = sequence(subjectAlternativeName, der(0x04, sequence(alternatives)));
  const content = sequence(
    version3,
    der(0x02, Buffer.from([1])),
    ecdsaWithSha256,
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(extension)),
  );
  return sequence(content, ecdsaWithSha256, bitString(sign('sha256', content, privateKey)));
}
