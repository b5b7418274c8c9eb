/** What the two SQL dialects do not say in the same words. Everything else is one schema and one set of queries. */
import { type CreateTableBuilder, type Expression, type RawBuilder, sql } from 'kysely';

/** `mysql` is every server that speaks the MySQL protocol: OceanBase, MySQL, MariaDB. */
export type DialectName = 'sqlite' | 'mysql';

/** Adds the column `id`: given by the database, ever higher, never used twice. */
export function withIdColumn<T extends string, C extends string>(
  table: CreateTableBuilder<T, C>,
  dialect: DialectName,
): CreateTableBuilder<T, C | 'id'> {
  // SQLite knows AUTOINCREMENT only for a column declared INTEGER; that is 64 bits there.
  const type = dialect === 'sqlite' ? 'integer' : 'bigint';
  return table.addColumn('id', type, (column) => column.primaryKey().autoIncrement());
}

/** Comparison by bytes on both sides: without it `A` equals `a` on MySQL. */
export function withTableOptions<T extends string, C extends string>(
  table: CreateTableBuilder<T, C>,
  dialect: DialectName,
): CreateTableBuilder<T, C> {
  return dialect === 'sqlite' ? table : table.modifyEnd(sql`character set utf8mb4 collate utf8mb4_bin`);
}

/** Text without a practical limit; `text` ends at 64 KiB on MySQL. */
export function longText(dialect: DialectName): RawBuilder<unknown> {
  return dialect === 'sqlite' ? sql`text` : sql`longtext`;
}

/** Epoch milliseconds by the database's own clock. */
export function databaseNow(dialect: DialectName): RawBuilder<number> {
  return dialect === 'sqlite'
    ? sql<number>`cast(unixepoch('subsec') * 1000 as integer)`
    : sql<number>`cast(unix_timestamp(now(3)) * 1000 as signed)`;
}

/** Whether `text` occurs in the column, whatever the case. */
export function containsText(column: Expression<string>, text: string): RawBuilder<boolean> {
  const pattern = `%${text.toLowerCase().replaceAll(/[%_!]/g, (character) => `!${character}`)}%`;
  return sql<boolean>`lower(${column}) like ${pattern} escape '!'`;
}
