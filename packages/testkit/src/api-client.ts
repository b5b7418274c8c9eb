/** A small client of the public API for tests and the demo: Basic authentication, the envelope as it came. */
import { z } from 'zod';

const envelope = z.looseObject({
  successful: z.boolean(),
  status: z.int(),
  data: z.unknown().optional(),
  error: z.looseObject({ code: z.int(), message: z.string() }).optional(),
});

export interface ApiAnswer {
  readonly status: number;
  readonly body: z.infer<typeof envelope>;
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

export class ApiClient {
  readonly url: string;
  readonly #authorization: string;

  constructor(url: string, user: string, password: string) {
    this.url = url;
    this.#authorization = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  }

  async call(
    method: Method,
    path: string,
    body?: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<ApiAnswer> {
    const response = await fetch(new URL(path, this.url), {
      method,
      headers: {
        authorization: this.#authorization,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(30_000),
    });
    return { status: response.status, body: envelope.parse(await response.json()) };
  }

  /** @returns `data` of a successful answer. @throws Error with the API's own words otherwise. */
  async data<T>(schema: z.ZodType<T>, method: Method, path: string, body?: unknown): Promise<T> {
    const answer = await this.call(method, path, body);
    if (!answer.body.successful) {
      throw new Error(
        `${method} ${path}: ${answer.status} ${answer.body.error?.code} ${answer.body.error?.message}`,
      );
    }
    return schema.parse(answer.body.data);
  }

  /** An answer without the envelope, as it comes. */
  fetch(
    method: Method,
    path: string,
    headers: Readonly<Record<string, string>> = {},
    signal: AbortSignal = AbortSignal.timeout(30_000),
  ): Promise<Response> {
    return fetch(new URL(path, this.url), {
      method,
      headers: { authorization: this.#authorization, ...headers },
      signal,
    });
  }
}
