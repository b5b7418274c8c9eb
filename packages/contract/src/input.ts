/**
 * Input values, strictly read. A parameter may come as JSON (`5`, `true`) or as text of a path, query or form (`"5"`,
 * `"true"`); both are accepted and nothing in between: no floats, no exponents, no rounding of huge numbers, no empty
 * text for zero.
 */
import { z } from 'zod';

interface IntegerRange {
  readonly min: number;
  readonly max: number;
}

function readInteger(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined;
  // 16 digits hold every safe integer; longer text is refused before it is converted and loses digits.
  if (typeof value !== 'string' || !/^-?\d{1,16}$/.test(value)) return undefined;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : undefined;
}

export function integer({ min, max }: IntegerRange) {
  return z
    .unknown()
    .transform((value, context) => {
      const number = readInteger(value);
      if (number !== undefined && number >= min && number <= max) return number;
      context.addIssue({ code: 'custom', message: `must be an integer from ${min} to ${max}` });
      return z.NEVER;
    })
    .meta({ type: 'integer', minimum: min, maximum: max });
}

/** Id of an object of ours. 2^53 - 1 is the largest that survives JSON in every client. */
export const id = integer({ min: 1, max: Number.MAX_SAFE_INTEGER }).meta({
  type: 'integer',
  format: 'int64',
});

export const port = integer({ min: 1, max: 65_535 });

export const bool = z
  .unknown()
  .transform((value, context) => {
    if (typeof value === 'boolean') return value;
    // Clients in Python send `True`.
    const text = typeof value === 'string' ? value.toLowerCase() : '';
    if (text === 'true' || text === 'false') return text === 'true';
    context.addIssue({ code: 'custom', message: 'must be true or false' });
    return z.NEVER;
  })
  .meta({ type: 'boolean' });

/** `RUNNING,FAILED`, or the parameter repeated, or a JSON array. Empty items are ignored. */
export function enumList<const Values extends readonly [string, ...string[]]>(values: Values) {
  return z
    .unknown()
    .transform((value, context): Values[number][] => {
      const texts = (Array.isArray(value) ? value : [value]).flatMap((item) =>
        typeof item === 'string' ? item.split(',') : [item],
      );
      const items = texts.filter((item) => item !== '');
      const known = items.filter((item): item is Values[number] => values.some((each) => each === item));
      if (known.length === items.length) return known;
      context.addIssue({ code: 'custom', message: `must be a list of ${values.join(', ')}` });
      return z.NEVER;
    })
    .meta({ type: 'array', items: { type: 'string', enum: [...values] } });
}

function listOf<Item extends z.ZodType>(item: Item) {
  return z
    .preprocess((value) => {
      const items: unknown[] = Array.isArray(value) ? value : [value];
      return items
        .flatMap((each) => (typeof each === 'string' ? each.split(',') : [each]))
        .filter((each) => each !== '');
    }, z.array(item).max(100))
    .meta({ type: 'array' });
}

/** `A,B`, or the parameter repeated, or a JSON array. Empty items are ignored. */
export const textList = listOf(z.string().max(64));
export const idList = listOf(integer({ min: 0, max: Number.MAX_SAFE_INTEGER }));

/** A time as OCP writes it, with an offset; the `+` of one that was not encoded in a query has become a space. */
export const instant = z
  .unknown()
  .transform((value, context) => {
    const text = typeof value === 'string' ? value.replace(' ', '+') : '';
    const time = z.iso.datetime({ offset: true }).safeParse(text).success ? Date.parse(text) : Number.NaN;
    if (!Number.isNaN(time)) return time;
    context.addIssue({ code: 'custom', message: 'must be a time like 2021-03-02T16:11:11+08:00' });
    return z.NEVER;
  })
  .meta({ type: 'string', format: 'date-time' });

/**
 * Something secret: it goes in and comes out nowhere. In OpenAPI such a field is `writeOnly` with the format `password`. Tests
 * find the fields by this mark, send marked values to all of them and search everything that comes out.
 */
export const secretText = (schema: z.ZodString) => schema.meta({ format: 'password', writeOnly: true });

/**
 * Where an agent listens. It is shown and logged, so it can hold no password; nothing else than host and port is used of it.
 */
export const agentUrl = z
  .url({ protocol: /^https$/ })
  .max(2048)
  .refine((url) => isBareUrl(url), 'must be https://HOST:PORT and nothing more');

function isBareUrl(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && `${url.origin}/` === url.href;
}

const ipAddress = z.union([z.ipv4(), z.ipv6()]);

/** Underscores are in names of containers, though not in those of the internet. */
const hostNamePart = /^[A-Za-z0-9_][A-Za-z0-9_-]{0,62}$/;

const isHostName = (text: string) => text.split('.').every((part) => hostNamePart.test(part));

/** Where a host is: an IP address, or a name that resolves to one. */
export const hostAddress = z
  .string()
  .max(255)
  .refine((text) => ipAddress.safeParse(text).success || isHostName(text), {
    error: 'must be an IP address or the name of a host',
  });

/** Part of a name to look for. A database may take a text to end at a NUL, and then finds everything. */
export const searchText = z
  .string()
  .max(256)
  .refine((text) => !text.includes('\0'), 'must hold no NUL character');

/** A time with its offset, `2026-03-01T06:00:00+08:00`, or a number of minutes from now. */
export const returnTime = z
  .unknown()
  .transform((value, context): string | number => {
    const minutes = readInteger(value);
    if (minutes !== undefined) return minutes;
    const time = z.iso.datetime({ offset: true }).safeParse(value);
    if (time.success) return time.data;
    context.addIssue({ code: 'custom', message: 'must be a time with its offset, or a number of minutes' });
    return z.NEVER;
  })
  .meta({
    oneOf: [
      { type: 'string', format: 'date-time' },
      { type: 'integer', minimum: 1 },
    ],
  });
