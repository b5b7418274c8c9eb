/** Who runs a task: owners, fences, leases of instances. */
import { randomUUID } from 'node:crypto';
import type { OwnershipOutcome, OwnershipRequest, TaskAtFence } from '@openocp/engine';
import { type Kysely, sql, type Transaction } from 'kysely';
import type { MetadataDatabase } from './database.ts';
import { databaseNow } from './dialect.ts';
import { isWithoutLease } from './instance-leases.ts';
import { insertRow, updateRows } from './plain-statements.ts';
import type { Database } from './schema.ts';
import { ClaimTaken, fetchHolder, takeClaims } from './task-claims.ts';
import { readTasks } from './task-rows.ts';
import { isDuplicateKey } from './transaction.ts';

/** @returns the fence: higher than every one before, of whatever task. */
export function insertOwnership(
  transaction: Transaction<Database>,
  taskId: number,
  owner: string,
  now: number,
): Promise<number> {
  return insertRow(transaction, 'task_ownership', { task_id: taskId, owner, create_time: now });
}

/** How often to look again when somebody came in between. */
const mostTries = 10;

export async function takeOwnership(
  database: MetadataDatabase,
  request: OwnershipRequest,
): Promise<OwnershipOutcome> {
  const change = randomUUID();
  for (let tries = 1; tries <= mostTries; tries += 1) {
    try {
      const outcome = await database.transaction((transaction, attempt) =>
        changeOwner(transaction, request, change, attempt),
      );
      if (outcome !== 'owned') return outcome;
      const [task] = await readTasks(database.db, [request.taskId]);
      return task === undefined ? { kind: 'lost' } : { kind: 'owned', task };
    } catch (error) {
      // Who came in between has committed, and the next try finds out who it is.
      if (!(error instanceof ClaimTaken)) throw error;
    }
  }
  throw new Error(`Task ${request.taskId} could not be taken: its claims change hands too fast`);
}

async function changeOwner(
  transaction: Transaction<Database>,
  { taskId, seenFence, seenStatus, owner, claims, now }: OwnershipRequest,
  change: string,
  attempt: number,
): Promise<'owned' | Exclude<OwnershipOutcome, { kind: 'owned' }>> {
  if (attempt > 1 && (await isLastChange(transaction, taskId, change))) return 'owned';
  const holder = await fetchHolder(transaction, claims, { taskId });
  if (holder !== undefined) return { kind: 'claim-conflict', holder };
  const condition = 'id = ? and fence = ? and status = ?';
  const set = { owner, last_change: change };
  const count = await updateRows(transaction, 'task', set, condition, [[taskId, seenFence, seenStatus]]);
  if (count === 0) {
    // An attempt whose answer was lost may have ended only now, while this one waited for the row.
    const isOwn = attempt > 1 && (await isLastChange(transaction, taskId, change));
    return isOwn ? 'owned' : { kind: 'lost' };
  }
  await takeClaims(transaction, taskId, claims, now);
  const fence = await insertOwnership(transaction, taskId, owner, now);
  await updateRows(transaction, 'task', { fence }, 'id = ?', [[taskId]]);
  return 'owned';
}

async function isLastChange(
  transaction: Transaction<Database>,
  taskId: number,
  change: string,
): Promise<boolean> {
  const row = await transaction
    .selectFrom('task')
    .select('last_change')
    .where('id', '=', taskId)
    .executeTakeFirst();
  return row?.last_change === change;
}

export async function fetchOwnership(
  db: Kysely<Database>,
  taskId: number,
): Promise<{ owner: string | undefined; fence: number } | undefined> {
  const row = await db
    .selectFrom('task')
    .select(['owner', 'fence'])
    .where('id', '=', taskId)
    .executeTakeFirst();
  return row === undefined ? undefined : { owner: row.owner ?? undefined, fence: row.fence };
}

/**
 * How many leases of one's own a lease of somebody else may last at most. Enough for instances that are configured
 * differently: as long as they live they renew it before that.
 */
const longestLeases = 3;

export async function renewLease(
  { db, dialect }: MetadataDatabase,
  instance: string,
  leaseMs: number,
): Promise<void> {
  const expireTime = sql<number>`${databaseNow(dialect)} + ${leaseMs}`;
  // When the database's clock has gone back, the lease of an instance that died before would seem to last until it has
  // caught up, be that an hour, and nobody would take its tasks over.
  const longest = sql<number>`${databaseNow(dialect)} + ${leaseMs * longestLeases}`;
  await db
    .updateTable('instance_lease')
    .set({ expire_time: longest })
    .where('expire_time', '>', longest)
    .where('instance', '!=', instance)
    .execute();
  const { numUpdatedRows } = await db
    .updateTable('instance_lease')
    .set({ expire_time: expireTime })
    .where('instance', '=', instance)
    .executeTakeFirstOrThrow();
  if (numUpdatedRows > 0n) return;
  try {
    await db.insertInto('instance_lease').values({ instance, expire_time: expireTime }).execute();
  } catch (error) {
    // It was there all the while, unchanged to the millisecond.
    if (!isDuplicateKey(error)) throw error;
  }
}

export async function deleteLease(db: Kysely<Database>, instance: string): Promise<void> {
  await db.deleteFrom('instance_lease').where('instance', '=', instance).execute();
}

export async function listOrphans({ db, dialect }: MetadataDatabase, limit: number): Promise<TaskAtFence[]> {
  const rows = await db
    .selectFrom('task')
    .leftJoin('instance_lease', 'instance_lease.instance', 'task.owner')
    .select(['task.id', 'task.fence'])
    .where('task.status', '=', 'RUNNING')
    .where(isWithoutLease(dialect))
    .orderBy('task.id')
    .limit(limit)
    .execute();
  return rows.map((row) => ({ taskId: row.id, fence: row.fence }));
}

export async function listOwned(db: Kysely<Database>, owner: string): Promise<TaskAtFence[]> {
  const rows = await db
    .selectFrom('task')
    .select(['id', 'fence'])
    .where('status', '=', 'RUNNING')
    .where('owner', '=', owner)
    .orderBy('id')
    .execute();
  return rows.map((row) => ({ taskId: row.id, fence: row.fence }));
}
