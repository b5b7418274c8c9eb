/** Reads parts of a subtask's log. A log may have a hundred megabytes: no more than a part is ever in memory. */
import type { Kysely } from 'kysely';
import { countRows } from './count-rows.ts';
import type { Database } from './schema.ts';
import type { StoredLogLine } from './task-list.ts';

export interface LogPart {
  readonly lines: readonly StoredLogLine[];
  /** Number of lines before the first of them. */
  readonly offset: number;
  /** Number of lines of the whole log. */
  readonly total: number;
}

export interface LogBounds {
  readonly limit: number;
  /** Of text; a part has at least one line, however long. */
  readonly maxCharacters: number;
}

export interface SubtaskLogStore {
  /** The part from `offset` on. */
  read(subtaskId: number, bounds: LogBounds & { readonly offset: number }): Promise<LogPart>;
  /** The last part. */
  readEnd(subtaskId: number, bounds: LogBounds): Promise<LogPart>;
}

/** A line has at most 8 KiB, so that a chunk stays below 2 MiB. */
const linesPerChunk = 200;

export function createSubtaskLogStore(db: Kysely<Database>): SubtaskLogStore {
  return {
    async read(subtaskId, { offset, ...bounds }) {
      const total = await countLines(db, subtaskId);
      const first = await findLine(db, subtaskId, offset);
      const lines = first === undefined ? [] : await collect(db, subtaskId, bounds, first - 1, 'asc');
      // Lines may have come since they were counted.
      const begin = lines.length === 0 ? Math.min(offset, total) : offset;
      return { lines, offset: begin, total: Math.max(total, begin + lines.length) };
    },
    async readEnd(subtaskId, bounds) {
      const lines = (await collect(db, subtaskId, bounds, Number.MAX_SAFE_INTEGER, 'desc')).reverse();
      const total = lines.length === 0 ? 0 : await countLines(db, subtaskId, lines.at(-1)?.id);
      return { lines, offset: total - lines.length, total };
    },
  };
}

function countLines(db: Kysely<Database>, subtaskId: number, upTo?: number): Promise<number> {
  const lines = db
    .selectFrom('subtask_log')
    .where('subtask_id', '=', subtaskId)
    .where('id', '<=', upTo ?? Number.MAX_SAFE_INTEGER);
  return countRows(lines);
}

/** Walks over the index alone; skipping whole rows would read them. */
async function findLine(
  db: Kysely<Database>,
  subtaskId: number,
  offset: number,
): Promise<number | undefined> {
  const row = await db
    .selectFrom('subtask_log')
    .select('id')
    .where('subtask_id', '=', subtaskId)
    .orderBy('id')
    .limit(1)
    .offset(offset)
    .executeTakeFirst();
  return row?.id;
}

async function collect(
  db: Kysely<Database>,
  subtaskId: number,
  { limit, maxCharacters }: LogBounds,
  start: number,
  direction: 'asc' | 'desc',
): Promise<StoredLogLine[]> {
  const lines: StoredLogLine[] = [];
  let characters = 0;
  let last = start;
  for (;;) {
    const rows = await db
      .selectFrom('subtask_log')
      .selectAll()
      .where('subtask_id', '=', subtaskId)
      .where('id', direction === 'asc' ? '>' : '<', last)
      .orderBy('id', direction)
      .limit(Math.min(linesPerChunk, limit - lines.length))
      .execute();
    for (const row of rows) {
      characters += row.text.length;
      if (lines.length > 0 && characters > maxCharacters) return lines;
      const { task_id: taskId, subtask_id: ofSubtask, ...line } = row;
      lines.push({ ...line, taskId, subtaskId: ofSubtask });
      last = row.id;
    }
    if (rows.length < linesPerChunk || lines.length >= limit) return lines;
  }
}
