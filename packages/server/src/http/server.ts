/**
 * Serves the route table: admit, parse, call the use case, wrap the answer. There is no code per route here, and a
 * route without a use case does not compile.
 */
import type { Readable } from 'node:stream';
import { OcpError, operationIds, type Route, routes, type ThrottlePolicy } from '@openocp/contract';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  LogController,
} from 'fastify';
import type { App, Caller, Visitor } from '../app/app.ts';
import { Throttle } from '../app/throttle.ts';
import { type Authenticate, admit } from './admission.ts';
import { type AnswerOptions, Answers } from './answers.ts';
import { type RecordCall, recordEnd } from './audit-hook.ts';
import { addBodyParsers } from './body-parsers.ts';
import { replayRawBody } from './raw-body.ts';
import { readIdempotencyKey, readLastEventId } from './request-headers.ts';
import { mergeParameters, parseInput, readConflictChoice } from './request-input.ts';
import { logRequest } from './request-log.ts';
import { chooseTraceId } from './trace-id.ts';

export interface HttpServerOptions extends Omit<AnswerOptions, 'bodyLimitBytes'> {
  readonly app: App;
  readonly authenticate: Authenticate;
  /** Told of every call before its answer goes out. */
  readonly recordCall?: RecordCall;
  readonly logger: FastifyBaseLogger;
  /** PEM texts; plain HTTP without them. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** How many calls a user, and all together, may make; no limit by default. */
  readonly rateLimits?: { readonly perUser: ThrottlePolicy; readonly global: ThrottlePolicy };
  /** Addresses or networks of proxies whose X-Forwarded-For is believed; nobody's by default. */
  readonly trustedProxies?: readonly string[];
  readonly bodyLimitBytes?: number;
  /** Lowered in tests. */
  readonly arrival?: ArrivalLimits;
  /** How long `close()` waits for requests in progress before it cuts their connections. */
  readonly closeGraceMs?: number;
}

/**
 * The largest body of ours, a take-over with a thousand agents, has half of it. A megabyte of unknown fields is no
 * request that should be obeyed.
 */
const DEFAULT_BODY_LIMIT_BYTES = 512 * 1024;
/** How long a client may take, and how often that is looked at. Who is slower is cut off. */
export interface ArrivalLimits {
  readonly headersMs: number;
  readonly requestMs: number;
  readonly lookMs: number;
}

/** Headers come in one packet or two; a body of ours over the slowest line takes seconds. */
const DEFAULT_ARRIVAL: ArrivalLimits = { headersMs: 15_000, requestMs: 60_000, lookMs: 5_000 };
const MAX_PATH_PARAMETER_LENGTH = 512;
const DEFAULT_CLOSE_GRACE_MS = 5_000;

/** Requests and answers go through zod. Fastify would load its own compilers, which are half of its size, for nothing. */
const noSchemas = {
  buildValidator: () => () => refuseSchema(),
  buildSerializer: () => () => refuseSchema(),
};

function refuseSchema(): never {
  throw new Error('Routes have no schemas for Fastify: what they take and give is in the contract');
}

type AnyUseCase = (caller: Caller | Visitor | undefined, input: object) => Promise<unknown>;

function createHandler(app: App, answers: Answers, recordCall: RecordCall | undefined) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<string | Readable> => {
    const { admitted } = request;
    if (admitted === null) throw new Error('a request came to its handler without being admitted');
    const { operationId, route, pathInput } = admitted;
    const { headers, query, body } = request;
    const sent = { ...mergeParameters(query, body, route.listBody), ...readLastEventId(route, headers) };
    const known = admitted.caller && {
      ...admitted.caller,
      ...readIdempotencyKey(route, headers),
      ...readConflictChoice(route, sent),
    };
    const caller = route.permission.kind === 'credentials' ? admitted.visitor : known;
    const parameters = parseInput(route.parameters, sent);
    request.input = { ...parameters, ...pathInput };
    // The mapped type `App` ties every use case to its route; here all are called alike.
    const useCase = app[operationId] as AnyUseCase;
    const output = await useCase(caller, request.input);
    await recordEnd(recordCall, request, { output });
    return answers.success(request, reply, route, parameters, output);
  };
}

function createFastify(
  options: HttpServerOptions,
  bodyLimitBytes: number,
  answers: Answers,
): FastifyInstance {
  const { headersMs, requestMs, lookMs } = options.arrival ?? DEFAULT_ARRIVAL;
  const socketLimits = { headersTimeout: headersMs, connectionsCheckingInterval: lookMs };
  const common = {
    loggerInstance: options.logger,
    genReqId: chooseTraceId,
    requestIdHeader: false,
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'traceId' }),
    trustProxy: options.trustedProxies?.length ? [...options.trustedProxies] : false,
    bodyLimit: bodyLimitBytes,
    requestTimeout: requestMs,
    schemaController: { compilersFactory: noSchemas },
    routerOptions: { ignoreTrailingSlash: true, maxParamLength: MAX_PATH_PARAMETER_LENGTH },
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) =>
      answers.error(error, request, reply),
  } as const;
  if (options.tls === undefined) return Fastify({ ...common, http: socketLimits });
  // Fastify's type names the kind of its socket server; nothing here depends on it.
  return Fastify({
    ...common,
    https: { ...socketLimits, ...options.tls, minVersion: 'TLSv1.2' },
  }) as unknown as FastifyInstance;
}

/** A client that stops in the middle of its request would keep `close()` waiting for as long as it likes. */
function limitClosing(fastify: FastifyInstance, graceMs: number): void {
  fastify.addHook('preClose', (done) => {
    setTimeout(() => fastify.server.closeAllConnections(), graceMs).unref();
    done();
  });
}

/** Not listening yet: call `listen({host, port})`; `close()` lets requests in progress finish. */
export function createHttpServer(options: HttpServerOptions): FastifyInstance {
  const bodyLimitBytes = options.bodyLimitBytes ?? DEFAULT_BODY_LIMIT_BYTES;
  const answers = new Answers({ ...options, bodyLimitBytes });
  const limits = options.rateLimits ?? { perUser: {}, global: {} };
  const throttle = new Throttle({ ...limits, monotonicNow: () => performance.now() });
  const fastify = createFastify(options, bodyLimitBytes, answers);
  addBodyParsers(fastify, bodyLimitBytes);
  replayRawBody(fastify);
  limitClosing(fastify, options.closeGraceMs ?? DEFAULT_CLOSE_GRACE_MS);
  fastify.decorateRequest('admitted', null);
  fastify.decorateRequest('identity', null).decorateRequest('input', null).decorateRequest('startTime', 0);
  fastify.decorateRequest('rateLimit', null);
  fastify.setErrorHandler(async (thrown, request, reply) => {
    const error = answers.convert(thrown, request);
    await recordEnd(options.recordCall, request, { error });
    return answers.error(error, request, reply);
  });
  fastify.addHook('onRequest', async (request) => {
    request.startTime = options.now();
    request.admitted = await admit(request, options.authenticate, throttle, bodyLimitBytes);
  });
  fastify.addHook('onResponse', async (request, reply) => logRequest(request, reply));
  // Every request without a route has ended in `admit`; this is only for Fastify's own answer never to be seen.
  fastify.setNotFoundHandler((request) => {
    throw new OcpError('PATH_UNKNOWN', { method: request.method, path: request.url });
  });
  const handler = createHandler(options.app, answers, options.recordCall);
  for (const operationId of operationIds) {
    const route: Route = routes[operationId];
    for (const path of [route.path, ...(route.aliases ?? [])]) {
      const url = path.replace(/\{(\w+)\}/g, ':$1');
      fastify.route({ method: route.method, url, config: { operationId }, handler });
    }
  }
  return fastify;
}
