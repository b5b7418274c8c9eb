/** Wrong passwords, counted by user name and by client address, for all instances together. */
import type { Transaction } from 'kysely';
import type { MetadataDatabase } from './database.ts';
import type { Database } from './schema.ts';
import { isDuplicateKey } from './transaction.ts';

export interface GuessSubject {
  readonly kind: 'USER' | 'ADDRESS';
  readonly name: string;
}

export interface GuessCount {
  readonly failures: number;
  readonly lockedUntil: number;
}

export interface GuessLimit {
  readonly maxFailures: number;
  readonly lockMs: number;
}

export type GuessStore = ReturnType<typeof createGuessStore>;

const none: GuessCount = { failures: 0, lockedUntil: 0 };
/** Rows that were not touched for so long say nothing any more: no lock lasts longer. */
const forgetMs = 7 * 86_400_000;

/** @param clock epoch milliseconds */
export function createGuessStore(database: MetadataDatabase, clock: () => number) {
  const { db } = database;
  return {
    /** In the order of `subjects`, in one statement: it is asked before every password. */
    async fetch(subjects: readonly GuessSubject[]): Promise<GuessCount[]> {
      const rows = await db
        .selectFrom('iam_guess')
        .select(['kind', 'name', 'failures', 'locked_until'])
        .where((eb) =>
          eb.or(subjects.map(({ kind, name }) => eb.and([eb('kind', '=', kind), eb('name', '=', name)]))),
        )
        .execute();
      return subjects.map(({ kind, name }) => {
        const row = rows.find((each) => each.kind === kind && each.name === name);
        return row === undefined ? none : { failures: row.failures, lockedUntil: row.locked_until };
      });
    },

    /** One more failure; the last that is allowed locks. @returns how it stands then. */
    recordFailure: (subject: GuessSubject, limit: GuessLimit): Promise<GuessCount> =>
      database.transaction((transaction) => recordFailure(transaction, clock(), subject, limit)),

    async clear({ kind, name }: GuessSubject): Promise<void> {
      await db.deleteFrom('iam_guess').where('kind', '=', kind).where('name', '=', name).execute();
      await db
        .deleteFrom('iam_guess')
        .where('update_time', '<', clock() - forgetMs)
        .execute();
    },
  };
}

async function recordFailure(
  transaction: Transaction<Database>,
  now: number,
  { kind, name }: GuessSubject,
  { maxFailures, lockMs }: GuessLimit,
): Promise<GuessCount> {
  const count = async () => {
    const { numUpdatedRows } = await transaction
      .updateTable('iam_guess')
      .set((eb) => ({
        failures: eb
          .case()
          .when('update_time', '<', now - lockMs)
          .then(1)
          .else(eb('failures', '+', 1))
          .end(),
        update_time: now,
      }))
      .where('kind', '=', kind)
      .where('name', '=', name)
      .executeTakeFirstOrThrow();
    return numUpdatedRows > 0n;
  };
  if (!(await count())) await insertFirst(transaction, now, { kind, name }, count);
  const row = await transaction
    .selectFrom('iam_guess')
    .select(['failures', 'locked_until'])
    .where('kind', '=', kind)
    .where('name', '=', name)
    .executeTakeFirstOrThrow();
  if (row.failures < maxFailures) return { failures: row.failures, lockedUntil: row.locked_until };
  const lockedUntil = now + lockMs;
  await transaction
    .updateTable('iam_guess')
    .set({ failures: 0, locked_until: lockedUntil })
    .where('kind', '=', kind)
    .where('name', '=', name)
    .execute();
  return { failures: row.failures, lockedUntil };
}

async function insertFirst(
  transaction: Transaction<Database>,
  now: number,
  { kind, name }: GuessSubject,
  countAgain: () => Promise<boolean>,
): Promise<void> {
  try {
    await transaction
      .insertInto('iam_guess')
      .values({ kind, name, failures: 1, locked_until: 0, update_time: now })
      .execute();
  } catch (error) {
    // Another instance counted the first failure in this moment.
    if (!isDuplicateKey(error)) throw error;
    await countAgain();
  }
}
