/** The envelope around every answer of `/api/v2`, but for the few that OCP answers bare (info, time, status). */
import { z } from 'zod';
import { dateTime } from './date-time.ts';
import { pageInfo } from './pagination.ts';

export const TRACE_ID_PATTERN = /^[0-9a-f]{16}$/;

const answerMeta = {
  /** When the request was answered. */
  timestamp: dateTime,
  /** Milliseconds. */
  duration: z.int(),
  /** The HTTP status again. */
  status: z.int(),
  traceId: z.string().regex(TRACE_ID_PATTERN),
  /** Address of the instance that answered. */
  server: z.string(),
};

/** The answer of an operation without a result: there is no `data`. */
export const emptyEnvelope = z.object({ successful: z.literal(true), ...answerMeta });

export const errorBody = z
  .object({
    /** OCP's number of the error. */
    code: z.int(),
    /** OCP's name of the error since 4.2.2. */
    name: z.string(),
    message: z.string(),
    target: z.string().optional(),
    /** One entry for each input field at fault. */
    subErrors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
    /** Facts about the refusal for programs, for example the task that holds a lock. */
    details: z.record(z.string(), z.unknown()).optional(),
  })
  .meta({ id: 'Error' });
export type ErrorBody = z.infer<typeof errorBody>;

export const errorEnvelope = z
  .object({ error: errorBody, successful: z.literal(false), ...answerMeta })
  .meta({ id: 'ErrorAnswer' });
export type ErrorEnvelope = z.infer<typeof errorEnvelope>;

export function objectEnvelope<Data extends z.ZodType>(data: Data) {
  return emptyEnvelope.extend({ data });
}

export function listEnvelope<Item extends z.ZodType>(item: Item) {
  return emptyEnvelope.extend({ data: z.object({ contents: z.array(item) }) });
}

export function pageEnvelope<Item extends z.ZodType>(item: Item) {
  return emptyEnvelope.extend({ data: z.object({ contents: z.array(item), page: pageInfo }) });
}
