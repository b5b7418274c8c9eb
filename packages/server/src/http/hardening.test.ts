/** Headers and limits that every answer has. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './test-server.ts';

const STOP = '/api/v2/ob/clusters/20/servers/3/stop';

const json = { 'content-type': 'application/json' };
const gzip = { ...json, 'content-encoding': 'gzip' };

describe('every answer', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
    await server.call({ method: 'POST', url: STOP });
  });
  afterAll(() => server.fastify.close());

  it.each([
    ['data', { url: '/api/v2/ob/clusters' }],
    ['text', { url: '/api/v2/time' }],
    ['a refusal', { url: '/api/v2/ob/clusters', user: null }],
    ['an unknown path', { url: '/nowhere' }],
    ['a path that is not correctly encoded', { url: '/api/v2/%zz' }],
    ['a wrong method', { url: STOP }],
    ['a wrong parameter', { url: '/api/v2/tasks/instances?page=0' }],
    [
      'a body that is too large',
      { method: 'POST', url: STOP, payload: 'x'.repeat(1_000_000), headers: json },
    ],
    [
      'a body of another type',
      { method: 'POST', url: STOP, payload: 'x', headers: { 'content-type': 'a/b' } },
    ],
    ['a body that is compressed', { method: 'POST', url: STOP, payload: 'x', headers: gzip }],
    ['something that is missing', { url: '/api/v2/tasks/instances/999' }],
    ['a failure of the server', { url: '/api/v2/info' }],
    ['a file', { method: 'POST', url: '/api/v2/tasks/instances/101/downloadDiagnosis' }],
    ['events', { url: '/api/v2/events' }],
    ['the OpenAPI document', { url: '/api/v2/openapi.json' }],
  ] as const)('with %s is neither kept, sniffed, framed nor run', async (what, call) => {
    server.app.failure = what.includes('failure') ? new Error('unforeseen') : undefined;
    const { headers } = await server.call(call);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
    });
    expect(headers).not.toHaveProperty('x-powered-by');
    expect(headers).not.toHaveProperty('access-control-allow-origin');
  });
});

describe('with limits', () => {
  it('answers tell what is left, and 429 in the envelope when nothing is, before any effect', async () => {
    const server = await startTestServer({ rateLimits: { perUser: { minute: 2 }, global: {} } });
    const stop = { method: 'POST', url: STOP } as const;
    const first = await server.call(stop);
    expect(first.headers).toMatchObject({ 'ratelimit-limit': '2', 'ratelimit-remaining': '1' });
    expect(Number(first.headers['ratelimit-reset'])).toBeGreaterThan(50);
    await server.call(stop);
    const refused = await server.call(stop);
    expect([refused.status, refused.body.error?.code, refused.body.error?.name]).toEqual([
      429,
      0,
      'IAM20000',
    ]);
    expect(refused.headers).toMatchObject({ 'ratelimit-remaining': '0', 'retry-after': expect.any(String) });
    expect(server.app.stops).toHaveLength(2);
    expect((await server.call({ ...stop, user: 'manager' })).status).toBe(200);
    expect((await server.call({ url: '/api/v2/time', user: null })).status).toBe(200);
    await server.fastify.close();
  });
});
