/**
 * Which objects this instance looks at, when several share a database: every object has one instance, and when instances
 * come or go only those change theirs that must. Nobody agrees on anything: who sees other instances for a moment looks twice, or
 * once in two rounds, and both do no harm.
 */
import { hash } from 'node:crypto';

/** Those of the objects that this instance looks at now, in their order. */
export type ShareOfInstance = (ids: readonly number[]) => Promise<readonly number[]>;

/** @param listLive instances with a valid lease, asked anew each time */
export function createShare(instance: string, listLive: () => Promise<readonly string[]>): ShareOfInstance {
  return async (ids) => shareOf(instance, await listLive(), ids);
}

/**
 * @param instances those with a valid lease
 * @returns those of `ids`, in their order, that are for `instance`
 */
export function shareOf(instance: string, instances: readonly string[], ids: readonly number[]): number[] {
  // Its own lease may be late for a moment.
  const all = new Set([...instances, instance]);
  if (all.size === 1) return [...ids];
  return ids.filter((id) => instanceFor(id, all) === instance);
}

function instanceFor(id: number, instances: Iterable<string>): string | undefined {
  let best: { readonly instance: string; readonly weight: string } | undefined;
  for (const instance of instances) {
    const weight = hash('sha256', `${instance} ${id}`);
    if (best === undefined || weight > best.weight) best = { instance, weight };
  }
  return best?.instance;
}
