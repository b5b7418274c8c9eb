/**
 * Calls the public API: Basic authentication, the envelope, and every way in which a call can fail told in words. A call
 * whose answer was lost is sent again where that is harmless: reads, and what carries an `Idempotency-Key`.
 */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { type ApiError, ApiFailure, CliFailure } from './failure.ts';

const envelope = z.looseObject({
  successful: z.boolean(),
  data: z.unknown().optional(),
  traceId: z.string().optional(),
  error: z
    .looseObject({
      code: z.int(),
      name: z.string().optional(),
      message: z.string(),
      subErrors: z.array(z.looseObject({ field: z.string(), message: z.string() })).optional(),
      details: z.record(z.string(), z.unknown()).optional(),
    })
    .optional(),
});

/** A plan or a stop looks at the cluster first, which may answer slowly. */
const timeoutMs = 60_000;
const sendings = 2;

export interface ClientOptions {
  readonly url: string;
  readonly user: string;
  /** Asked for once, when it is first needed. */
  readonly password: () => Promise<string>;
  readonly language: string;
}

interface Sending {
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export interface Answer<T> {
  readonly value: T;
  /** `data` as it came, with what this program does not know. */
  readonly raw: unknown;
}

export class ApiClient {
  readonly url: string;
  readonly #options: ClientOptions;
  #authorization: Promise<string> | undefined;

  constructor(options: ClientOptions) {
    this.url = options.url;
    this.#options = options;
  }

  get<T>(schema: z.ZodType<T>, path: string): Promise<Answer<T>> {
    return this.#data(schema, 'GET', path, sendings);
  }

  /** Changes something and creates no task: never sent twice. */
  post<T>(schema: z.ZodType<T>, path: string, body: object): Promise<Answer<T>> {
    return this.#data(schema, 'POST', path, 1, { body: JSON.stringify(body) });
  }

  /** Creates a task; a second sending with the same key gets the same task. */
  submit<T>(schema: z.ZodType<T>, path: string, body: object): Promise<Answer<T>> {
    const headers = { 'idempotency-key': randomUUID() };
    return this.#data(schema, 'POST', path, sendings, { body: JSON.stringify(body), headers });
  }

  /** A stream; its answer has begun when this resolves. @throws ApiFailure, CliFailure */
  async open(
    path: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<Response> {
    const response = await this.#send('GET', path, { headers, signal });
    if (!response.ok) throw await this.#failureOf(response, `GET ${path}`);
    return response;
  }

  async #data<T>(
    schema: z.ZodType<T>,
    method: 'GET' | 'POST',
    path: string,
    times: number,
    init: Sending = {},
  ): Promise<Answer<T>> {
    const request = `${method} ${path.split('?')[0]}`;
    const response = await this.#sendUpTo(times, method, path, init);
    if (!response.ok) throw await this.#failureOf(response, request);
    const { data } = envelope.parse(await this.#json(response));
    const parsed = schema.safeParse(data);
    if (!parsed.success)
      throw new CliFailure(
        'internal',
        `The control plane answered ${request} in a form this program does not know:\n${z.prettifyError(parsed.error)}`,
      );
    return { value: parsed.data, raw: data };
  }

  async #sendUpTo(times: number, method: string, path: string, init: Sending): Promise<Response> {
    try {
      return await this.#send(method, path, { signal: AbortSignal.timeout(timeoutMs), ...init });
    } catch (error) {
      if (times <= 1 || !(error instanceof CliFailure) || error.kind !== 'remote') throw error;
      return this.#sendUpTo(times - 1, method, path, init);
    }
  }

  async #send(method: string, path: string, init: Sending): Promise<Response> {
    this.#authorization ??= this.#options
      .password()
      .then((password) => `Basic ${Buffer.from(`${this.#options.user}:${password}`).toString('base64')}`);
    const headers = {
      authorization: await this.#authorization,
      accept: 'application/json, text/event-stream',
      'accept-language': this.#options.language,
      ...(init.body === undefined ? {} : { 'content-type': 'application/json' }),
      ...init.headers,
    };
    try {
      return await fetch(new URL(path, this.url), { ...init, method, headers, redirect: 'error' });
    } catch (error) {
      throw new CliFailure(
        'remote',
        `Cannot reach the control plane at ${this.url}: ${reasonOf(error)}. Check the address (--url, OPENOCP_URL) and that the control plane runs.`,
        { cause: error },
      );
    }
  }

  async #failureOf(response: Response, request: string): Promise<ApiFailure> {
    const parsed = envelope.safeParse(await this.#json(response));
    const httpStatus = response.status;
    const { error, traceId } = parsed.success ? parsed.data : { error: undefined, traceId: undefined };
    if (error === undefined) throw this.#stranger(httpStatus);
    const api: ApiError = { httpStatus, ...error, traceId };
    return new ApiFailure(api, request);
  }

  async #json(response: Response): Promise<unknown> {
    try {
      return await response.json();
    } catch {
      throw this.#stranger(response.status);
    }
  }

  #stranger(httpStatus: number): CliFailure {
    return new CliFailure(
      'remote',
      `What answers at ${this.url} (HTTP ${httpStatus}) is no OpenOCP. Check the address (--url, OPENOCP_URL), and any proxy in between.`,
    );
  }
}

/** fetch hides why behind its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${timeoutMs / 1000} s`;
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  if (code === 'ECONNREFUSED') return 'the connection was refused';
  if (code === 'ENOTFOUND') return 'no such host';
  if (/CERT|SIGNED|VERIFY/.test(code))
    return `its certificate is not trusted (${cause.message}); name its authority with caFile or OPENOCP_CA_FILE`;
  return cause.message === '' ? code : cause.message;
}
