/** Commands that travel through the database from the instance that was asked to the one that runs the task. */
import {
  type CommandAnswer,
  type CommandProgress,
  type CommandRequest,
  type TaskChange,
  taskCommand,
} from '@openocp/engine';
import { type Kysely, sql, type Transaction } from 'kysely';
import { z } from 'zod';
import type { MetadataDatabase } from './database.ts';
import { databaseNow } from './dialect.ts';
import { updateRows } from './plain-statements.ts';
import type { Database } from './schema.ts';
import { isDuplicateKey } from './transaction.ts';

/** Kept so long after its end that whoever still writes or asks under its name finds what became of it. */
const keepMs = 3_600_000;

export async function requestCommand(
  { db, dialect }: MetadataDatabase,
  { id, taskId, command }: CommandRequest,
  patienceMs: number,
): Promise<void> {
  await db
    .deleteFrom('task_command')
    .where('expire_time', '<', sql<number>`${databaseNow(dialect)} - ${keepMs}`)
    .execute();
  const row = {
    request: id,
    task_id: taskId,
    command_json: JSON.stringify(command),
    state: 'pending' as const,
    expire_time: sql<number>`${databaseNow(dialect)} + ${patienceMs}`,
  };
  try {
    await db.insertInto('task_command').values(row).execute();
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
}

export async function listRequestedCommands(
  { db, dialect }: MetadataDatabase,
  owner: string,
): Promise<CommandRequest[]> {
  const rows = await db
    .selectFrom('task_command')
    .innerJoin('task', 'task.id', 'task_command.task_id')
    .select(['request', 'task_id', 'command_json'])
    .where('task_command.state', '=', 'pending')
    .where('expire_time', '>', databaseNow(dialect))
    .where('task.status', '=', 'RUNNING')
    .where('task.owner', '=', owner)
    .orderBy('task_command.id')
    .execute();
  return rows.flatMap((row) => {
    // One that a newer program gave is left to it, and must not hide the others: whoever asked hears that nobody answers.
    const command = taskCommand.safeParse(JSON.parse(row.command_json));
    return command.success ? [{ id: row.request, taskId: row.task_id, command: command.data }] : [];
  });
}

export async function fetchCommand(
  db: Kysely<Database>,
  requestId: string,
): Promise<CommandProgress | undefined> {
  const row = await db
    .selectFrom('task_command')
    .leftJoin('task', 'task.id', 'task_command.task_id')
    .select(['state', 'refusal_json', 'task.status'])
    .where('request', '=', requestId)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  switch (row.state) {
    case 'pending':
      return { kind: 'pending', isTaskRunning: row.status === 'RUNNING' };
    case 'withdrawn':
      return { kind: 'withdrawn' };
    case 'answered':
      return {
        kind: 'answered',
        refusal: row.refusal_json === null ? undefined : z.json().parse(JSON.parse(row.refusal_json)),
      };
  }
}

export async function withdrawCommand(db: Kysely<Database>, requestId: string): Promise<void> {
  await db
    .updateTable('task_command')
    .set({ state: 'withdrawn' })
    .where('request', '=', requestId)
    .where('state', '=', 'pending')
    .execute();
}

/** The command was taken back before this change could carry it out. */
export class AnswersWithdrawn extends Error {
  override readonly name = 'AnswersWithdrawn';
  readonly taskId: number;
  constructor(taskId: number) {
    super(`A command for task ${taskId} was withdrawn`);
    this.taskId = taskId;
  }
}

/** @throws AnswersWithdrawn: nothing of the transaction may become durable */
export async function answerCommands(
  transaction: Transaction<Database>,
  changes: readonly TaskChange[],
): Promise<void> {
  for (const { taskId, answer } of changes) {
    if (answer !== undefined && !(await isAnswered(transaction, answer))) throw new AnswersWithdrawn(taskId);
  }
}

async function isAnswered(
  transaction: Transaction<Database>,
  { requestId, refusal }: CommandAnswer,
): Promise<boolean> {
  const set = {
    state: 'answered' as const,
    refusal_json: refusal === undefined ? null : JSON.stringify(refusal),
  };
  const condition = "request = ? and state = 'pending'";
  if ((await updateRows(transaction, 'task_command', set, condition, [[requestId]])) > 0) return true;
  // The same change is given again when its answer was lost.
  const row = await transaction
    .selectFrom('task_command')
    .select('state')
    .where('request', '=', requestId)
    .executeTakeFirst();
  return row?.state === 'answered';
}
