/**
 * Inserts and updates for the paths that every commit takes. Kysely's builder costs several times what SQLite needs to run
 * such a statement; here the text is joined from column names, which are keys of typed rows and never outside data.
 */
import { CompiledQuery, type Insertable, type Transaction, type Updateable } from 'kysely';
import type { Database } from './schema.ts';

type Table = keyof Database;

/** Keeps a statement's text and number of values in bounds: SQLite binds at most 32,766. */
const rowsPerInsert = 200;

export async function insertRows<T extends Table>(
  transaction: Transaction<Database>,
  table: T,
  rows: readonly Insertable<Database[T]>[],
): Promise<void> {
  const [first] = rows;
  if (first === undefined) return;
  const columns = Object.keys(first);
  const oneRow = `(${columns.map(() => '?').join(', ')})`;
  for (let start = 0; start < rows.length; start += rowsPerInsert) {
    const chunk = rows.slice(start, start + rowsPerInsert);
    const places = chunk.map(() => oneRow).join(', ');
    const values = chunk.flatMap((row) => columns.map((column) => row[column as keyof typeof row]));
    const text = `insert into ${table} (${columns.join(', ')}) values ${places}`;
    await transaction.executeQuery(CompiledQuery.raw(text, values));
  }
}

/** @returns the id that the database gave. */
export async function insertRow<T extends Table>(
  transaction: Transaction<Database>,
  table: T,
  row: Insertable<Database[T]>,
): Promise<number> {
  const columns = Object.keys(row);
  const text = `insert into ${table} (${columns.join(', ')}) values (${columns.map(() => '?').join(', ')})`;
  const { insertId } = await transaction.executeQuery(CompiledQuery.raw(text, Object.values(row)));
  return Number(insertId);
}

/** @returns how many rows met `condition`, a text over the values that follow it. */
export async function updateRows<T extends Table>(
  transaction: Transaction<Database>,
  table: T,
  set: Updateable<Database[T]>,
  condition: string,
  values: readonly (string | number)[],
): Promise<number> {
  const assignments = Object.keys(set).map((column) => `${column} = ?`);
  // A task that changes has another revision, whatever else changes.
  if (table === 'task') assignments.push('revision = revision + 1');
  const text = `update ${table} set ${assignments.join(', ')} where ${condition}`;
  const query = CompiledQuery.raw(text, [...Object.values(set), ...values]);
  const { numAffectedRows } = await transaction.executeQuery(query);
  return Number(numAffectedRows ?? 0);
}
