/** Keys that sign calls (`Authorization: OCP-ACCESS-KEY-HMACSHA1 ...`). A key has exactly the permissions of its owner. */
import { z } from 'zod';
import { dateTime } from '../date-time.ts';

/** OCP's own limit for each user. */
export const MAX_ACCESS_KEYS = 5;

export const accessKeyId = z
  .string()
  .regex(/^[A-Za-z0-9]{8,64}$/, 'must be 8 to 64 letters and digits')
  .meta({ examples: ['cqammmxBpfGjFlto'] });

const accessKeyStatus = z.enum(['ENABLED', 'DISABLED']);

export const accessKey = z
  .object({
    accessKeyId: z.string(),
    status: accessKeyStatus,
    description: z.string(),
    createTime: dateTime,
    updateTime: dateTime,
  })
  .meta({ id: 'AccessKey' });
export type AccessKeyView = z.input<typeof accessKey>;

export const newAccessKey = accessKey
  .extend({
    accessKeySecret: z
      .string()
      .meta({ format: 'password', description: 'Shown in this answer and never again' }),
  })
  .meta({ id: 'NewAccessKey' });
