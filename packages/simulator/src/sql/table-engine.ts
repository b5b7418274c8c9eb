/**
 * Runs one statement that changes rows of a user table: the rows go into an in-memory SQLite, the statement runs there,
 * and what differs afterwards is what root service writes. So expressions, conditions and defaults have one
 * implementation, the same as SELECT's; keys and NOT NULL are SQLite's constraints, types are checked on the way out.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { AdminReply, UserDml } from '../cluster/messages.ts';
import type { UserDataRow, UserTableRow, UserValue } from '../cluster/rows.ts';
import { type KernelError, kernelError } from '../kernel-error.ts';
import { nowUs } from '../timing.ts';
import { registerFunctions } from './functions.ts';
import type { SessionFacts } from './session-facts.ts';
import { timestampText } from './timestamp.ts';
import { engineColumnType, engineValue, storedValue } from './user-types.ts';

export interface RowChanges extends AdminReply {
  /** Null for a row that is gone. */
  readonly rows: readonly (readonly [rowId: number, values: readonly UserValue[] | null])[];
}

interface Work {
  readonly table: UserTableRow;
  readonly rows: readonly UserDataRow[];
  readonly dml: UserDml;
  readonly facts: SessionFacts;
}

let database: DatabaseSync | undefined;
let factsNow: SessionFacts | undefined;

function engine(): DatabaseSync {
  if (database !== undefined) return database;
  database = new DatabaseSync(':memory:');
  database.exec('PRAGMA cache_size = -512');
  registerFunctions(database, () => {
    if (factsNow === undefined) throw new Error('no statement is running');
    return factsNow;
  });
  return database;
}

/** @throws KernelError; then nothing is to be written. */
export function changeRows(work: Work): RowChanges {
  const sqlite = engine();
  factsNow = work.facts;
  sqlite.exec('BEGIN');
  try {
    fill(sqlite, work, true);
    let changes: number;
    try {
      changes = Number(sqlite.prepare(work.dml.sqlite).run().changes);
    } catch (error) {
      throw constraintFailure(sqlite, work, error);
    }
    return compare(sqlite, work, changes);
  } finally {
    sqlite.exec('ROLLBACK');
  }
}

function quoteName(name: string): string {
  return `\`${name}\``;
}

function fill(sqlite: DatabaseSync, { table, rows, facts }: Work, withKeys: boolean): void {
  const columns = table.columns.map(({ name, type, isNullable, defaultSql }) => {
    const notNull = withKeys && !isNullable ? ' NOT NULL' : '';
    return `${quoteName(name)} ${engineColumnType(type)}${notNull}${defaultSql === null ? '' : ` DEFAULT (${defaultSql})`}`;
  });
  const keys = withKeys ? table.keys.map((key) => `UNIQUE (${key.columns.map(quoteName).join(', ')})`) : [];
  sqlite.exec(`CREATE TABLE ${quoteName(table.name)} (${[...columns, ...keys].join(', ')})`);
  const places = table.columns.map(() => '?').join(', ');
  const names = table.columns.map(({ name }) => quoteName(name)).join(', ');
  const insert = sqlite.prepare(
    `INSERT INTO ${quoteName(table.name)} (rowid, ${names}) VALUES (?, ${places})`,
  );
  for (const { rowId, values } of rows) {
    insert.run(
      rowId,
      ...table.columns.map(({ type }, index) => engineValue(type, values[index] ?? null, facts.offset)),
    );
  }
}

function compare(sqlite: DatabaseSync, work: Work, changes: number): RowChanges {
  const { table, rows, dml } = work;
  const left = new Map(rows.map(({ rowId, values }) => [rowId, values]));
  const changed: [number, readonly UserValue[] | null][] = [];
  let added = 0;
  let rowNumber = 0;
  for (const [rowId, values] of rowsOf(sqlite.prepare(`SELECT rowid, * FROM ${quoteName(table.name)}`))) {
    const before = left.get(Number(rowId));
    left.delete(Number(rowId));
    rowNumber += 1;
    const after = stored(work, values, before === undefined ? rowNumber - rows.length : rowNumber);
    if (before === undefined) added += 1;
    else if (JSON.stringify(before) === JSON.stringify(after)) continue;
    changed.push([Number(rowId), before === undefined ? after : touched(work, before, after)]);
  }
  for (const rowId of left.keys()) changed.push([rowId, null]);
  return {
    rows: changed,
    matchedRows: changes,
    affectedRows: affected(dml, changes, { added, removed: left.size, changed: changed.length }),
  };
}

/** As the kernel counts: a row that gave way to another, or that ON DUPLICATE KEY UPDATE met, counts twice. */
function affected(
  { kind }: UserDml,
  changes: number,
  seen: { readonly added: number; readonly removed: number; readonly changed: number },
): number {
  switch (kind) {
    case 'insert':
      return seen.added + 2 * (changes - seen.added);
    case 'replace':
      return seen.added + seen.removed;
    case 'update':
      return seen.changed;
    case 'delete':
      return changes;
  }
}

function* rowsOf(statement: StatementSync): Generator<[bigint, (bigint | number | string | null)[]]> {
  statement.setReadBigInts(true);
  statement.setReturnArrays(true);
  for (const row of statement.all() as unknown as (bigint | number | string | null)[][]) {
    yield [BigInt(row[0] ?? 0), row.slice(1)];
  }
}

function stored(
  { table, facts }: Work,
  values: readonly (bigint | number | string | null)[],
  row: number,
): UserValue[] {
  return table.columns.map((column, index) =>
    storedValue(values[index] ?? null, { column, row: Math.max(1, row), offset: facts.offset }),
  );
}

/** ON UPDATE CURRENT_TIMESTAMP, where the statement did not set the column itself. */
function touched({ table, dml, facts }: Work, before: readonly UserValue[], after: UserValue[]): UserValue[] {
  return table.columns.map((column, index) => {
    const isSet = dml.columns.some((name) => name.toLowerCase() === column.name.toLowerCase());
    if (!column.isTouched || isSet || before[index] !== after[index]) return after[index] ?? null;
    const now = timestampText(nowUs(), facts.offset);
    return storedValue(now, { column, row: 1, offset: facts.offset });
  });
}

function constraintFailure(sqlite: DatabaseSync, work: Work, error: unknown): unknown {
  const message = error instanceof Error ? error.message : String(error);
  const missing = /^NOT NULL constraint failed: .*?([^.]+)$/.exec(message)?.[1];
  if (missing !== undefined) {
    const { columns, kind } = work.dml;
    const isGiven =
      columns.length === 0 || columns.some((name) => name.toLowerCase() === missing.toLowerCase());
    return isGiven || kind === 'update'
      ? kernelError('badNull', `Column '${missing}' cannot be null`)
      : kernelError('noDefault', `Field '${missing}' doesn't have a default value`);
  }
  if (message.startsWith('UNIQUE constraint failed')) return duplicateEntry(sqlite, work);
  if (
    /^table .* has \d+ columns but \d+ values|^\d+ values for \d+ columns|all VALUES must have/.test(message)
  ) {
    return kernelError('columnCount', "Column count doesn't match value count at row 1");
  }
  return error;
}

/** Which value it was is found by letting the statement do its harm on a table without keys. */
function duplicateEntry(sqlite: DatabaseSync, work: Work): KernelError {
  const { table, dml } = work;
  sqlite.exec(`DROP TABLE ${quoteName(table.name)}`);
  fill(sqlite, work, false);
  sqlite.prepare(dml.sqlite.replace(/^INSERT OR \w+ /, 'INSERT ')).run();
  for (const { name, columns } of table.keys) {
    const list = columns.map(quoteName).join(', ');
    const conditions = columns.map((column) => `${quoteName(column)} IS NOT NULL`).join(' AND ');
    const twice = sqlite.prepare(
      `SELECT ${list} FROM ${quoteName(table.name)} WHERE ${conditions} GROUP BY ${list} HAVING COUNT(*) > 1 LIMIT 1`,
    );
    twice.setReadBigInts(true);
    const row = twice.get();
    if (row !== undefined)
      return kernelError(
        'duplicateEntry',
        `Duplicate entry '${Object.values(row).join('-')}' for key '${name}'`,
      );
  }
  return kernelError('duplicateEntry');
}
