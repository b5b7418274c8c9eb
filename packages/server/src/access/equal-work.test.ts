/** Who is refused cannot tell why from how long it took: the same work is done whatever was wrong. Work is counted, not timed. */
import { createHook } from 'node:async_hooks';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AccessServer, signed, startAccessServer } from './access-server.ts';

let server: AccessServer;
let hashes = 0;
const hook = createHook({
  init(_id, type) {
    if (type === 'SCRYPTREQUEST') hashes += 1;
  },
});

beforeAll(async () => {
  server = await startAccessServer();
  hook.enable();
  // The hash that stands for unknown users is made with the first of them.
  await tryBasic('stranger', 'warm up');
});
afterAll(async () => {
  hook.disable();
  await server.close();
});

const tryBasic = (username: string, password: string) =>
  server.call({ url: '/api/v2/iam/me', as: [username, password] });
const tryLogIn = (username: string, password: string) =>
  server.call({ method: 'POST', url: '/api/v2/iam/login', payload: { username, password }, as: null });

async function countHashes(work: () => Promise<{ readonly status: number }>): Promise<[number, number]> {
  const before = hashes;
  const { status } = await work();
  return [status, hashes - before];
}

describe('a password', () => {
  it.each([
    ['by HTTP Basic', tryBasic],
    ['by the log-on', tryLogIn],
  ])('%s is hashed once for a user who exists, who does not, and who has none', async (_, attempt) => {
    for (const [username, password] of [
      ['admin', 'wrong'],
      ['stranger', 'wrong'],
      ['system', 'wrong'],
      ['ADMIN', 'aaAA11__'],
      ['', ''],
      ['__proto__', 'wrong'],
    ] as const)
      expect([username, await countHashes(() => attempt(username, password))]).toEqual([username, [401, 1]]);
  });
});

describe('a signature', () => {
  it('is computed for a key that does not exist too: its body is read first, and gets the same answer', async () => {
    const date = new Date(server.clock.now);
    const made = await server.call({ method: 'POST', url: '/api/v2/iam/accessKeys', payload: {} });
    const { accessKeyId } = made.body.data as { accessKeyId: string };
    for (const length of [10, 1_000_000]) {
      const request = {
        method: 'POST',
        url: '/api/v2/iam/accessKeys',
        date,
        body: 'x'.repeat(length),
      } as const;
      const answers = [];
      for (const id of [accessKeyId, 'a'.repeat(accessKeyId.length)]) {
        const { status, body } = await server.call(
          signed({ accessKeyId: id, accessKeySecret: 'wrong' }, request),
        );
        answers.push([status, body.error?.code, body.error?.message]);
      }
      expect(answers[1]).toEqual(answers[0]);
    }
  });
});

it.each(['app/password-hash.ts', 'app/sessions.ts', 'security/request-signature.ts'])(
  '%s compares what is secret in a time that does not depend on where it differs',
  (file) => {
    const source = readFileSync(join(import.meta.dirname, '..', file), 'utf8');
    expect(source).toMatch(/\btimingSafeEqual\(/);
    expect(source).not.toMatch(
      /(given|expected|derived|signature|token|digest)\b\s*[!=]==\s*(given|expected|derived|right)\b/,
    );
  },
);
