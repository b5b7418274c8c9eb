/**
 * Commands to host agents: HTTPS with mutual TLS. The agent must show a certificate of our own authority that names its
 * host and is good for it by our records; that is settled before a word of the request goes out. What it answers goes through zod; a request that got no answer is told apart from one that was refused.
 */
import { Agent as HttpsAgent, request as httpsRequest, type RequestOptions } from 'node:https';
import type { Duplex } from 'node:stream';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import {
  type AgentError,
  type AgentInfo,
  agentError,
  agentInfo,
  type CertificateInstallResponse,
  type CertificateRequestResponse,
  certificateInstallResponse,
  certificateRequestResponse,
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
import { agentHostOf } from '../domain/agent-host.ts';
import type { OutboundPolicy } from './outbound-policy.ts';

/** Which certificates are good at a host; kept in the metadata. */
export interface AgentTrust {
  listGood(host: string): Promise<readonly { readonly fingerprint: string }[]>;
  endOlder(host: string, fingerprint: string): Promise<void>;
}

/** Our certificate for talking to agents, and the authority both sides trust. PEM. */
export interface ClientIdentity {
  readonly certificate: string;
  readonly key: string;
  readonly authority: string;
  /** After so long another one is asked for. */
  readonly renewAfterMs: number;
  /** By the wall clock, epoch milliseconds. */
  readonly expireTime: number;
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
  /** Asks for a request for the next certificate; `install` brings the answer. */
  requestCertificate(url: string): Promise<CertificateRequestResponse>;
  installCertificate(url: string, certificate: string): Promise<CertificateInstallResponse>;
  close(): void;
}

export interface AgentClientOptions {
  /** Asked with the first call: making an identity takes time and memory that an idle process can spare. */
  readonly identify: () => Promise<ClientIdentity>;
  readonly trust: AgentTrust;
  readonly outbound: OutboundPolicy;
  /** Epoch milliseconds. */
  readonly clock: () => number;
  /** Milliseconds that nobody sets. */
  readonly monotonicNow: () => number;
}

export function createAgentClient(options: AgentClientOptions): AgentClient {
  const { trust, outbound } = options;
  const transports = new Transports(options);
  const call = async <T>(url: string, path: string, schema: z.ZodType<T>, callOptions: CallOptions) => {
    const host = agentHostOf(url);
    checkHost(url, host, outbound);
    const send = async (peer: Peer) =>
      callAgent(await transports.open(), url, path, schema, { ...callOptions, peer });
    let peer = new Peer(await readPins(trust, url, host));
    const answer = await send(peer).catch(async (error: unknown) => {
      // Nothing was sent to a stranger. If the record knows him by now, the agent was given his certificate meanwhile.
      const pins = peer.isStranger ? await readPins(trust, url, host) : [];
      if (peer.shown === undefined || !pins.includes(peer.shown)) throw error;
      peer = new Peer(pins);
      return send(peer);
    });
    // Bookkeeping after a command that was carried out; when it fails, the next connection does it.
    if (peer.shown !== undefined) await trust.endOlder(host, peer.shown).catch(() => undefined);
    return answer;
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
    requestCertificate: (url) =>
      call(url, '/v1/certificates/request', certificateRequestResponse, {
        body: {},
        timeoutMs: inspectTimeoutMs,
      }),
    installCertificate: (url, certificate) =>
      call(url, '/v1/certificates/install', certificateInstallResponse, {
        body: { certificate },
        timeoutMs: inspectTimeoutMs,
      }),
    close: () => transports.close(),
  };
}

/** @throws AgentUnreachable when it must not be connected to */
function checkHost(url: string, host: string, outbound: OutboundPolicy): void {
  try {
    outbound.check(host);
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new AgentUnreachable(url, detail, false, { cause });
  }
}

async function readPins(trust: AgentTrust, url: string, host: string): Promise<readonly string[]> {
  const good = await trust.listGood(host).catch((cause: unknown) => {
    const detail = `the certificates on record for host ${host} cannot be read; nothing was sent`;
    throw new AgentUnreachable(url, detail, false, { cause });
  });
  if (good.length > 0) return good.map(({ fingerprint }) => fingerprint);
  throw new AgentUnreachable(
    url,
    `no certificate of host ${host} is good: none was issued by this control plane, or all were revoked; enrol the agent (POST /api/v2/compute/agents/invite)`,
    false,
  );
}

/** The other side of one call: what it may show, and what it showed when a connection was made. */
class Peer {
  readonly pins: readonly string[];
  /** Undefined when the call had a connection that was there. */
  shown: string | undefined;

  constructor(pins: readonly string[]) {
    this.pins = pins;
  }

  /** The certificate it showed is of our authority and for the host, but not one of those that are good. */
  get isStranger(): boolean {
    return this.shown !== undefined && !this.pins.includes(this.shown);
  }

  /** Called by Node within the handshake, before the request is written. @returns why the peer is refused. */
  readonly check = (host: string, certificate: PeerCertificate): Error | undefined => {
    const otherName = checkServerIdentity(host, certificate);
    if (otherName !== undefined) return otherName;
    const fingerprint = certificate.fingerprint256.replaceAll(':', '').toLowerCase();
    this.shown = fingerprint;
    if (!this.pins.includes(fingerprint))
      return new Error(
        `its certificate is not good for host ${host}: it was revoked or replaced, or is not on record here; enrol the agent again`,
      );
    return undefined;
  };
}

/**
 * Connections are kept by what was good when they were made: after a revocation none is used that began before. TLS
 * sessions are not resumed, since a resumed one shows no certificate. The check is given to the connection and not to the
 * request, because Node keeps no connection of a request that brings its own.
 */
class PinnedAgent extends HttpsAgent {
  override getName(options: PinnedRequest = {}): string {
    return `${super.getName(options)}:${options.peer?.pins.join() ?? ''}`;
  }

  override createConnection(
    options: PinnedRequest,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | null | undefined {
    if (options.peer === undefined)
      throw new Error('a request to an agent without what its certificate may be');
    return super.createConnection({ ...options, checkServerIdentity: options.peer.check }, callback);
  }
}

type PinnedRequest = RequestOptions & { readonly peer?: Peer };

/**
 * Our side of the connections; made again when our certificate gets old. Its age is told by the monotonic clock, so that
 * a wall clock that jumps changes no certificate that agents accept; only one that has expired by it is given up too,
 * since a machine that slept does not count the time.
 */
class Transports {
  readonly #options: Omit<AgentClientOptions, 'trust'>;
  #opening: Promise<HttpsAgent> | undefined;
  #renewAt = 0;
  #expireTime = 0;

  constructor(options: Omit<AgentClientOptions, 'trust'>) {
    this.#options = options;
  }

  async open(): Promise<HttpsAgent> {
    const { clock, monotonicNow } = this.#options;
    const isOld = monotonicNow() >= this.#renewAt || clock() >= this.#expireTime;
    if (this.#opening === undefined || isOld) this.#opening = this.#begin();
    return this.#opening;
  }

  /** Calls under way end on the connections they have. */
  #begin(): Promise<HttpsAgent> {
    const { identify, monotonicNow, outbound } = this.#options;
    this.#renewAt = Number.POSITIVE_INFINITY;
    this.#expireTime = Number.POSITIVE_INFINITY;
    const opening = identify().then((identity) => {
      this.#renewAt = monotonicNow() + identity.renewAfterMs;
      this.#expireTime = identity.expireTime;
      return openTransport(identity, outbound);
    });
    // A failure is that of this call; the next one tries again.
    opening.catch(() => {
      this.#opening = undefined;
    });
    return opening;
  }

  close(): void {
    void this.#opening?.then(
      (transport) => transport.destroy(),
      () => {},
    );
  }
}

function openTransport(
  { certificate, key, authority }: ClientIdentity,
  { lookup }: OutboundPolicy,
): HttpsAgent {
  return new PinnedAgent({
    lookup,
    keepAlive: true,
    maxSockets: 8,
    maxCachedSessions: 0,
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

interface PinnedCallOptions extends CallOptions {
  readonly peer: Peer;
}

async function callAgent<T>(
  transport: HttpsAgent,
  url: string,
  path: string,
  schema: z.ZodType<T>,
  options: PinnedCallOptions,
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
  { body, timeoutMs, signal, peer }: PinnedCallOptions,
): Promise<{ status: number; text: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
  const payload = body === undefined ? undefined : JSON.stringify(body);
  let delivered = false;
  const timeout = AbortSignal.timeout(timeoutMs);
  const pinned: PinnedRequest = {
    peer,
    agent: transport,
    method: payload === undefined ? 'GET' : 'POST',
    headers:
      payload === undefined
        ? {}
        : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(payload) },
    signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
  };
  const request = httpsRequest(new URL(path, url), pinned);
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
