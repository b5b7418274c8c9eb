/** Sorts what a list answers by one of its fields: numbers as numbers, everything else as text. */
import type { Sort } from '@openocp/contract';

export function sortBy<Field extends string, Item extends Readonly<Record<Field, string | number>>>(
  items: readonly Item[],
  { field, direction }: Sort<Field>,
): Item[] {
  const sign = direction === 'desc' ? -1 : 1;
  return items.toSorted((a, b) => sign * compare(a[field], b[field]));
}

function compare(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b), 'en');
}
