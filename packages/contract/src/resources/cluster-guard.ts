/** The row in a managed cluster that keeps a second control plane out. OCP does not show it. */
import { z } from 'zod';
import { dateTime } from '../date-time.ts';
import { messageText } from '../words/word-fields.ts';

export const clusterGuard = z
  .object({
    enabled: z.boolean(),
    state: z.enum(['OFF', 'OURS', 'FOREIGN', 'RELEASED', 'ABSENT', 'UNREACHABLE']).meta({
      description: 'FOREIGN: another control plane has written last; operations are refused with 34026',
    }),
    revision: z.int().optional(),
    lastWriter: z
      .object({ instance: z.string(), host: z.string(), taskId: z.int(), time: dateTime })
      .optional(),
    /** Why the row could not be read, or what its being foreign means. */
    reason: messageText.optional(),
  })
  .meta({ id: 'ClusterGuard' });
export type ClusterGuardView = z.input<typeof clusterGuard>;
