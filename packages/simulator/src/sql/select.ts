/** Runs one SELECT: finds the views it names, has them filled, and tells failures in the kernel's words. */
import { KernelError, kernelError } from '../kernel-error.ts';
import type { StatementResult } from '../mysql/result.ts';
import { views } from '../views/registry.ts';
import type { View, ViewContext } from '../views/view.ts';
import { isDatabase } from './databases.ts';
import type { Token } from './lexer.ts';
import { isOperator, rewriteSelect } from './rewrite.ts';
import { selectItems } from './select-labels.ts';
import type { SessionFacts } from './session-facts.ts';
import type { FilledView, ViewDatabase } from './view-database.ts';

export interface SelectRequest {
  readonly sql: string;
  readonly tokens: readonly Token[];
  readonly facts: SessionFacts;
  readonly variable: (name: string) => string;
  readonly context: ViewContext;
}

export async function runSelect(database: ViewDatabase, request: SelectRequest): Promise<StatementResult> {
  const { sql, tokens, facts, context } = request;
  const named = namedViews(tokens, facts.database, context.tenantId);
  const filled = await Promise.all(
    named.map(async (view): Promise<FilledView> => ({ view, rows: await view.rows(context) })),
  );
  const rewritten = rewriteSelect(tokens, { variable: request.variable });
  try {
    const result = database.run({ sql: rewritten, views: filled, items: selectItems(sql, tokens), facts });
    return { kind: 'rows', ...result };
  } catch (error) {
    if (error instanceof KernelError) throw error;
    throw sqliteFailure(error, sql, facts.database);
  }
}

/** Names that the tenant may see. An unqualified one needs the database to be chosen. */
function namedViews(tokens: readonly Token[], database: string | undefined, tenantId: number): View[] {
  const found = new Set<View>();
  for (const [index, token] of tokens.entries()) {
    if (token.kind !== 'word' && token.kind !== 'quoted-name') continue;
    const view = views.get(token.text.toUpperCase());
    if (view === undefined || isOperator(tokens[index + 1], '.') || isOperator(tokens[index + 1], '('))
      continue;
    if (view.sysOnly && tenantId !== 1) throw unknownTable('oceanbase', token.text);
    const qualifier = isOperator(tokens[index - 1], '.') ? tokens[index - 2]?.text : undefined;
    if (qualifier === undefined && database === undefined) throw kernelError('noDatabase');
    const from = (qualifier ?? database ?? '').toLowerCase();
    if (from === 'oceanbase') found.add(view);
    else if (qualifier === undefined) throw unknownTable(from, token.text);
  }
  return [...found];
}

function unknownTable(database: string, table: string): Error {
  return kernelError('tableNotExist', `Table '${database}.${table}' doesn't exist`);
}

function unknownDatabase(name: string): Error {
  return kernelError('badDatabase', `Unknown database '${name}'`);
}

/** SQLite's message, in the kernel's terms. */
export function sqliteFailure(error: unknown, sql: string, database: string | undefined): Error {
  const message = error instanceof Error ? error.message : String(error);
  const table = /^no such table: (?:(\w+)\.)?(.+)$/.exec(message);
  if (table !== null) {
    if (table[1] === undefined && database === undefined) return kernelError('noDatabase');
    if (table[1] !== undefined && !isDatabase(table[1])) return unknownDatabase(table[1]);
    return unknownTable(table[1] ?? database ?? '', table[2] ?? '');
  }
  const unknown = /^unknown database (.+)$/.exec(message);
  if (unknown !== null) return unknownDatabase(unknown[1] ?? '');
  const column = /^no such column: (.+)$/.exec(message);
  if (column !== null) return kernelError('badField', `Unknown column '${column[1]}' in 'field list'`);
  const ambiguous = /^ambiguous column name: (.+)$/.exec(message);
  if (ambiguous !== null)
    return kernelError('ambiguousColumn', `Column '${ambiguous[1]}' in field list is ambiguous`);
  const called = /^no such function: (.+)$/.exec(message);
  if (called !== null) return kernelError('functionUnknown', `FUNCTION ${called[1]} does not exist`);
  const near = /^near "([^"]*)": syntax error/.exec(message)?.[1] ?? '';
  if (
    /syntax error|incomplete input|wrong number of arguments|unrecognized token|misuse of|malformed/.test(
      message,
    )
  ) {
    const at = near === '' ? sql.length : Math.max(0, sql.indexOf(near));
    const line = sql.slice(0, at).split('\n').length;
    return kernelError(
      'parseSql',
      `You have an error in your SQL syntax; check the manual that corresponds to your OceanBase version for the right syntax to use near '${sql.slice(at, at + 80)}' at line ${line}`,
    );
  }
  return kernelError('unexpected', `Internal error: ${message}`);
}
