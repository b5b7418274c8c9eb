/** Creates a table with its indexes in both dialects: SQLite wants indexes apart, MySQL has no `if not exists` for them. */
import type { CreateTableBuilder, Kysely } from 'kysely';
import { type DialectName, withIdColumn, withTableOptions } from '../dialect.ts';

export interface NewTable {
  readonly name: string;
  /** Adds the column `id`, given by the database. */
  readonly withId: boolean;
  /**
   * The highest id may be given again after its row was removed, so nobody removes it. Otherwise SQLite keeps count of
   * the ids itself, which costs one more page in every commit that inserts.
   */
  readonly mayReuseIds?: boolean;
  readonly columns: (table: CreateTableBuilder<string, string>) => CreateTableBuilder<string, string>;
  /** Columns by name of the index. */
  readonly indexes?: Readonly<Record<string, readonly string[]>>;
}

export async function createTable(db: Kysely<unknown>, dialect: DialectName, table: NewTable): Promise<void> {
  let builder: CreateTableBuilder<string, string> = db.schema.createTable(table.name).ifNotExists();
  if (table.withId && table.mayReuseIds === true && dialect === 'sqlite') {
    builder = builder.addColumn('id', 'integer', (column) => column.primaryKey());
  } else if (table.withId) {
    builder = withIdColumn(builder, dialect);
  }
  builder = table.columns(builder);
  const indexes = Object.entries(table.indexes ?? {});
  if (dialect === 'mysql') {
    for (const [name, columns] of indexes) builder = builder.addIndex(name, [...columns]);
    await withTableOptions(builder, dialect).execute();
    return;
  }
  await builder.execute();
  for (const [name, columns] of indexes) {
    await db.schema
      .createIndex(name)
      .ifNotExists()
      .on(table.name)
      .columns([...columns])
      .execute();
  }
}
