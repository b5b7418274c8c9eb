/** Whatever is sent to whichever route: an answer in the envelope, never a 5xx. The choices come from a seed. */
import { errorEnvelope, operationIds, type Route, routes } from '@openocp/contract';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { startTestServer, type TestServer } from './test-server.ts';

const SEED = 20210302;
const CALLS_PER_ROUTE = 60;

const hostile: readonly unknown[] = [
  '',
  '0',
  '-1',
  '1.5',
  '1e309',
  '99999999999999999999',
  '\u0000',
  '../../etc/passwd',
  "' OR 1=1 --",
  '%2e%2e%2f',
  '\r\nX-Injected: 1',
  '\u001b[31m',
  '\ud800',
  '中文'.repeat(200),
  'a'.repeat(5000),
  '__proto__',
  null,
  true,
  -0,
  1e308,
  [],
  [[[]]],
  {},
  { constructor: 1 },
];

/** mulberry32: small, and the same everywhere. */
function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  await server.fastify.close();
});

it.each(operationIds)('%s', async (operationId) => {
  const route: Route = routes[operationId];
  const random = createRandom(SEED);
  const pick = () => hostile[Math.floor(random() * hostile.length)];
  const pickText = () => encodeURIComponent(String(pick()).toWellFormed());
  const names = [...Object.keys(route.parameters.shape), 'unknown', 'constructor'];
  for (let call = 0; call < CALLS_PER_ROUTE; call += 1) {
    const path = route.path.replace(/\{\w+\}/g, () => (random() < 0.5 ? '20' : pickText()));
    const query = names.filter(() => random() < 0.3).map((name) => `${name}=${pickText()}`);
    const fields = names.filter(() => random() < 0.5).map((name): [string, unknown] => [name, pick()]);
    const { status, text, headers } = await server.call({
      method: route.method,
      url: `${path}?${query.join('&')}`,
      ...(route.method === 'GET' ? {} : { payload: Object.fromEntries(fields) }),
    });
    const context = JSON.stringify({ call, path, query, fields }).slice(0, 500);
    expect(status, context).toBeLessThan(500);
    expect(headers['x-injected'], context).toBeUndefined();
    if (status >= 400) expect(errorEnvelope.safeParse(JSON.parse(text)).success, context).toBe(true);
  }
});

it('a body that is no JSON text at all', async () => {
  const url = '/api/v2/ob/clusters/20/servers/3/stop';
  for (const payload of [
    '\u0000',
    '\ufeff{}',
    'NaN',
    '{"force":true}{"force":true}',
    "{'force':true}",
    '[',
    '"x"',
  ]) {
    const { status, text } = await server.call({
      method: 'POST',
      url,
      payload,
      headers: { 'content-type': 'application/json' },
    });
    expect([payload, status]).toEqual([payload, payload === '\ufeff{}' ? 200 : 400]);
    expect(z.looseObject({ status: z.int() }).parse(JSON.parse(text)).status).toBe(status);
  }
});
