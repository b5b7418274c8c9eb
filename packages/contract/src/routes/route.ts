/**
 * A route as data: what the HTTP layer serves, what the OpenAPI document says and what a client may call, in one place.
 *
 * Parameters that no route declares are ignored, as OCP does: its clients send fields of newer and older versions.
 * A parameter whose value is null counts as not given.
 */
import { z } from 'zod';
import type { PageOf } from '../pagination.ts';
import type { PermissionNeed } from '../permission.ts';
import type { EventsAnswer } from '../resources/event.ts';

/** How an answer is wrapped. `json`, `text`, `file` and `events` go out bare, without the envelope. */
export type Answer =
  | { readonly kind: 'object' | 'list' | 'page' | 'json'; readonly schema: z.ZodType }
  /** An object, and the cookies of a session that begins. */
  | { readonly kind: 'session'; readonly schema: z.ZodType }
  /** `sessionEnd` is empty and takes the cookies away. */
  | { readonly kind: 'empty' | 'text' | 'sessionEnd' }
  | { readonly kind: 'file'; readonly mediaType: string }
  /** Server-Sent Events; the schema is that of one event. */
  | { readonly kind: 'events'; readonly schema: z.ZodType };

export interface SessionAnswer<Data> {
  readonly data: Data;
  readonly sessionId: string;
  readonly csrfToken: string;
}

/** A file as it is made: a large one is never whole in memory. */
export interface FileAnswer {
  readonly fileName: string;
  readonly content: AsyncIterable<Uint8Array>;
}

/** Visible ASCII, at most 255 characters; OpenAPI readers want the pattern as it is. */
export const IDEMPOTENCY_KEY_PATTERN = /^[\x21-\x7e]{1,255}$/;

/** What every operation understands besides its own parameters. */
export const operationParameters = z.object({
  onConflict: z.enum(['refuse', 'queue']).optional().meta({
    description:
      'When an unfinished operation holds the cluster: refuse with 11020 (the default), or queue: the task waits for its turn, and makes all its checks then',
  }),
});

export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** With `{name}` for path parameters. */
  readonly path: string;
  /** Other paths for the same route; documented but not advertised. */
  readonly aliases?: readonly string[];
  readonly tag: 'cluster' | 'host' | 'profile' | 'task' | 'system' | 'iam';
  readonly summary: string;
  readonly permission: PermissionNeed;
  readonly pathParameters: z.ZodObject;
  /** Query of a GET; JSON body, form body or query of any other method (the body wins over the query). */
  readonly parameters: z.ZodObject;
  readonly answer: Answer;
  /** The body is a list and no object; it becomes this parameter, the only one of the body. */
  readonly listBody?: string;
  /**
   * It creates a task, and with an `Idempotency-Key` it creates no second one for the same request. It understands
   * `operationParameters` too.
   */
  readonly createsTask?: true;
}

/** zod's type for an object without keys says that every key is `never`, which would poison the intersection below. */
type FieldsOf<S extends z.ZodObject> = keyof S['shape'] extends never ? unknown : z.output<S>;

/** What a use case is called with: path and other parameters in one object. */
export type RouteInput<R extends Route> = FieldsOf<R['pathParameters']> & FieldsOf<R['parameters']>;

type SchemaOf<A> = A extends { readonly schema: infer S extends z.ZodType } ? z.input<S> : never;

/** What a use case answers. */
export type RouteOutput<R extends Route> = R['answer']['kind'] extends 'empty' | 'sessionEnd'
  ? undefined
  : R['answer']['kind'] extends 'text'
    ? string
    : R['answer']['kind'] extends 'file'
      ? FileAnswer
      : R['answer']['kind'] extends 'events'
        ? EventsAnswer
        : R['answer']['kind'] extends 'session'
          ? SessionAnswer<SchemaOf<R['answer']>>
          : DataOutput<R>;

type DataOutput<R extends Route> = R['answer']['kind'] extends 'list'
  ? readonly SchemaOf<R['answer']>[]
  : R['answer']['kind'] extends 'page'
    ? PageOf<SchemaOf<R['answer']>>
    : SchemaOf<R['answer']>;
