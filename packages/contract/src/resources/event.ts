/**
 * What `GET /api/v2/events` tells. States, not history: `task`, `subtask` and `server` say how a thing is now, and two
 * changes in quick succession may be told as one. Log lines are told each, once, in order.
 */
import { z } from 'zod';
import { dateTime } from '../date-time.ts';
import { integer } from '../input.ts';
import { messageText } from '../words/word-fields.ts';
import { permanentOfflineState, serverStatus } from './ob-server.ts';
import { basicTask, fullSubtask, subtaskOperation } from './task.ts';

/** A place in the stream, as its `id:` lines name it: everything up to it has been told. */
export const eventPosition = integer({ min: 0, max: Number.MAX_SAFE_INTEGER }).meta({
  type: 'integer',
  minimum: 0,
  description:
    'Resume after this event; the header Last-Event-ID, which browsers send by themselves, wins over it',
});

const serverState = z
  .object({
    id: z.int(),
    clusterId: z.int(),
    zoneName: z.string(),
    ip: z.string(),
    port: z.int(),
    status: serverStatus,
    /** NEAR: the kernel will soon give the stopped server up for good. */
    permanentOfflineState: permanentOfflineState.optional(),
  })
  .meta({ id: 'ServerState' });
export type ServerState = z.input<typeof serverState>;

const logEntry = z
  .object({
    taskId: z.int(),
    subtaskId: z.int(),
    attempt: z.int(),
    operation: subtaskOperation,
    level: z.enum(['INFO', 'WARN', 'ERROR']),
    time: dateTime,
    text: messageText,
  })
  .meta({ id: 'LogEntry' });
export type LogEntry = z.input<typeof logEntry>;

/** `event:` and `data:` of one event. */
export const streamEvent = z.discriminatedUnion('event', [
  z.object({ event: z.literal('task'), data: basicTask }),
  z.object({ event: z.literal('subtask'), data: fullSubtask }),
  z.object({ event: z.literal('server'), data: serverState }),
  z.object({ event: z.literal('log'), data: logEntry }),
  z
    .object({ event: z.literal('reset'), data: z.object({ reason: messageText }) })
    .meta({ description: 'Events are missing here: read again what you show' }),
]);
export type StreamEvent = z.input<typeof streamEvent>;

/** One piece of the stream. Without `event` it only moves the place to resume from; without both it is a sign of life. */
export interface StreamItem {
  readonly id?: number;
  readonly event?: StreamEvent['event'];
  /** `data`, as JSON: made once, however many follow. */
  readonly json?: string;
}

export interface EventsAnswer {
  readonly items: AsyncIterable<readonly StreamItem[]>;
  /** Aborted when the consumer is to be cut off, because it reads too slowly. */
  readonly signal: AbortSignal;
}
