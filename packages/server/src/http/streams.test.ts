/** Answers that are no envelope, files and events, and what clients say in headers. */
import { once } from 'node:events';
import { connect } from 'node:net';
import type { StreamItem } from '@openocp/contract';
import { strFromU8, unzipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EventQueue } from '../app/event-queue.ts';
import { basic, startTestServer, type TestServer } from './test-server.ts';

const STOP = '/api/v2/ob/clusters/20/servers/3/stop';
const password = 'aaAA11__';

let server: TestServer;
beforeEach(async () => {
  server = await startTestServer();
});
afterEach(async () => {
  await server.fastify.close();
});

describe('a file', () => {
  it('comes bare, with its type and name', async () => {
    await server.call({ method: 'POST', url: STOP });
    const url = await server.fastify.listen({ host: '127.0.0.1', port: 0 });
    const authorization = basic('viewer', password);
    const path = `${url}/api/v2/tasks/instances/101/downloadDiagnosis`;
    const response = await fetch(path, { method: 'POST', headers: { authorization } });
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/zip',
      'content-disposition': 'attachment; filename="task-101.zip"',
      'cache-control': 'no-store',
      'x-trace-id': expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    const files = unzipSync(new Uint8Array(await response.arrayBuffer()));
    expect(strFromU8(files['name.txt'] ?? new Uint8Array())).toBe('Stop OB server');
  });

  it('that is missing is an error in the envelope', async () => {
    const { status, body } = await server.call({
      method: 'POST',
      url: '/api/v2/tasks/instances/9/downloadDiagnosis',
    });
    expect([status, body.error?.code, body.successful]).toEqual([404, 4001, false]);
  });
});

describe('events', () => {
  it('are Server-Sent Events that no cache keeps and no proxy holds back', async () => {
    const { headers, text } = await server.call({ url: '/api/v2/events?taskId=7' });
    expect(headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    });
    expect(text).toBe('retry: 1000\n\n: alive\nid: 0\n\nevent: reset\ndata: {"taskId":7}\n\n');
  });

  it('are resumed behind the place in the header, which is newer than the one in the URL', async () => {
    const url = '/api/v2/events?lastEventId=3';
    expect((await server.call({ url })).text).toContain('id: 3\n');
    expect((await server.call({ url, headers: { 'last-event-id': '5' } })).text).toContain('id: 5\n');
    expect((await server.call({ url, headers: { 'last-event-id': '' } })).text).toContain('id: 3\n');
    const foreign = await server.call({ url, headers: { 'last-event-id': 'abc' } });
    expect([foreign.status, foreign.body.error?.code]).toEqual([400, 1001]);
  });

  /** A stream that never ends by itself. */
  function createQueue(maxCharacters: number) {
    const closed = Promise.withResolvers<void>();
    async function* missed(): AsyncGenerator<StreamItem[], undefined> {
      yield [{ id: 1 }];
      return undefined;
    }
    const queue = new EventQueue({ maxCharacters, missed: missed(), onClosed: closed.resolve });
    return { queue, closed: closed.promise };
  }

  /** Sends the request and reads the head of the answer; whatever comes after it stays in the socket. */
  async function openAndPause(url: string) {
    const { port } = new URL(url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(
      `GET /api/v2/events HTTP/1.1\r\nHost: localhost\r\nAuthorization: ${basic('admin', password)}\r\n\r\n`,
    );
    const [head] = await once(socket, 'data');
    expect(String(head)).toContain('200 OK');
    socket.pause();
    return socket;
  }

  it('cut the connection of a client that does not read, and hold a bounded amount for it', async () => {
    const { queue, closed } = createQueue(100_000);
    const app = Object.assign(server.app, { eventStream: async () => queue });
    expect(app.eventStream).toBeTypeOf('function');
    const socket = await openAndPause(await server.fastify.listen({ host: '127.0.0.1', port: 0 }));
    const ended = once(socket, 'close');
    const item: StreamItem = { event: 'log', json: JSON.stringify('x'.repeat(50_000)) };
    while (!queue.signal.aborted) {
      queue.push([item]);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await closed;
    socket.resume();
    await ended;
  });

  it('are given up at once when the client hangs up', async () => {
    const { queue, closed } = createQueue(100_000);
    Object.assign(server.app, { eventStream: async () => queue });
    const socket = await openAndPause(await server.fastify.listen({ host: '127.0.0.1', port: 0 }));
    socket.destroy();
    await closed;
    expect(queue.signal.aborted).toBe(false);
  });
});

describe('an Idempotency-Key', () => {
  it('reaches the use case that creates a task', async () => {
    await server.call({ method: 'POST', url: STOP, headers: { 'idempotency-key': '"a-1"~!' } });
    expect(server.app.stops).toEqual([{ id: 20, serverId: 3, force: false, idempotencyKey: '"a-1"~!' }]);
  });

  it.each(['', ' ', 'a b', 'x'.repeat(256), 'caf\u00e9', 'a\tb'])('%j is refused', async (key) => {
    const { status, body } = await server.call({
      method: 'POST',
      url: STOP,
      headers: { 'idempotency-key': key },
    });
    expect([status, body.error?.code, body.error?.target]).toEqual([400, 1001, 'Idempotency-Key']);
    expect(server.app.stops).toEqual([]);
  });

  it('means nothing to a call that creates no task', async () => {
    const { status } = await server.call({ url: '/api/v2/info', headers: { 'idempotency-key': 'a b' } });
    expect(status).toBe(200);
  });
});
