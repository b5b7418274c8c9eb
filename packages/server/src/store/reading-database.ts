/**
 * SQLite's rows as plain objects. `node:sqlite` makes objects that V8 keeps as hash tables: a page of a hundred rows took twice
 * as long to read and to use as the same values in objects of one shape, which it gets here.
 */
import { DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';

type Row = Record<string, SQLOutputValue>;

/** For a connection of which rows are read by `all`. */
export class ReadingDatabase extends DatabaseSync {
  override prepare(sql: string): StatementSync {
    const statement = super.prepare(sql);
    statement.setReturnArrays(true);
    const allValues = statement.all.bind(statement) as unknown as (
      ...parameters: readonly SQLInputValue[]
    ) => SQLOutputValue[][];
    let shape = shapeOf(statement);
    const all = (...parameters: readonly SQLInputValue[]): Row[] => {
      const rows = allValues(...parameters);
      // The schema has changed since, and with it what a `*` stands for.
      if (rows[0] !== undefined && rows[0].length !== shape.columns.length) shape = shapeOf(statement);
      return rows.map((values) => rowOf(shape, values));
    };
    return Object.assign(statement, { all });
  }
}

interface Shape {
  readonly columns: readonly string[];
  /** A row to be copied: the copy has the shape at once, and need not grow into it column by column. */
  readonly empty: Readonly<Row>;
}

function shapeOf(statement: StatementSync): Shape {
  const columns = statement.columns().map(({ name }) => name);
  return { columns, empty: Object.fromEntries(columns.map((name) => [name, null])) };
}

function rowOf({ columns, empty }: Shape, values: readonly SQLOutputValue[]): Row {
  const row: Row = { ...empty };
  for (const [index, column] of columns.entries()) row[column] = values[index] ?? null;
  return row;
}
