/**
 * An in-memory SQLite with the kernel's views as tables, filled anew for each statement with the rows of those it
 * names. Strings compare without case, as in MySQL; integers are exact.
 */
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { ResultColumn, Value } from '../mysql/result.ts';
import type { View, ViewRow, ViewValue } from '../views/view.ts';
import { functionTypes, registerFunctions } from './functions.ts';
import type { SelectItem } from './select-labels.ts';
import type { SessionFacts } from './session-facts.ts';
import { timestampText } from './timestamp.ts';

export interface FilledView {
  readonly view: View;
  readonly rows: readonly ViewRow[];
  /** Of a user table; views are in `oceanbase`. */
  readonly database?: string;
}

export interface SelectRun {
  readonly sql: string;
  readonly views: readonly FilledView[];
  readonly items: readonly SelectItem[];
  readonly facts: SessionFacts;
}

export interface SelectResult {
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly (readonly Value[])[];
}

export class ViewDatabase {
  readonly #database = new DatabaseSync(':memory:');
  readonly #inserts = new Map<string, StatementSync>();
  readonly #columns = new Map<
    string,
    { readonly table: string; readonly name: string; readonly type: string }
  >();
  #facts: SessionFacts | undefined;

  constructor() {
    this.#database.exec("ATTACH ':memory:' AS oceanbase");
    // Little is kept; a large cache would only grow.
    this.#database.exec('PRAGMA cache_size = -512; PRAGMA oceanbase.cache_size = -2048');
    registerFunctions(this.#database, () => {
      if (this.#facts === undefined) throw new Error('no statement is running');
      return this.#facts;
    });
  }

  /** Throws SQLite's error for a statement it does not take. */
  run({ sql, views, items, facts }: SelectRun): SelectResult {
    this.#facts = facts;
    const users = new Set(views.flatMap(({ database }) => (database === undefined ? [] : [database])));
    for (const database of users) this.#database.exec(`ATTACH ':memory:' AS \`${database}\``);
    try {
      for (const filled of views) this.#fill(filled, facts.offset);
      const statement = this.#database.prepare(sql);
      statement.setReadBigInts(true);
      statement.setReturnArrays(true);
      const rows = statement.all() as unknown as Value[][];
      return { columns: this.#resultColumns(statement, items, rows), rows };
    } finally {
      // A user's table may look different next time, and its name must mean nothing to other statements.
      for (const database of users) this.#database.exec(`DETACH \`${database}\``);
    }
  }

  #fill({ view, rows, database }: FilledView, offset: number): void {
    const insert = database === undefined ? this.#emptied(view) : this.#create(view, database);
    const timestamps = view.columns.map(({ type }) => type.startsWith('timestamp'));
    this.#database.exec('BEGIN');
    for (const row of rows) {
      const values = view.columns.map(({ name }, index) => {
        const value = row[name] ?? null;
        return timestamps[index] === true && typeof value !== 'string' ? timeValue(value, offset) : value;
      });
      insert.run(...values);
    }
    this.#database.exec('COMMIT');
  }

  #emptied(view: View): StatementSync {
    let insert = this.#inserts.get(view.name);
    if (insert === undefined) {
      insert = this.#create(view, 'oceanbase');
      this.#inserts.set(view.name, insert);
    }
    this.#database.exec(`DELETE FROM oceanbase.\`${view.name}\``);
    return insert;
  }

  #create(view: View, database: string): StatementSync {
    const columns = view.columns.map(({ name, type }) => {
      this.#columns.set(`${database}.${view.name}.${name}`, { table: view.name, name, type });
      const collation = /^(varchar|longtext)/.test(type) ? ' COLLATE NOCASE' : '';
      // "unsigned" and the like are fine in SQLite; the type decides only the affinity.
      return `\`${name}\` ${type}${collation}`;
    });
    this.#database.exec(`CREATE TABLE \`${database}\`.\`${view.name}\` (${columns.join(', ')})`);
    const places = view.columns.map(() => '?').join(', ');
    return this.#database.prepare(`INSERT INTO \`${database}\`.\`${view.name}\` VALUES (${places})`);
  }

  #resultColumns(
    statement: StatementSync,
    items: readonly SelectItem[],
    rows: readonly (readonly Value[])[],
  ): ResultColumn[] {
    const columns = statement.columns();
    const listed = spreadItems(items, columns.length);
    return columns.map((column, index): ResultColumn => {
      const origin = this.#columns.get(
        `${column.database ?? ''}.${column.table ?? ''}.${column.column ?? ''}`,
      );
      const item = listed[index];
      const name = item?.label ?? column.name;
      if (origin !== undefined)
        return { name, type: origin.type, table: origin.table, originalName: origin.name };
      const declared = item?.functionName === undefined ? undefined : functionTypes[item.functionName];
      if (declared === 'datetime') return { name, type: `datetime(${fractionOf(rows[0]?.[index])})` };
      return { name, type: declared ?? typeOfValues(rows, index) };
    });
  }
}

function timeValue(value: ViewValue, offset: number): ViewValue {
  return typeof value !== 'number' || value === 0 ? null : timestampText(value, offset);
}

/** One `*` stands for the columns that the other items leave over; of several nobody knows, and SQLite's names serve. */
function spreadItems(items: readonly SelectItem[], count: number): (SelectItem | undefined)[] {
  const stars = items.filter(({ label }) => label === undefined).length;
  if (stars > 1 || items.length === 0) return [];
  return items.flatMap((item) =>
    item.label === undefined ? Array.from({ length: count - items.length + 1 }, () => undefined) : [item],
  );
}

/** Digits behind the second, which the one who asked has chosen. */
function fractionOf(value: Value | undefined): number {
  return typeof value === 'string' && value.includes('.') ? value.length - value.indexOf('.') - 1 : 0;
}

/** SQLite's expressions have no type before they have a value. */
function typeOfValues(rows: readonly (readonly Value[])[], index: number): string {
  const value = rows.map((row) => row[index] ?? null).find((one) => one !== null);
  if (typeof value === 'bigint') return 'bigint';
  if (typeof value === 'number') return 'double';
  if (value === undefined) return 'null';
  return 'varchar(65535)';
}
