/**
 * Commands to host agents: HTTPS with mutual TLS. The agent must show a certificate of our own authority that names its
 * host. What it answers goes through zod; a request that got no answer is told apart from one that was refused.
 */
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import {
  type AgentError,
  type AgentInfo,
  agentError,
  agentInfo,
  type InspectRequest,
  type InspectResponse,
  inspectResponse,
  type JournalEntry,
  journalResponse,
  lastWordsResponse,
  type PrepareRequest,
  type PrepareResponse,
  prepareResponse,
  type StartRequest,
  type StartResponse,
  type StopRequest,
  type StopResponse,
  startResponse,
  stopResponse,
} from '@openocp/contract';
import type { z } from 'zod';
import type { OutboundPolicy } from './outbound-policy.ts';

/** Our certificate for talking to agents, and the authority both sides trust. PEM. */
export interface ClientIdentity {
  readonly certificate: string;
  readonly key: string;
  readonly authority: string;
}

/** The agent answered and said no; nothing was done, or the message says what was. */
export class AgentRefusal extends Error {
  override readonly name = 'AgentRefusal';
  readonly code: AgentError['error'];

  constructor(url: string, { error, message }: AgentError) {
    super(`Agent ${url}: ${message} (${error})`);
    this.code = error;
  }
}

/** No usable answer. `delivered` is false when the request certainly never reached the agent. */
export class AgentUnreachable extends Error {
  override readonly name = 'AgentUnreachable';
  readonly delivered: boolean;

  constructor(url: string, detail: string, delivered: boolean, options?: ErrorOptions) {
    super(`Agent ${url} gave no answer: ${detail}`, options);
    this.delivered = delivered;
  }
}

const inspectTimeoutMs = 5_000;
/** Beyond the time that the agent itself was given. */
const marginMs = 5_000;
/** An answer larger than this is not one of ours. */
const longestAnswer = 4 * 1024 * 1024;

export interface AgentClient {
  info(url: string): Promise<AgentInfo>;
  /** @param timeoutMs 5 s by default. */
  inspect(url: string, request: InspectRequest, timeoutMs?: number): Promise<InspectResponse>;
  /** What the agent has done in a home, oldest first. */
  journal(url: string, home: string): Promise<JournalEntry[]>;
  /** Why the process of a home ended, by the last lines of its log. */
  lastWords(url: string, home: string): Promise<readonly string[]>;
  /** Makes the folders of a home. */
  prepare(url: string, request: PrepareRequest, signal: AbortSignal): Promise<PrepareResponse>;
  start(url: string, request: StartRequest, signal: AbortSignal): Promise<StartResponse>;
  stop(url: string, request: StopRequest, signal: AbortSignal): Promise<StopResponse>;
  close(): void;
}

/** @param identify asked with the first call: making an identity takes time and memory that an idle process can spare. */
export function createAgentClient(
  identify: () => Promise<ClientIdentity>,
  outbound: OutboundPolicy,
): AgentClient {
  let opening: Promise<HttpsAgent> | undefined;
  const open = (): Promise<HttpsAgent> => {
    opening ??= identify().then((identity) => openTransport(identity, outbound));
    // A failure is that of this call; the next one tries again.
    opening.catch(() => {
      opening = undefined;
    });
    return opening;
  };
  const call = async <T>(url: string, path: string, schema: z.ZodType<T>, options: CallOptions) => {
    checkHost(url, outbound);
    return callAgent(await open(), url, path, schema, options);
  };
  return {
    info: (url) => call(url, '/v1/info', agentInfo, { timeoutMs: inspectTimeoutMs }),
    inspect: (url, body, timeoutMs = inspectTimeoutMs) =>
      call(url, '/v1/processes/inspect', inspectResponse, { body, timeoutMs }),
    journal: async (url, home) => {
      const path = `/v1/journal?home=${encodeURIComponent(home)}`;
      return (await call(url, path, journalResponse, { timeoutMs: inspectTimeoutMs })).entries;
    },
    lastWords: async (url, home) => {
      const path = `/v1/homes/last-words?home=${encodeURIComponent(home)}`;
      return (await call(url, path, lastWordsResponse, { timeoutMs: inspectTimeoutMs })).lines;
    },
    prepare: (url, body, signal) =>
      call(url, '/v1/homes/prepare', prepareResponse, { body, signal, timeoutMs: inspectTimeoutMs }),
    start: (url, body, signal) =>
      call(url, '/v1/processes/start', startResponse, {
        body,
        signal,
        timeoutMs: body.deadlineMs + marginMs,
      }),
    stop: (url, body, signal) =>
      call(url, '/v1/processes/stop', stopResponse, {
        body,
        signal,
        timeoutMs: body.graceMs + body.deadlineMs + marginMs,
      }),
    close: () =>
      void opening?.then(
        (transport) => transport.destroy(),
        () => {},
      ),
  };
}

/** @throws AgentUnreachable when it must not be connected to */
function checkHost(url: string, outbound: OutboundPolicy): void {
  try {
    outbound.check(new URL(url).hostname.replace(/^\[(.*)\]$/, '$1'));
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new AgentUnreachable(url, detail, false, { cause });
  }
}

function openTransport(
  { certificate, key, authority }: ClientIdentity,
  { lookup }: OutboundPolicy,
): HttpsAgent {
  return new HttpsAgent({
    lookup,
    keepAlive: true,
    maxSockets: 8,
    cert: certificate,
    key,
    ca: authority,
    minVersion: 'TLSv1.3',
  });
}

interface CallOptions {
  /** A POST when present, a GET otherwise. */
  readonly body?: unknown;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

async function callAgent<T>(
  transport: HttpsAgent,
  url: string,
  path: string,
  schema: z.ZodType<T>,
  options: CallOptions,
): Promise<T> {
  const { status, text } = await send(transport, url, path, options);
  let answer: unknown;
  try {
    answer = JSON.parse(text);
  } catch (cause) {
    throw new AgentUnreachable(url, `status ${status} with a body that is not JSON`, true, { cause });
  }
  if (status !== 200) {
    const refusal = agentError.safeParse(answer);
    // `internal` leaves the command open: it may have acted, and goes on when it is delivered again.
    if (refusal.success && refusal.data.error === 'internal')
      throw new AgentUnreachable(url, refusal.data.message, true);
    if (refusal.success) throw new AgentRefusal(url, refusal.data);
    throw new AgentUnreachable(url, `status ${status} without a reason`, true);
  }
  const parsed = schema.safeParse(answer);
  if (!parsed.success)
    throw new AgentUnreachable(url, 'its answer has another shape than agreed', true, {
      cause: parsed.error,
    });
  return parsed.data;
}

function send(
  transport: HttpsAgent,
  url: string,
  path: string,
  { body, timeoutMs, signal }: CallOptions,
): Promise<{ status: number; text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
  const payload = body === undefined ? undefined : JSON.stringify(body);
  let delivered = false;
  const timeout = AbortSignal.timeout(timeoutMs);
  const request = httpsRequest(new URL(path, url), {
    agent: transport,
    method: payload === undefined ? 'GET' : 'POST',
    headers:
      payload === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) },
    signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
  });
  const fail = (cause: Error) => {
    const detail = timeout.aborted ? `none within ${timeoutMs} ms` : cause.message;
    reject(new AgentUnreachable(url, detail, delivered, { cause }));
  };
  request.on('socket', (socket) => {
    if (socket.connecting) socket.once('secureConnect', () => (delivered = true));
    else delivered = true;
  });
  request.on('error', fail);
  request.on('response', (response) => {
    let text = '';
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      text += chunk;
      if (text.length > longestAnswer) response.destroy(new Error('the answer is too long'));
    });
    response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    response.on('error', fail);
  });
  request.end(payload);
  return promise;
}
