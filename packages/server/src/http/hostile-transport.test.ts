/** Requests that are wrong below their contents: slow, endless, compressed, deep, doubly encoded. Others are served meanwhile. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startTestServer, type TestServer } from './test-server.ts';

const STOP = '/api/v2/ob/clusters/20/servers/3/stop';
const json = { 'content-type': 'application/json' };

let server: TestServer;
let url: URL;
beforeAll(async () => {
  server = await startTestServer({ arrival: { headersMs: 4000, requestMs: 4000, lookMs: 100 } });
  url = new URL(await server.fastify.listen({ host: '127.0.0.1', port: 0 }));
});
afterAll(() => server.fastify.close());

async function openSocket(): Promise<Socket> {
  const socket = connect(Number(url.port), url.hostname);
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** What comes back until the other side ends. */
async function readToEnd(socket: Socket): Promise<string> {
  let text = '';
  socket.setEncoding('latin1').on('data', (part: string) => {
    text += part;
  });
  // It may be reset, which is an answer too.
  await new Promise((done) => socket.once('close', done));
  return text;
}

async function send(head: string, ...parts: readonly string[]): Promise<string> {
  const socket = await openSocket();
  const answer = readToEnd(socket);
  socket.write(head);
  for (const part of parts) socket.write(part);
  return answer;
}

describe.concurrent('a client that is slow', () => {
  it('in its headers is cut off, five hundred of them too, and others are answered meanwhile', async () => {
    const slow = await Promise.all(Array.from({ length: 500 }, openSocket));
    let open = slow.length;
    const ended = slow.map(async (socket) => {
      const answer = await readToEnd(socket);
      open -= 1;
      return answer;
    });
    for (const socket of slow) socket.write('GET /api/v2/time HTTP/1.1\r\nhost: a\r\nx-slow: ');
    let answeredMeanwhile = 0;
    for (let round = 0; round < 20; round += 1) {
      expect((await fetch(new URL('/api/v2/time', url))).status).toBe(200);
      if (open === slow.length) answeredMeanwhile += 1;
    }
    expect(answeredMeanwhile).toBeGreaterThan(0);
    const answers = await Promise.all(ended);
    expect(answers.filter((answer) => !/^(HTTP\/1\.1 408 .*)?$/s.test(answer))).toEqual([]);
  });

  it('in its body is cut off', async () => {
    const authorization = `Basic ${Buffer.from('admin:aaAA11__').toString('base64')}`;
    const head = `POST ${STOP} HTTP/1.1\r\nhost: a\r\nauthorization: ${authorization}\r\n`;
    const before = server.app.stops.length;
    const answer = await send(
      `${head}content-type: application/json\r\ncontent-length: 100\r\n\r\n`,
      '{"force":',
    );
    expect(answer).not.toMatch(/^HTTP\/1\.1 200/);
    expect(server.app.stops).toHaveLength(before);
  });
});

describe('a request that is large', () => {
  it('in its path or its headers is refused before it is anybody’s', async () => {
    const long = 'a'.repeat(1024 * 1024);
    for (const head of [
      `GET /api/v2/${long} HTTP/1.1\r\nhost: a\r\n\r\n`,
      `GET /api/v2/time HTTP/1.1\r\nhost: a\r\nx: ${long}\r\n\r\n`,
    ])
      expect(await send(head)).toMatch(/^(HTTP\/1\.1 431|$)/);
  });

  it('in its body is 413, with a length, in pieces, and of ten megabytes', async () => {
    const payload = JSON.stringify({ unknown: 'a'.repeat(10 * 1024 * 1024) });
    expect((await server.call({ method: 'POST', url: STOP, payload, headers: json })).status).toBe(413);
  });

  it('when it is unpacked is not unpacked', async () => {
    const before = server.app.stops.length;
    const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024, 0x20));
    expect(bomb.length).toBeLessThan(100_000);
    for (const payload of [bomb, gzipSync('{}'), '{}'])
      for (const encoding of ['gzip', 'deflate', 'br', 'zstd', 'gzip, gzip']) {
        const headers = { ...json, 'content-encoding': encoding };
        const { status, body } = await server.call({ method: 'POST', url: STOP, payload, headers });
        expect([encoding, status, body.error?.code]).toEqual([encoding, 415, 1003]);
      }
    expect(server.app.stops).toHaveLength(before);
  });
});

describe('a request whose end two readers could see in two places', () => {
  const stop = `POST ${STOP} HTTP/1.1\r\nhost: a\r\nauthorization: Basic ${Buffer.from('admin:aaAA11__').toString('base64')}\r\ncontent-type: application/json\r\n`;

  it.each([
    ['a length and pieces', 'content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
    ['two lengths', 'content-length: 2\r\ncontent-length: 3\r\n\r\n{}'],
    ['a length that is no number', 'content-length: +2\r\n\r\n{}'],
    ['pieces twice over', 'transfer-encoding: chunked, chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n'],
    ['an unknown coding', 'transfer-encoding: xchunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n'],
    ['a piece without a correct length', 'transfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n'],
    ['a blank before the colon', 'content-length : 2\r\n\r\n{}'],
    ['a NUL in a header', 'x: a\0b\r\ncontent-length: 2\r\n\r\n{}'],
  ])('is refused: %s', async (_, rest) => {
    const before = server.app.stops.length;
    expect(await send(stop + rest)).toMatch(/^(HTTP\/1\.1 400 |$)/);
    expect(server.app.stops).toHaveLength(before);
  });
});

describe('JSON', () => {
  const nested = (open: string, close: string, depth: number) => open.repeat(depth) + close.repeat(depth);

  it.each([
    ['lists', nested('[', ']', 200_000)],
    ['objects', `${'{"a":'.repeat(80_000)}1${'}'.repeat(80_000)}`],
    ['lists in a parameter', `{"force":${nested('[', ']', 200_000)}}`],
    ['objects in an unknown field', `{"unknown":${'{"a":'.repeat(80_000)}1${'}'.repeat(80_000)}}`],
  ])('of very deep %s is no failure of the server', async (_, payload) => {
    const { status, body } = await server.call({ method: 'POST', url: STOP, payload, headers: json });
    expect(status).toBeLessThan(500);
    expect(body).toHaveProperty('successful');
  });

  it.each([
    '{"__proto__":{"force":true}}',
    '{"a":{"__proto__":{"force":true}}}',
    '{"constructor":{"prototype":{"force":true}}}',
  ])('%s changes no prototype and is refused', async (payload) => {
    const { status } = await server.call({ method: 'POST', url: STOP, payload, headers: json });
    expect(status).toBe(400);
    expect(Object.hasOwn(Object.prototype, 'force')).toBe(false);
  });
});

describe('a path', () => {
  it.each([
    '/api/v2/../../etc/passwd',
    '/api/v2/..%2f..%2fetc%2fpasswd',
    '/api/v2/%252e%252e%252f%252e%252e%252fetc%252fpasswd',
    '/api/v2/tasks/instances/1/subtasks/..%2f..%2f..%2fetc%2fpasswd/log',
    '/api/v2/tasks/instances/1/subtasks/%252e%252e%252fpasswd/log',
    '/api/v2/tasks/instances/1%00/subtasks/1/log',
    '/api/v2/tasks/instances/1/subtasks/1%00.txt/log',
    '/api/v2/tasks/instances/1/subtasks/1%0d%0ax-injected:%201/log',
    '//169.254.169.254/api/v2/ob/clusters',
    '/\\169.254.169.254/api/v2/ob/clusters',
  ])('%s leads to no file and to no other host', async (path) => {
    const authorization = `Basic ${Buffer.from('admin:aaAA11__').toString('base64')}`;
    const head = `GET ${path} HTTP/1.1\r\nhost: a\r\nauthorization: ${authorization}\r\nconnection: close\r\n\r\n`;
    const answer = await send(head);
    expect(answer).toMatch(/^HTTP\/1\.1 (400|404) /);
    expect(answer).not.toMatch(/root:|\r\nx-injected/i);
  });
});
