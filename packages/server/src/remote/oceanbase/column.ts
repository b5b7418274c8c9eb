/** How column values of OceanBase become plain data. The driver gives text (or numbers) and null. */
import { z } from 'zod';

/** bigint columns that are ids, ports or counts: they fit in a double. */
export const count = z.coerce.number().int().safe();

/** bigint columns that do not fit: SCN, LSN, proposal id. */
export const bigint = z
  .union([z.string().regex(/^-?\d+$/), z.number().int(), z.bigint()])
  .transform((value) => BigInt(value));

export const text = z.string();

/** timestamp(6) as text in UTC (the session's time zone is set on login) -> epoch milliseconds, null stays null. */
export const timestamp = z
  .string()
  .nullable()
  .transform((value, context) => {
    if (value === null) return null;
    const time = Date.parse(`${value.replace(' ', 'T')}Z`);
    if (Number.isNaN(time)) {
      context.addIssue({ code: 'custom', message: `not a timestamp: ${value}` });
      return z.NEVER;
    }
    return time;
  });

/** 'YES' and 'NO'. */
export const yesNo = z.string().transform((value) => value.toUpperCase() === 'YES');

/** Columns come back in the case in which the view defines them; we read them in lower case. */
export function row<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.preprocess((value) => {
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, column]) => [key.toLowerCase(), column]));
  }, z.object(shape));
}
