/** Who holds a cluster, and for what: one unfinished operation each. OCP does not show it. */
import { z } from 'zod';
import { dateTime } from '../date-time.ts';
import { messageText } from '../words/word-fields.ts';

export const operationLock = z
  .object({
    taskId: z.int().meta({ description: 'The task that holds the cluster until it ends' }),
    taskStatus: z.enum(['RUNNING', 'FAILED']).meta({
      description: 'FAILED: somebody has to retry it, roll it back, or release what it holds',
    }),
    owner: z.string().meta({ description: 'The user who asked for the operation' }),
    reason: messageText.meta({ description: 'The operation and its subject' }),
    since: dateTime,
  })
  .meta({ id: 'OperationLock' });
export type OperationLock = z.input<typeof operationLock>;
