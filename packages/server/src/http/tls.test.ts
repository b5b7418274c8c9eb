import { once } from 'node:events';
import { get } from 'node:https';
import { text } from 'node:stream/consumers';
import { connect } from 'node:tls';
import { afterEach, beforeEach, expect, it } from 'vitest';
import {
  controlPlaneName,
  createAuthority,
  issueCertificate,
  type KeyPair,
} from '../security/certificate-authority.ts';
import { startTestServer, type TestServer } from './test-server.ts';

let authority: KeyPair;
let server: TestServer;
let url: URL;
beforeEach(async () => {
  const now = new Date();
  authority = await createAuthority(now);
  const { certificate, key } = await issueCertificate(
    authority,
    { commonName: 'openocp', hosts: ['127.0.0.1'], usage: 'server' },
    now,
  );
  server = await startTestServer({ tls: { key, cert: certificate } });
  url = new URL(await server.fastify.listen({ host: '127.0.0.1', port: 0 }));
});
afterEach(async () => {
  await server.fastify.close();
});

it('serves over TLS with the configured certificate', async () => {
  expect(url.protocol).toBe('https:');
  const [response] = await once(
    get(new URL('/api/v2/time', url), { ca: authority.certificate, agent: false }),
    'response',
  );
  expect([response.statusCode, await text(response)]).toEqual([200, '1970-01-01T00:00:00+00:00']);
});

it("gives nothing for a certificate of an agent or of the control plane's own", async () => {
  for (const usage of ['server', 'client'] as const) {
    const request = { commonName: controlPlaneName, hosts: ['127.0.0.1'], usage };
    const { certificate, key } = await issueCertificate(authority, request, new Date());
    const options = { ca: authority.certificate, cert: certificate, key, agent: false };
    const [response] = await once(get(new URL('/api/v2/compute/hosts', url), options), 'response');
    expect(response.statusCode).toBe(401);
    response.destroy();
  }
});

it('speaks no TLS older than 1.2, and no plain HTTP', async () => {
  const old = connect({
    host: url.hostname,
    port: Number(url.port),
    ca: authority.certificate,
    minVersion: 'TLSv1.1',
    maxVersion: 'TLSv1.1',
    ciphers: 'ALL@SECLEVEL=0',
  });
  const [error] = await once(old, 'error');
  expect(String(error)).toMatch(/protocol version|unsupported protocol|EPROTO/i);
  await expect(fetch(`http://${url.host}/api/v2/time`)).rejects.toThrow();
});
