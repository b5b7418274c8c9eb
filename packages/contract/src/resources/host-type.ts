/** A type of hosts: a name that users give to machines of one kind. */
import { z } from 'zod';
import { dateTime } from '../date-time.ts';

export const hostType = z
  .object({
    id: z.int(),
    name: z.string(),
    description: z.string().nullable(),
    createTime: dateTime,
    updateTime: dateTime,
  })
  .meta({ id: 'HostType' });
export type HostType = z.input<typeof hostType>;
