/** An API that answers what a test tells it, over real HTTP: older and newer control planes, and connections that break. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { Outside } from '../session.ts';

export interface Received {
  readonly method: string;
  /** With the query. */
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: unknown;
}

/** Answers `data`, or a whole error, or takes the response over. */
type Reply = { readonly data: unknown } | { readonly status: number; readonly error: object };
type Handler = Reply | ((request: Received, response: ServerResponse) => Reply | undefined);

export class ScriptedApi {
  readonly requests: Received[] = [];
  readonly routes = new Map<string, Handler>();
  readonly #server = createServer((request, response) => void this.#answer(request, response));
  url = '';

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this;
  }

  /** @param route `POST /api/v2/...`, without a query */
  on(route: string, handler: Handler): this {
    this.routes.set(route, handler);
    return this;
  }

  listSent(route: string): Received[] {
    return this.requests.filter(({ method, url }) => `${method} ${url.split('?')[0]}` === route);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    const sent = await text(request);
    const received = { method, url, headers, body: sent === '' ? undefined : JSON.parse(sent) };
    this.requests.push(received);
    const handler = this.routes.get(`${method} ${url.split('?')[0]}`);
    const reply = typeof handler === 'function' ? handler(received, response) : (handler ?? unknownPath);
    if (reply === undefined) return;
    const status = 'status' in reply ? reply.status : 200;
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ ...reply, status, successful: status === 200, traceId: 'ab'.repeat(8) }));
  }
}

const unknownPath = {
  status: 404,
  error: { code: 1999, name: 'COM10999', message: 'There is no API here.' },
};

export interface RecordedTerminal {
  readonly outside: Outside;
  readonly out: () => string;
  readonly notes: () => string;
  readonly questions: string[];
}

/** @param answers of the person, in order; without them nobody can be asked */
export function recordTerminal(
  environment: Readonly<Record<string, string>>,
  answers?: readonly string[],
): RecordedTerminal {
  const out: string[] = [];
  const notes: string[] = [];
  const questions: string[] = [];
  const left = [...(answers ?? [])];
  const ask = async (question: string) => {
    questions.push(question);
    return left.shift() ?? '';
  };
  const terminal = {
    out: (line: string) => void out.push(line),
    note: (line: string) => void notes.push(line),
    canAsk: answers !== undefined,
    canRedraw: false,
    paint: (_style: string, line: string) => line,
    ask,
    askSecret: ask,
  };
  return {
    outside: { terminal, environment: { HOME: '/nonexistent', ...environment } },
    out: () => out.join('\n'),
    notes: () => notes.join('\n'),
    questions,
  };
}
