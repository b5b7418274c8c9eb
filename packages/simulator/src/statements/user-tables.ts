/** CREATE and DROP of databases and tables, in the few forms that users of the sys tenant get here. */
import type { UserDdl } from '../cluster/messages.ts';
import type { UserColumn, UserKey } from '../cluster/rows.ts';
import { kernelError } from '../kernel-error.ts';
import { okResult, type StatementResult } from '../mysql/result.ts';
import { quoteText } from '../sql/rewrite.ts';
import type { TokenCursor } from '../sql/token-cursor.ts';
import { declaredType } from '../sql/user-types.ts';
import { administer } from './admin-call.ts';
import type { StatementContext } from './statement-context.ts';

/** The cursor stands behind `CREATE` or `DROP`. */
export async function defineObject(
  context: StatementContext,
  cursor: TokenCursor,
  verb: 'create' | 'drop',
): Promise<StatementResult> {
  const ddl = takeDdl(context, cursor, verb);
  requireSysTenant(context);
  await administer(context, { verb: 'user-ddl', ddl });
  // So that this server knows its own databases at once, also for those who log in next.
  if (ddl.kind.endsWith('database')) await context.observer.currentTables(context.deadline);
  return okResult;
}

export function requireSysTenant({ identity }: StatementContext): void {
  if (identity.tenantId !== 1) throw kernelError('notSupported', 'tables of this tenant not supported');
}

function takeDdl(context: StatementContext, cursor: TokenCursor, verb: 'create' | 'drop'): UserDdl {
  if (cursor.takeWord('DATABASE') || cursor.takeWord('SCHEMA')) {
    const quiet = takeQuiet(cursor, verb);
    const database = cursor.expect('word', 'quoted-name').toLowerCase();
    // Character set and collation: there is one of each.
    skipToEnd(cursor);
    return { kind: `${verb}-database`, quiet, database };
  }
  if (!cursor.takeWord('TABLE')) throw kernelError('notSupported');
  const quiet = takeQuiet(cursor, verb);
  const { database, table } = takeTableName(context, cursor);
  if (verb === 'drop') {
    cursor.expectEnd();
    return { kind: 'drop-table', quiet, database, table };
  }
  const { columns, keys } = takeDefinitions(cursor);
  skipToEnd(cursor);
  return { kind: 'create-table', quiet, database, table, columns, keys };
}

function takeQuiet(cursor: TokenCursor, verb: 'create' | 'drop'): boolean {
  return verb === 'create' ? cursor.takeWord('IF', 'NOT', 'EXISTS') : cursor.takeWord('IF', 'EXISTS');
}

export function takeTableName(
  { facts }: StatementContext,
  cursor: TokenCursor,
): { readonly database: string; readonly table: string } {
  const first = cursor.expect('word', 'quoted-name');
  const isQualified = cursor.takeOperator('.');
  const database = isQualified ? first : facts.database;
  if (database === undefined) throw kernelError('noDatabase');
  const table = isQualified ? cursor.expect('word', 'quoted-name') : first;
  return { database: database.toLowerCase(), table: table.toLowerCase() };
}

function takeDefinitions(cursor: TokenCursor): { columns: UserColumn[]; keys: UserKey[] } {
  const columns: UserColumn[] = [];
  const keys: UserKey[] = [];
  cursor.expectOperator('(');
  do {
    const key = takeKey(cursor);
    if (key === undefined) columns.push(takeColumn(cursor, keys));
    else if (key.isUnique) keys.push(key);
  } while (cursor.takeOperator(','));
  cursor.expectOperator(')');
  return checked(columns, keys);
}

function checked(columns: readonly UserColumn[], keys: readonly UserKey[]) {
  const names = columns.map(({ name }) => name.toLowerCase());
  const twice = columns.find(({ name }, index) => names.indexOf(name.toLowerCase()) !== index);
  if (twice !== undefined) throw kernelError('duplicateColumn', `Duplicate column name '${twice.name}'`);
  for (const column of keys.flatMap((key) => key.columns)) {
    if (!names.includes(column.toLowerCase()))
      throw kernelError('keyColumn', `Key column '${column}' doesn't exist in table`);
  }
  const primary =
    keys.find(({ name }) => name === 'PRIMARY')?.columns.map((name) => name.toLowerCase()) ?? [];
  const required = columns.map((column) =>
    primary.includes(column.name.toLowerCase()) ? { ...column, isNullable: false } : column,
  );
  return { columns: required, keys: keys.map(({ name, columns: of }) => ({ name, columns: of })) };
}

/** A key of its own line. One that is not unique speeds nothing up here and is dropped. */
function takeKey(cursor: TokenCursor): (UserKey & { isUnique: boolean }) | undefined {
  if (cursor.takeWord('CONSTRAINT') && !cursor.isWord('PRIMARY') && !cursor.isWord('UNIQUE'))
    cursor.expect('word', 'quoted-name');
  const isPrimary = cursor.takeWord('PRIMARY', 'KEY');
  const isUnique = isPrimary || cursor.takeWord('UNIQUE');
  const isKey = isPrimary || cursor.takeWord('KEY') || cursor.takeWord('INDEX') || isUnique;
  if (!isKey) {
    if (['FOREIGN', 'CHECK', 'FULLTEXT', 'SPATIAL'].some((word) => cursor.isWord(word)))
      throw kernelError('notSupported');
    return undefined;
  }
  const named = cursor.isOperator('(') ? undefined : cursor.expect('word', 'quoted-name');
  const columns: string[] = [];
  cursor.expectOperator('(');
  do columns.push(cursor.expect('word', 'quoted-name'));
  while (cursor.takeOperator(','));
  cursor.expectOperator(')');
  return { name: isPrimary ? 'PRIMARY' : (named ?? columns[0] ?? ''), columns, isUnique };
}

function takeColumn(cursor: TokenCursor, keys: UserKey[]): UserColumn {
  const name = cursor.expect('word', 'quoted-name');
  let column: UserColumn = {
    name,
    type: takeType(cursor),
    isNullable: true,
    defaultSql: null,
    defaultText: null,
    isTouched: false,
  };
  for (;;) {
    const more = takeAttribute(cursor, name, keys);
    if (more === undefined) return column;
    column = { ...column, ...more };
  }
}

/** What the attribute says of the column; undefined when none comes next. */
function takeAttribute(cursor: TokenCursor, name: string, keys: UserKey[]): Partial<UserColumn> | undefined {
  if (cursor.takeWord('NOT', 'NULL')) return { isNullable: false };
  if (cursor.takeWord('NULL')) return { isNullable: true };
  if (cursor.takeWord('DEFAULT')) return takeDefault(cursor);
  if (cursor.takeWord('ON', 'UPDATE')) {
    takeCurrentTimestamp(cursor);
    return { isTouched: true };
  }
  if (cursor.isWord('AUTO_INCREMENT')) throw kernelError('notSupported', 'auto_increment not supported');
  if (cursor.takeWord('PRIMARY', 'KEY')) keys.push({ name: 'PRIMARY', columns: [name] });
  else if (cursor.takeWord('UNIQUE', 'KEY') || cursor.takeWord('UNIQUE'))
    keys.push({ name, columns: [name] });
  else if (
    ['COMMENT', 'COLLATE', 'CHARSET'].some((word) => cursor.takeWord(word)) ||
    cursor.takeWord('CHARACTER', 'SET')
  )
    cursor.expect('word', 'string', 'quoted-name');
  else return undefined;
  return {};
}

function takeType(cursor: TokenCursor): string {
  const name = cursor.expect('word');
  let length: number | undefined;
  if (cursor.takeOperator('(')) {
    length = Number(cursor.expect('number'));
    if (!cursor.isOperator(')')) throw kernelError('notSupported', `column type ${name} not supported`);
    cursor.expectOperator(')');
  }
  const type = declaredType(name, length, cursor.takeWord('UNSIGNED'));
  if (type === undefined) throw kernelError('notSupported', `column type ${name} not supported`);
  return type;
}

function takeDefault(cursor: TokenCursor): Pick<UserColumn, 'defaultSql' | 'defaultText'> {
  if (cursor.takeWord('NULL')) return { defaultSql: null, defaultText: null };
  const text = cursor.take('string')?.text;
  if (text !== undefined) return { defaultSql: quoteText(text), defaultText: text };
  if (cursor.isWord('CURRENT_TIMESTAMP') || cursor.isWord('NOW')) {
    const decimals = takeCurrentTimestamp(cursor);
    return { defaultSql: `ob_now(${decimals})`, defaultText: 'CURRENT_TIMESTAMP' };
  }
  if (cursor.takeWord('TRUE')) return { defaultSql: '1', defaultText: '1' };
  if (cursor.takeWord('FALSE')) return { defaultSql: '0', defaultText: '0' };
  const sign = cursor.takeOperator('-') ? '-' : '';
  const number = sign + cursor.expect('number');
  return { defaultSql: number, defaultText: number };
}

function takeCurrentTimestamp(cursor: TokenCursor): number {
  if (!cursor.takeWord('CURRENT_TIMESTAMP')) cursor.expectWord('NOW');
  let decimals = 0;
  if (cursor.takeOperator('(')) {
    decimals = Number(cursor.take('number')?.text ?? 0);
    cursor.expectOperator(')');
  }
  return decimals;
}

/** Options of the table: engine, character set, comment and the like change nothing here. */
function skipToEnd(cursor: TokenCursor): void {
  while (!cursor.isAtEnd) cursor.at += 1;
}
