/**
 * When clusters were looked at, of looks that found nothing new. Each would be a commit, with an fsync, that a fleet asks for a
 * hundred times a second; those of a moment are one.
 */
import type { Kysely } from 'kysely';
import type { Database } from './schema.ts';

/** A small part of the time between two looks at a cluster, by which its recorded view may be older than it is. */
const gatherMs = 200;

export interface LookTimes {
  /** @param time epoch milliseconds. Resolves when it is stored. */
  save(clusterId: number, time: number): Promise<void>;
}

export function createLookTimes(db: Kysely<Database>): LookTimes {
  let gathered: { readonly times: Map<number, number>; readonly stored: Promise<void> } | undefined;
  const gather = () => {
    const times = new Map<number, number>();
    const stored = new Promise<void>((resolve, reject) => {
      setTimeout(() => {
        gathered = undefined;
        saveTimes(db, times).then(resolve, reject);
      }, gatherMs);
    });
    return { times, stored };
  };
  return {
    save(clusterId, time) {
      gathered ??= gather();
      gathered.times.set(clusterId, time);
      return gathered.stored;
    },
  };
}

/** All get the oldest of the times: none may look fresher than it is. A later one that is stored already stays. */
async function saveTimes(db: Kysely<Database>, times: ReadonlyMap<number, number>): Promise<void> {
  const time = Math.min(...times.values());
  await db
    .updateTable('cluster')
    .set({ sync_time: time, update_time: time })
    .where('id', 'in', [...times.keys()])
    .where((where) => where.or([where('sync_time', 'is', null), where('sync_time', '<', time)]))
    .execute();
}
