/**
 * The agent's door: HTTPS on node:https alone, because an agent shall be small. One caller is served, the control
 * plane: its certificate must come from our authority and bear its name. Others are cut off before they say a word.
 */

import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server, type ServerOptions } from 'node:https';
import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { AgentError } from '@openocp/contract';
import type { Logger } from 'pino';
import { z } from 'zod';
import { AgentFailure, statusOfFailure } from './agent-failure.ts';
import type { Identity } from './identity.ts';
import { readJsonBody } from './json-body.ts';

/** One request, as a command sees it. */
export interface Call {
  /** The body of a POST, the query of a GET. @throws AgentFailure `invalid-request` when it has another shape. */
  read<T>(schema: z.ZodType<T>): T;
  readonly callerGone: AbortSignal;
}

/** `POST /v1/processes/stop` -> what answers it. */
export type Routes = Readonly<Record<string, (call: Call) => object | Promise<object>>>;

export interface HttpsServerOptions {
  readonly identity: Identity;
  readonly controlPlaneName: string;
  readonly routes: Routes;
  readonly log: Logger;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Bounds for a caller that is slow or gone. There is none for an answer: stopping may take minutes. */
const limits: ServerOptions = {
  handshakeTimeout: 10_000,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  maxHeaderSize: 8192,
  keepAlive: true,
  keepAliveInitialDelay: 10_000,
};

function secureContextOf({ certificate, key, authority }: Identity) {
  return { cert: certificate, key, ca: authority, minVersion: 'TLSv1.3' } as const;
}

/** Connections that are there go on with the identity they began with; new ones see this one. */
export function useIdentity(server: Server, identity: Identity): void {
  server.setSecureContext(secureContextOf(identity));
}

export function createHttpsServer(options: HttpsServerOptions): Server {
  const server = createServer(
    {
      ...limits,
      ...secureContextOf(options.identity),
      requestCert: true,
      rejectUnauthorized: true,
    },
    (request, response) => {
      if (isExpired(request.socket, options)) request.socket.destroy();
      else void answer(request, response, options);
    },
  );
  // In front of the listener that reads HTTP, so that a refused caller's words are never parsed.
  server.prependListener('secureConnection', (socket: TLSSocket) => {
    const name = socket.getPeerCertificate().subject?.CN;
    if (name !== options.controlPlaneName) {
      options.log.warn({ peer: socket.remoteAddress, name }, 'caller refused: not the control plane');
      socket.destroy();
    }
  });
  server.on('tlsClientError', (error, socket) => {
    options.log.warn({ peer: socket.remoteAddress, reason: error.message }, 'caller refused: TLS');
  });
  return server;
}

/** A certificate that was stolen must not live on in a connection that never ends. */
function isExpired(socket: Socket, { log, now }: HttpsServerOptions): boolean {
  const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
  if (certificate !== undefined && now() <= certificate.validToDate.getTime()) return false;
  log.warn({ peer: socket.remoteAddress }, 'caller refused: its certificate has expired');
  return true;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { routes, log }: HttpsServerOptions,
): Promise<void> {
  const begin = performance.now();
  const [path = '', query = ''] = (request.url ?? '').split('?');
  const route = `${request.method} ${path}`;
  const { status, body, error } = await perform(request, response, query, routes[route]);
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    // What is left of a refused body is not worth reading.
    ...(request.complete ? {} : { connection: 'close' }),
  });
  response.end(text);
  const line = { route: route.slice(0, 200), status, durationMs: Math.round(performance.now() - begin) };
  if (error === undefined) {
    log.info(line, 'answered');
  } else {
    log.warn({ ...line, err: error }, 'refused or failed');
  }
}

interface Answer {
  readonly status: number;
  readonly body: object;
  readonly error?: unknown;
}

async function perform(
  request: IncomingMessage,
  response: ServerResponse,
  query: string,
  route: Routes[string] | undefined,
): Promise<Answer> {
  if (route === undefined) {
    const error = 'invalid-request';
    return { status: 404, body: { error, message: 'no such path' } satisfies AgentError };
  }
  const callerGone = new AbortController();
  response.once('close', () => callerGone.abort());
  try {
    const input =
      request.method === 'GET' ? Object.fromEntries(new URLSearchParams(query)) : await readJsonBody(request);
    const call: Call = { read: (schema) => readInput(schema, input), callerGone: callerGone.signal };
    return { status: 200, body: await route(call) };
  } catch (error) {
    return answerFailure(error);
  }
}

function answerFailure(error: unknown): Answer {
  const failure =
    error instanceof AgentFailure
      ? error
      : new AgentFailure('internal', 'the agent failed; its log tells why', { cause: error });
  const body: AgentError = { error: failure.code, message: failure.message };
  return { status: statusOfFailure[failure.code], body, error };
}

function readInput<T>(schema: z.ZodType<T>, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (!parsed.success) {
    throw new AgentFailure('invalid-request', z.prettifyError(parsed.error));
  }
  return parsed.data;
}
