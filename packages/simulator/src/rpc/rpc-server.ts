import { createServer, type Server, type Socket } from 'node:net';
import { encodeFrame, FrameReader } from './frame.ts';

export type RpcHandlers = ReadonlyMap<string, (body: never, from: string) => unknown>;

interface RpcRequest {
  readonly id: number;
  readonly method: string;
  readonly from: string;
  readonly body: unknown;
}

/** Binds exactly `ip:port`; rejects when the port is taken. */
export function startRpcServer(
  ip: string,
  port: number,
  handlers: RpcHandlers,
  isDeafTo: (peer: string) => boolean = () => false,
): Promise<Server> {
  const server = createServer((socket) => serve(socket, handlers, isDeafTo));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, ip, () => {
      server.off('error', reject);
      resolve(server);
    });
  });
}

function serve(socket: Socket, handlers: RpcHandlers, isDeafTo: (peer: string) => boolean): void {
  const reader = new FrameReader();
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    try {
      for (const message of reader.push(chunk)) void answer(socket, handlers, message, isDeafTo);
    } catch {
      // Garbage on the wire ends this connection and nothing else.
      socket.destroy();
    }
  });
}

async function answer(
  socket: Socket,
  handlers: RpcHandlers,
  message: unknown,
  isDeafTo: (peer: string) => boolean,
): Promise<void> {
  const request = readRequest(message);
  if (request === undefined) {
    socket.destroy();
    return;
  }
  if (isDeafTo(request.from)) return;
  let reply: unknown;
  try {
    const handler = handlers.get(request.method);
    if (handler === undefined) throw new Error(`no rpc method ${request.method}`);
    // The body's shape is the sending simulator's promise; a foreign body ends in the catch below.
    reply = { id: request.id, ok: (await handler(request.body as never, request.from)) ?? null };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? Number(error.code) : 0;
    const text = error instanceof Error ? error.message : String(error);
    reply = { id: request.id, error: { code: Number.isInteger(code) ? code : 0, message: text } };
  }
  if (!socket.destroyed) socket.write(encodeFrame(reply));
}

function readRequest(message: unknown): RpcRequest | undefined {
  if (typeof message !== 'object' || message === null) return undefined;
  const { id, method, from, body } = message as Record<string, unknown>;
  if (typeof id !== 'number' || typeof method !== 'string') return undefined;
  return { id, method, from: typeof from === 'string' ? from : '', body };
}
