import { createServer, request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { TLSSocket } from 'node:tls';
import { expect, test } from 'vitest';
import {
  controlPlaneName,
  createAuthority,
  issueCertificate,
  type KeyPair,
} from './certificate-authority.ts';

async function exchange(server: KeyPair, client: KeyPair, authority: KeyPair): Promise<string> {
  const listener = createServer(
    {
      cert: server.certificate,
      key: server.key,
      ca: authority.certificate,
      requestCert: true,
      rejectUnauthorized: true,
      minVersion: 'TLSv1.3',
    },
    (incoming, response) => {
      const peer = incoming.socket instanceof TLSSocket ? incoming.socket.getPeerCertificate() : undefined;
      response.end(String(peer?.subject.CN));
    },
  );
  await new Promise<void>((resolve) => listener.listen(0, '127.0.0.9', resolve));
  const { port } = listener.address() as AddressInfo;
  try {
    return await new Promise<string>((resolve, reject) => {
      const call = request(
        {
          host: '127.0.0.9',
          port,
          cert: client.certificate,
          key: client.key,
          ca: authority.certificate,
          agent: false,
        },
        (response) => {
          response.setEncoding('utf8');
          response.on('data', resolve);
          response.on('error', reject);
        },
      );
      call.on('error', reject);
      call.end();
    });
  } finally {
    listener.closeAllConnections();
    listener.close();
  }
}

test('an agent and the control plane know each other by certificates of the same authority', async () => {
  const now = new Date();
  const authority = await createAuthority(now);
  const agent = await issueCertificate(
    authority,
    { commonName: 'agent', hosts: ['127.0.0.9'], usage: 'server' },
    now,
  );
  const client = await issueCertificate(
    authority,
    { commonName: controlPlaneName, hosts: [], usage: 'client' },
    now,
  );
  await expect(exchange(agent, client, authority)).resolves.toBe(controlPlaneName);
});

test('a certificate for another host, or of another authority, is not accepted', async () => {
  const now = new Date();
  const authority = await createAuthority(now);
  const stranger = await createAuthority(now);
  const client = await issueCertificate(
    authority,
    { commonName: controlPlaneName, hosts: [], usage: 'client' },
    now,
  );
  const elsewhere = await issueCertificate(
    authority,
    { commonName: 'agent', hosts: ['127.0.0.8'], usage: 'server' },
    now,
  );
  await expect(exchange(elsewhere, client, authority)).rejects.toThrow(/127\.0\.0\.9/);
  const here = await issueCertificate(
    authority,
    { commonName: 'agent', hosts: ['127.0.0.9'], usage: 'server' },
    now,
  );
  const foreign = await issueCertificate(
    stranger,
    { commonName: controlPlaneName, hosts: [], usage: 'client' },
    now,
  );
  await expect(exchange(here, foreign, authority)).rejects.toThrow();
});
