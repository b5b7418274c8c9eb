/**
 * Statements for the paths that every commit takes. Kysely's builder costs several times what SQLite needs to run such a
 * statement; here the text is joined from column names, which are keys of typed rows and never outside data.
 */
import { type CompiledQuery, type Insertable, RawNode, type Transaction, type Updateable } from 'kysely';
import type { Database } from './schema.ts';

type Table = keyof Database;
type Value = string | number | null;
type Text = Pick<CompiledQuery, 'sql' | 'query' | 'queryId'>;

/** Keep a statement's text and number of values in bounds: SQLite binds at most 32,766, and nests at most 1,000 deep. */
const rowsPerInsert = 200;
const rowsPerCondition = 100;

export async function insertRows<T extends Table>(
  transaction: Transaction<Database>,
  table: T,
  rows: readonly Insertable<Database[T]>[],
): Promise<void> {
  for (const some of inParts(rows, rowsPerInsert)) await insert(transaction, table, some);
}

/** @returns the id that the database gave. */
export async function insertRow<T extends Table>(
  transaction: Transaction<Database>,
  table: T,
  row: Insertable<Database[T]>,
): Promise<number> {
  const { insertId } = await insert(transaction, table, [row]);
  return Number(insertId);
}

function insert(
  transaction: Transaction<Database>,
  table: Table,
  rows: readonly Readonly<Record<string, unknown>>[],
) {
  const columns = Object.keys(rows[0] ?? {});
  const text = textFor(['insert', table, ...columns], rows.length, () => {
    const places = `(${columns.map(() => '?').join(', ')})`;
    return `insert into ${table} (${columns.join(', ')}) values ${repeated(places, rows.length, ', ')}`;
  });
  const values = rows.flatMap((row) => columns.map((column) => row[column] as Value));
  return transaction.executeQuery({ ...text, parameters: values });
}

/**
 * @param condition for one row; those are updated that meet it with one of the lists of values.
 * @returns how many there were.
 */
export async function updateRows<T extends Table>(
  transaction: Transaction<Database>,
  table: T,
  set: Updateable<Database[T]>,
  condition: string,
  rows: readonly (readonly Value[])[],
): Promise<number> {
  const columns = Object.keys(set);
  const values = Object.values(set) as Value[];
  let count = 0;
  for (const some of inParts(rows, rowsPerCondition)) {
    const text = textFor(['update', table, condition, ...columns], some.length, () => {
      const assignments = columns.map((column) => `${column} = ?`);
      // A task that changes has another revision, whatever else changes.
      if (table === 'task') assignments.push('revision = revision + 1');
      return `update ${table} set ${assignments.join(', ')} where ${anyOf(condition, some.length)}`;
    });
    const parameters = [...values, ...some.flat()];
    const { numAffectedRows } = await transaction.executeQuery({ ...text, parameters });
    count += Number(numAffectedRows ?? 0);
  }
  return count;
}

/** @param condition as for `updateRows` */
export async function deleteRows(
  transaction: Transaction<Database>,
  table: Table,
  condition: string,
  rows: readonly (readonly Value[])[],
): Promise<void> {
  for (const some of inParts(rows, rowsPerCondition)) {
    const text = textFor(['delete', table, condition], some.length, () => {
      return `delete from ${table} where ${anyOf(condition, some.length)}`;
    });
    await transaction.executeQuery({ ...text, parameters: some.flat() });
  }
}

function* inParts<T>(rows: readonly T[], most: number): Generator<readonly T[]> {
  if (rows.length <= most && rows.length > 0) yield rows;
  else for (let start = 0; start < rows.length; start += most) yield rows.slice(start, start + most);
}

function anyOf(condition: string, rows: number): string {
  return repeated(`(${condition})`, rows, ' or ');
}

function repeated(text: string, count: number, separator: string): string {
  return Array.from({ length: count }, () => text).join(separator);
}

/** Texts of one shape, by the number of rows, and the shapes that have one part more. */
class Texts {
  readonly #longer = new Map<string, Texts>();
  readonly #byRows: Text[] = [];

  with(part: string): Texts {
    let longer = this.#longer.get(part);
    if (longer === undefined) {
      longer = new Texts();
      this.#longer.set(part, longer);
    }
    return longer;
  }

  forRows(count: number, make: () => string): Text {
    this.#byRows[count] ??= asText(make());
    return this.#byRows[count];
  }
}

const texts = new Texts();
/** The text for many rows costs little for each of them, and one for every number would fill the memory. */
const mostRowsOfKeptText = 8;

/** The same string for the same statement: it is joined once, and the database driver finds it by its known hash. */
function textFor(shape: readonly string[], rows: number, make: () => string): Text {
  if (rows > mostRowsOfKeptText) return asText(make());
  let kept = texts;
  for (const part of shape) kept = kept.with(part);
  return kept.forRows(rows, make);
}

/** Kysely hands an id to its plugins, of which there are none. */
const queryId = { queryId: 'plain' };

function asText(sql: string): Text {
  return { sql, query: RawNode.createWithSql(sql), queryId };
}
