/** SHOW, as far as clients and tools need it. */
import { type InnerTables, userTableKey } from '../cluster/inner-tables.ts';
import type { UserTableRow } from '../cluster/rows.ts';
import { kernelError } from '../kernel-error.ts';
import type { ResultColumn, StatementResult, Value } from '../mysql/result.ts';
import { databases, hasUserTables, isDatabase } from '../sql/databases.ts';
import { tokenize } from '../sql/lexer.ts';
import { quoteText } from '../sql/rewrite.ts';
import { runSelect } from '../sql/select.ts';
import type { TokenCursor } from '../sql/token-cursor.ts';
import { viewsOf } from '../views/registry.ts';
import { processList } from './process-list.ts';
import { type StatementContext, viewContextOf } from './statement-context.ts';
import { takeTableName } from './user-tables.ts';

/** The cursor stands behind `SHOW`. */
export async function show(context: StatementContext, cursor: TokenCursor): Promise<StatementResult> {
  cursor.takeWord('FULL');
  ['SESSION', 'GLOBAL', 'LOCAL'].some((word) => cursor.takeWord(word));
  if (cursor.takeWord('PROCESSLIST')) {
    cursor.expectEnd();
    return processList(context.registry.list(context.identity));
  }
  if (cursor.takeWord('PARAMETERS')) return showParameters(context, cursor);
  if (cursor.takeWord('DATABASES') || cursor.takeWord('SCHEMAS')) {
    const like = likePattern(cursor);
    const names = [...databases, ...(await userTablesOf(context)).databases.keys()];
    return table(
      [{ name: labelOf('Database', like), type: 'varchar(128)' }],
      names.filter((name) => matches(name, like)).map((name) => [name]),
    );
  }
  if (cursor.takeWord('TABLES')) return showTables(context, cursor);
  if (cursor.takeWord('COLUMNS') || cursor.takeWord('FIELDS')) {
    if (!cursor.takeWord('IN')) cursor.expectWord('FROM');
    return describe(context, cursor);
  }
  if (cursor.takeWord('VARIABLES')) {
    const like = cursor.isWord('WHERE') ? whereName(cursor) : likePattern(cursor);
    const rows = context.variables.list().filter(([name]) => matches(name, like));
    return table([variableName, { name: 'Value', type: 'varchar(65536)' }], rows);
  }
  if (cursor.takeWord('WARNINGS') || cursor.takeWord('ERRORS')) return table(warningColumns, []);
  if (cursor.takeWord('STATUS')) return table([variableName, { name: 'Value', type: 'varchar(1024)' }], []);
  if (unsupported.some((word) => cursor.isWord(word))) throw kernelError('notSupported');
  return cursor.fail();
}

const variableName: ResultColumn = { name: 'Variable_name', type: 'varchar(128)' };
const warningColumns: readonly ResultColumn[] = [
  { name: 'Level', type: 'varchar(32)' },
  { name: 'Code', type: 'bigint' },
  { name: 'Message', type: 'varchar(512)' },
];

/** What the kernel shows and the simulator does not. */
const unsupported = [
  ...['CHARACTER', 'CHARSET', 'COLLATION', 'COLUMNS', 'CREATE', 'ENGINES', 'EVENTS', 'FIELDS', 'FUNCTION'],
  ...[
    'GRANTS',
    'INDEX',
    'INDEXES',
    'KEYS',
    'MASTER',
    'OPEN',
    'PLUGINS',
    'PRIVILEGES',
    'PROCEDURE',
    'PROFILE',
  ],
  ...['PROFILES', 'RECYCLEBIN', 'RESTORE', 'SEQUENCES', 'SLAVE', 'TABLE', 'TABLEGROUPS', 'TENANT', 'TRACE'],
  'TRIGGERS',
];

/** The pattern is part of the column's name. */
function labelOf(name: string, like: string | undefined): string {
  return like === undefined ? name : `${name} (${like})`;
}

/** Other tenants have no tables of users. */
async function userTablesOf({
  observer,
  deadline,
  identity,
}: StatementContext): Promise<Pick<InnerTables, 'databases' | 'userTables'>> {
  if (identity.tenantId !== 1) return { databases: new Map(), userTables: new Map() };
  return (await observer.currentTables(deadline)).tables;
}

async function showTables(context: StatementContext, cursor: TokenCursor): Promise<StatementResult> {
  let database = context.facts.database;
  if (cursor.takeWord('FROM') || cursor.takeWord('IN')) database = cursor.expect('word', 'quoted-name');
  if (database === undefined) throw kernelError('noDatabase');
  const like = likePattern(cursor);
  const visible = [...viewsOf(context.facts.obVersion).values()].filter(
    ({ sysOnly }) => context.identity.tenantId === 1 || !sysOnly,
  );
  const wanted = database.toLowerCase();
  if (!isDatabase(wanted) && !(await userTablesOf(context)).databases.has(wanted))
    throw kernelError('badDatabase', `Unknown database '${database}'`);
  const own = hasUserTables(wanted) ? [...(await userTablesOf(context)).userTables.values()] : [];
  const names =
    wanted === 'oceanbase'
      ? visible.map(({ name }) => name)
      : own.filter((row) => row.database === wanted).map(({ name }) => name);
  const rows = names.filter((name) => !name.startsWith('__show') && matches(name, like)).sort();
  return table(
    [{ name: labelOf(`Tables_in_${database}`, like), type: 'varchar(256)' }],
    rows.map((name) => [name]),
  );
}

/** DESC: the columns of a view or of a user's table. */
export async function describe(context: StatementContext, cursor: TokenCursor): Promise<StatementResult> {
  const { database, table: name } = takeTableName(context, cursor);
  cursor.expectEnd();
  const view =
    database === 'oceanbase' ? viewsOf(context.facts.obVersion).get(name.toUpperCase()) : undefined;
  if (view !== undefined) {
    return table(
      fieldColumns,
      view.columns.map((column) => [column.name, typeText(column.type), 'NO', '', null, '']),
    );
  }
  const own = (await userTablesOf(context)).userTables.get(userTableKey(database, name));
  if (own === undefined) throw kernelError('tableNotExist', `Table '${database}.${name}' doesn't exist`);
  return table(
    fieldColumns,
    own.columns.map((column) => [
      column.name,
      column.type,
      column.isNullable ? 'YES' : 'NO',
      keyMark(own, column.name),
      column.defaultText,
      column.isTouched ? 'ON UPDATE CURRENT_TIMESTAMP' : '',
    ]),
  );
}

const fieldColumns: readonly ResultColumn[] = [
  { name: 'Field', type: 'varchar(128)' },
  { name: 'Type', type: 'varchar(1048576)' },
  { name: 'Null', type: 'varchar(4)' },
  { name: 'Key', type: 'varchar(4)' },
  { name: 'Default', type: 'varchar(4096)' },
  { name: 'Extra', type: 'varchar(4096)' },
];

/** As the kernel writes types out: whole numbers with their width. */
function typeText(type: string): string {
  return type.replace(/^bigint\b(?!\()/, 'bigint(20)').replace(/^tinyint\b(?!\()/, 'tinyint(4)');
}

function keyMark({ keys }: UserTableRow, column: string): string {
  const key = keys.find(({ columns }) => columns.some((name) => name.toLowerCase() === column.toLowerCase()));
  return key === undefined ? '' : key.name === 'PRIMARY' ? 'PRI' : 'UNI';
}

async function showParameters(context: StatementContext, cursor: TokenCursor): Promise<StatementResult> {
  let condition = '';
  if (cursor.takeWord('LIKE')) condition = `WHERE name LIKE ${quoteText(cursor.expect('string'))}`;
  else if (cursor.isWord('WHERE')) {
    const start = cursor.current?.start ?? 0;
    while (!cursor.isAtEnd && !cursor.isWord('TENANT')) cursor.at += 1;
    condition = cursor.sql.slice(start, cursor.current?.start ?? cursor.sql.length);
  }
  if (cursor.takeWord('TENANT')) {
    cursor.takeOperator('=');
    cursor.expect('word', 'quoted-name', 'string');
  }
  cursor.expectEnd();
  const sql = `SELECT * FROM oceanbase.__show_parameters ${condition}`;
  const { facts, variables } = context;
  // Every tenant may look; the rows are those of the cluster.
  const viewContext = { ...viewContextOf(context), tenantId: 1 };
  const request = { sql, tokens: tokenize(sql), facts, variable: variables.literal, context: viewContext };
  return runSelect(context.views(), request);
}

function likePattern(cursor: TokenCursor): string | undefined {
  const pattern = cursor.takeWord('LIKE') ? cursor.expect('string') : undefined;
  cursor.expectEnd();
  return pattern;
}

/** `WHERE Variable_name = 'x'`, with or without OR: what drivers send. */
function whereName(cursor: TokenCursor): string | undefined {
  const names = cursor.tokens.filter(({ kind }) => kind === 'string').map(({ text }) => text);
  cursor.at = cursor.tokens.length;
  return names.length === 1 ? names[0] : undefined;
}

function matches(name: string, like: string | undefined): boolean {
  if (like === undefined) return true;
  const pattern = like.replace(/[.*+?^${}()|[\]]/g, String.raw`\$&`).replace(/\\_/g, '\u0000');
  const expression = pattern.replaceAll('%', '.*').replaceAll('_', '.').replaceAll('\u0000', '_');
  return new RegExp(`^${expression}$`, 'i').test(name);
}

function table(columns: readonly ResultColumn[], rows: readonly (readonly Value[])[]): StatementResult {
  return { kind: 'rows', columns, rows };
}
