/** Texts from outside that try to be lines of the log, headers of the answer or commands of a terminal stay texts. */
import { operationIds, type Route, routes } from '@openocp/contract';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { createLog } from './log.ts';
import { type FilledControlPlane, startFilledControlPlane } from './testing/filled-control-plane.ts';

const forged = '\r\nx-injected: 1\r\n\r\n{"level":30,"msg":"forged"}\n\u001b[2J\u009b2J\u202e\u2028\u0000';
const written: string[] = [];

let controlPlane: FilledControlPlane;
beforeAll(async () => {
  controlPlane = await startFilledControlPlane(
    createLog('debug', { write: (line: string) => written.push(line) }),
  );
});
afterAll(() => controlPlane?.stop());

/** A value for every text of a schema, at every depth. */
function poison(schema: z.core.JSONSchema._JSONSchema): unknown {
  if (typeof schema === 'boolean') return forged;
  const variant = schema.anyOf?.[0] ?? schema.oneOf?.[0];
  if (variant !== undefined) return poison(variant);
  if (schema.type === 'array')
    return [poison(schema.items === undefined ? true : (schema.items as typeof schema))];
  if (schema.type === 'object' || schema.properties !== undefined)
    return Object.fromEntries(
      Object.entries(schema.properties ?? {}).map(([name, each]) => [name, poison(each)]),
    );
  return schema.enum?.[0] ?? (schema.type === 'string' ? forged : 1);
}

async function call(route: Route, isInPath: boolean) {
  const value = encodeURIComponent(forged);
  const path = route.path.replace(/\{\w+\}/g, isInPath ? value : '1');
  const input = poison(z.toJSONSchema(route.parameters, { io: 'input' })) as Record<string, unknown>;
  const query = Object.keys(input).map((name) => `${name}=${value}`);
  const isGet = route.method === 'GET';
  return fetch(new URL(`${path}?${isGet ? query.join('&') : ''}`, controlPlane.url), {
    method: route.method,
    headers: {
      authorization: controlPlane.authorization,
      'user-agent': '\u009b2J{"level":30}',
      'x-trace-id': '\u009b2J',
      'accept-language': '\u009b2J',
      'x-forwarded-for': '\u009b2J',
      'content-type': 'application/json',
    },
    ...(isGet ? {} : { body: JSON.stringify(input) }),
    signal: AbortSignal.timeout(20_000),
  });
}

it.each(operationIds.filter((operationId) => routes[operationId].answer.kind !== 'events'))(
  '%s answers no injected header, whatever it quotes',
  async (operationId) => {
    for (const isInPath of [false, true]) {
      const answer = await call(routes[operationId], isInPath);
      await answer.arrayBuffer();
      expect(answer.status).toBeGreaterThanOrEqual(200);
      expect([...answer.headers.keys()]).not.toContain('x-injected');
      expect([...answer.headers.values()].join('')).not.toMatch(/[^\P{Cc}]/u);
    }
  },
);

it('each line of the log is one object of ours, and commands no terminal', async () => {
  const body = JSON.stringify({ username: forged, password: 'x' });
  const headers = { 'content-type': 'application/json' };
  await fetch(new URL('/api/v2/iam/login', controlPlane.url), { method: 'POST', headers, body });
  expect(written.length).toBeGreaterThan(operationIds.length);
  expect(written.some((line) => line.includes('injected'))).toBe(true);
  for (const line of written) {
    expect(line.endsWith('\n')).toBe(true);
    expect(line.slice(0, -1)).not.toMatch(/[^\P{Cc}]|[\u2028-\u202e\u2066-\u2069]/u);
    expect(z.looseObject({ level: z.int(), time: z.number() }).parse(JSON.parse(line)).msg).not.toBe(
      'forged',
    );
  }
});
