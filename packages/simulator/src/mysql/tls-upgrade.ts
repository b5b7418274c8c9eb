/** A connection goes on in TLS after the client has asked for it. */
import { generateKeyPairSync } from 'node:crypto';
import type { Socket } from 'node:net';
import { createSecureContext, type SecureContext, TLSSocket } from 'node:tls';
import { selfSignedCertificate } from './self-signed-certificate.ts';

export type TlsUpgrade = (socket: Socket, alreadyRead: Buffer) => TLSSocket;

function pem(label: string, bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? [];
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n');
}

/** The key and its certificate are made when the first client asks: most servers never need them. */
export function tlsUpgrade(ip: string): TlsUpgrade {
  let secureContext: SecureContext | undefined;
  return (socket, alreadyRead) => {
    secureContext ??= makeContext(ip);
    // Clients send their greeting in TLS right behind the request for it: it must be read again, by TLS.
    socket.pause();
    if (alreadyRead.length > 0) socket.unshift(alreadyRead);
    return new TLSSocket(socket, { isServer: true, secureContext });
  };
}

function makeContext(ip: string): SecureContext {
  const keys = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  return createSecureContext({
    cert: pem('CERTIFICATE', selfSignedCertificate(ip, keys)),
    key: keys.privateKey.export({ type: 'pkcs8', format: 'pem' }),
  });
}
