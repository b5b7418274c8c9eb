/** One page of a list that is whole in memory: sorted, cut, counted. */
import type { PageOf, Sort } from '@openocp/contract';

interface PageRequest<Field extends string> {
  readonly page: number;
  readonly size: number;
  readonly sort?: Sort<Field> | undefined;
}

/** Sorted by id when nothing is asked for; equal ones keep the order in which they came. */
export function pageOf<Field extends string, Item extends Readonly<Record<Field | 'id', string | number>>>(
  items: readonly Item[],
  { page, size, sort }: PageRequest<Field>,
): PageOf<Item> {
  const field: Field | 'id' = sort?.field ?? 'id';
  const sign = sort?.direction === 'desc' ? -1 : 1;
  const sorted = items.toSorted((a, b) => sign * compare(a[field], b[field]));
  return slicePage(sorted, { page, size });
}

type Cut = Pick<PageRequest<string>, 'page' | 'size'>;

/** The same of a list that is sorted already. */
export function slicePage<Item>(items: readonly Item[], { page, size }: Cut): PageOf<Item> {
  return { contents: items.slice((page - 1) * size, page * size), totalElements: items.length };
}

/** For the database to cut. */
export function cutOf({ page, size }: Cut): { readonly offset: number; readonly limit: number } {
  return { offset: (page - 1) * size, limit: size };
}

function compare(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b), 'en');
}
