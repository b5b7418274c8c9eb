/** Sends what a use case returned or threw. The only place where status, headers and body of an answer are set. */
import { Readable } from 'node:stream';
import {
  type EventsAnswer,
  type FileAnswer,
  formatDateTime,
  type OcpError,
  type Route,
  type SessionAnswer,
} from '@openocp/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type RateLimit, Throttled } from '../app/throttle.ts';
import { type AnswerMeta, renderError, renderSuccess } from './envelope.ts';
import { createEventStream } from './event-stream.ts';
import { chooseLanguage } from './language.ts';
import { logError } from './request-log.ts';
import { endedCookies, sessionCookies } from './session-cookies.ts';
import { toOcpError } from './to-ocp-error.ts';
import { TRACE_ID_HEADER } from './trace-id.ts';

export interface AnswerOptions {
  /** Address of this instance, the `server` of every answer. */
  readonly serverAddress: string;
  /** Wall clock, epoch milliseconds. */
  readonly now: () => number;
  /** Offset of the times in answers. */
  readonly offsetMinutes: number;
  readonly bodyLimitBytes: number;
}

/** Answers are data: not to be kept, guessed at, framed or run by a browser. */
const SECURITY_HEADERS = {
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
};
const JSON_TYPE = 'application/json; charset=utf-8';
const TEXT_TYPE = 'text/plain; charset=utf-8';
const EVENTS_TYPE = 'text/event-stream; charset=utf-8';

function rateHeaders({ limit, remaining, resetSeconds }: RateLimit): Record<string, string> {
  return {
    'ratelimit-limit': String(limit),
    'ratelimit-remaining': String(remaining),
    'ratelimit-reset': String(resetSeconds),
  };
}

/** The page that was asked for. */
const requestedPage = z.object({ page: z.int().catch(1), size: z.int().catch(1) });
/** For answers that are no page it does not matter. */
const noPage = { page: 1, size: 1 };

export class Answers {
  readonly #options: AnswerOptions;

  constructor(options: AnswerOptions) {
    this.#options = options;
  }

  success(
    request: FastifyRequest,
    reply: FastifyReply,
    route: Route,
    input: object,
    output: unknown,
  ): string | Readable {
    const { answer } = route;
    switch (answer.kind) {
      case 'text':
        this.#head(request, reply, TEXT_TYPE);
        return String(output);
      case 'json':
        this.#head(request, reply, JSON_TYPE);
        return JSON.stringify(output);
      case 'file': {
        // The route table ties this kind, and the next, to use cases that answer such a thing.
        const { fileName, content } = output as FileAnswer;
        this.#head(request, reply, answer.mediaType);
        reply.header('content-disposition', `attachment; filename="${fileName}"`);
        return Readable.from(content, { objectMode: false });
      }
      case 'events':
        this.#head(request, reply, EVENTS_TYPE);
        // nginx would hold events back to fill its buffer.
        reply.header('x-accel-buffering', 'no');
        return createEventStream(output as EventsAnswer);
      case 'session': {
        // The route table ties this kind to the log-on.
        const { data, ...session } = output as SessionAnswer<unknown>;
        this.#head(request, reply, JSON_TYPE);
        reply.header('set-cookie', sessionCookies(session, request.protocol === 'https'));
        return renderSuccess('object', data, noPage, this.#meta(request, reply));
      }
      case 'sessionEnd':
        this.#head(request, reply, JSON_TYPE);
        reply.header('set-cookie', endedCookies(request.protocol === 'https'));
        return renderSuccess('empty', output, noPage, this.#meta(request, reply));
      default:
        this.#head(request, reply, JSON_TYPE);
        return renderSuccess(
          answer.kind,
          output,
          answer.kind === 'page' ? requestedPage.parse(input) : noPage,
          this.#meta(request, reply),
        );
    }
  }

  convert(thrown: unknown, request: FastifyRequest): OcpError {
    return toOcpError(thrown, {
      traceId: request.id,
      mediaType: request.headers['content-type'],
      bodyLimitBytes: this.#options.bodyLimitBytes,
    });
  }

  error(thrown: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
    const error = this.convert(thrown, request);
    logError(request, error);
    this.#head(request, reply, JSON_TYPE);
    this.#errorHeaders(error, request, reply);
    const language = chooseLanguage(request.headers['accept-language']);
    return reply.code(error.code.httpStatus).send(renderError(error, language, this.#meta(request, reply)));
  }

  #head(request: FastifyRequest, reply: FastifyReply, type: string): void {
    reply.headers(SECURITY_HEADERS).header(TRACE_ID_HEADER, request.id).type(type);
    if (request.rateLimit !== null && request.rateLimit !== undefined)
      reply.headers(rateHeaders(request.rateLimit));
  }

  #errorHeaders(error: OcpError, request: FastifyRequest, reply: FastifyReply): void {
    // A browser with a session would open its own dialogue over the console's log-on page.
    const isBrowser =
      request.headers.cookie !== undefined || request.admitted?.route.answer.kind === 'session';
    if (error.code.kind === 'unauthenticated' && !isBrowser) {
      reply.header('www-authenticate', 'Basic realm="OpenOCP", charset="UTF-8"');
    }
    if (error instanceof Throttled)
      reply.headers({
        ...rateHeaders(error.rateLimit),
        'retry-after': String(error.rateLimit.resetSeconds),
      });
    if (error.key === 'METHOD_UNSUPPORTED') reply.header('allow', error.args.allowed);
  }

  #meta(request: FastifyRequest, reply: FastifyReply): AnswerMeta {
    return {
      timestamp: formatDateTime(this.#options.now(), this.#options.offsetMinutes),
      durationMs: Math.round(reply.elapsedTime),
      traceId: request.id,
      server: this.#options.serverAddress,
    };
  }
}
