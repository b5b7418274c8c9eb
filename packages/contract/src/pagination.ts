/** Pages: `page` from 1, `size` up to 2000, `sort` as `field,asc` (one page of OCP's reference prints `asc,field`). */
import { z } from 'zod';
import { integer } from './input.ts';

export const MAX_PAGE_SIZE = 2000;
const DEFAULT_PAGE_SIZE = 10;

/** Carried by the zod issue of a well-formed sort by a field that is not offered: that is an error of its own (1011). */
export const unsupportedSort = z.object({ unsupportedSortField: z.string(), allowed: z.string() });
type UnsupportedSort = z.infer<typeof unsupportedSort>;

export interface Sort<Field extends string> {
  readonly field: Field;
  readonly direction: 'asc' | 'desc';
}

const isDirection = (text: string): text is 'asc' | 'desc' => text === 'asc' || text === 'desc';

function readSort<Field extends string>(
  text: string,
  fields: readonly Field[],
): Sort<Field> | UnsupportedSort | undefined {
  const parts = text.split(',').map((part) => part.trim());
  const directions = parts.map((part) => part.toLowerCase()).filter(isDirection);
  const names = parts.filter((part) => !isDirection(part.toLowerCase()));
  const [name] = names;
  if (name === undefined || name === '' || names.length > 1 || directions.length > 1) return undefined;
  const field = fields.find((each) => each === name);
  if (field !== undefined) return { field, direction: directions[0] ?? 'asc' };
  return { unsupportedSortField: name, allowed: fields.join(', ') };
}

function sortBy<const Fields extends readonly [string, ...string[]]>(fields: Fields) {
  return z
    .unknown()
    .transform((value, context): Sort<Fields[number]> => {
      const sort = typeof value === 'string' ? readSort<Fields[number]>(value, fields) : undefined;
      if (sort !== undefined && 'field' in sort) return sort;
      context.addIssue({
        code: 'custom',
        message: 'must be field,asc or field,desc',
        ...(sort === undefined ? {} : { params: { ...sort } }),
      });
      return z.NEVER;
    })
    .meta({ type: 'string', description: `\`field,asc\` or \`field,desc\`; fields: ${fields.join(', ')}` });
}

/** The three parameters of every paged list. */
export function pageParameters<const Fields extends readonly [string, ...string[]]>(sortFields: Fields) {
  return {
    page: integer({ min: 1, max: 1_000_000_000 }).default(1),
    size: integer({ min: 1, max: MAX_PAGE_SIZE }).default(DEFAULT_PAGE_SIZE),
    sort: sortBy(sortFields).optional(),
  };
}

/** What a use case answers for one page; the envelope adds the counts. */
export interface PageOf<Item> {
  readonly contents: readonly Item[];
  readonly totalElements: number;
}

export const pageInfo = z.object({
  number: z.int(),
  size: z.int(),
  totalElements: z.int(),
  totalPages: z.int(),
});
export type PageInfo = z.infer<typeof pageInfo>;

export function derivePageInfo(number: number, size: number, totalElements: number): PageInfo {
  return { number, size, totalElements, totalPages: Math.ceil(totalElements / size) };
}
