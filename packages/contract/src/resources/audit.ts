import { z } from 'zod';
import { dateTime } from '../date-time.ts';
import { messageText } from '../words/word-fields.ts';

export const auditStatuses = ['SUCCESS', 'FAILED'] as const;

export const auditEvent = z
  .object({
    id: z.int(),
    operationEvent: z.string().meta({ examples: ['STOP_OB_SERVER'] }),
    eventType: z.string(),
    resourceType: z.string(),
    resourceId: z.string().nullable(),
    resourceName: z.string().nullable(),
    parentResource: z.string().nullable(),
    operatorName: z.string(),
    /** 0 when nobody was known. */
    operatorId: z.int(),
    status: z.enum(auditStatuses),
    taskId: z.int().nullable(),
    executionType: z.enum(['NEW', 'RETRY']),
    /** A JSON object as text: the parameters, with secrets masked, and the error of a call that was refused. */
    eventInfo: z.string(),
    clientIp: z.string(),
    startTime: dateTime,
    endTime: dateTime,
    /** Finds the log lines of the call. */
    traceId: z.string(),
  })
  .meta({ id: 'AuditEvent' });
export type AuditEventView = z.input<typeof auditEvent>;

export const logon = z
  .object({
    id: z.int(),
    username: z.string(),
    clientIp: z.string(),
    /** As the client calls itself. */
    client: z.string(),
    time: dateTime,
    result: z.enum(auditStatuses),
    /** Why it failed. */
    reason: messageText,
    /** The account was locked by this try, or before it. */
    autoLocked: z.boolean(),
  })
  .meta({ id: 'Logon' });
export type LogonView = z.input<typeof logon>;
