/** Runs one SELECT: finds the views it names, has them filled, and tells failures in the kernel's words. */
import { userTableKey } from '../cluster/inner-tables.ts';
import { kernelError } from '../kernel-error.ts';
import type { StatementResult } from '../mysql/result.ts';
import { viewsOf } from '../views/registry.ts';
import type { View, ViewContext } from '../views/view.ts';
import { hasUserTables } from './databases.ts';
import type { Token } from './lexer.ts';
import { isOperator, rewriteSelect } from './rewrite.ts';
import { selectItems } from './select-labels.ts';
import type { SessionFacts } from './session-facts.ts';
import { sqliteFailure, unknownTable } from './sqlite-failure.ts';
import { isWordToken } from './token-cursor.ts';
import { userView } from './user-view.ts';
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
  const named = namedViews(tokens, facts, context.tenantId);
  const filled = await Promise.all(
    named.map(async (view): Promise<FilledView> => ({ view, rows: await context.rowsOf(view) })),
  );
  filled.push(...(await namedUserTables(request)));
  const rewritten = rewriteSelect(tokens, { variable: request.variable });
  try {
    const result = database.run({ sql: rewritten, views: filled, items: selectItems(sql, tokens), facts });
    return { kind: 'rows', ...result };
  } catch (error) {
    throw sqliteFailure(error, sql, facts.database);
  }
}

/** Names that the tenant may see. An unqualified one needs the database to be chosen. */
function namedViews(
  tokens: readonly Token[],
  { database, obVersion }: SessionFacts,
  tenantId: number,
): View[] {
  const views = viewsOf(obVersion);
  const found = new Set<View>();
  for (const [index, token] of tokens.entries()) {
    const view = viewAt(views, tokens, index, token);
    if (view === undefined) continue;
    if (view.sysOnly && tenantId !== 1) throw unknownTable('oceanbase', token.text);
    const qualifier = isOperator(tokens[index - 1], '.') ? tokens[index - 2]?.text : undefined;
    if (qualifier === undefined && database === undefined) throw kernelError('noDatabase');
    const from = (qualifier ?? database ?? '').toLowerCase();
    if (from === 'oceanbase') found.add(view);
    else if (qualifier === undefined && !hasUserTables(from)) throw unknownTable(from, token.text);
  }
  return [...found];
}

function viewAt(
  views: ReadonlyMap<string, View>,
  tokens: readonly Token[],
  index: number,
  token: Token,
): View | undefined {
  if (token.kind !== 'word' && token.kind !== 'quoted-name') return undefined;
  if (isOperator(tokens[index + 1], '.') || isOperator(tokens[index + 1], '(')) return undefined;
  return views.get(token.text.toUpperCase());
}

/** Names behind FROM, JOIN or a comma that are tables of users; only then root service is asked for them. */
async function namedUserTables({ tokens, facts, context }: SelectRequest): Promise<FilledView[]> {
  const named = tokens.flatMap((token, index) => {
    const before = tokens[index - 1];
    const isPlace =
      isWordToken(before, 'FROM') || isWordToken(before, 'JOIN') || isOperator(before ?? token, ',');
    if (!isPlace || (token.kind !== 'word' && token.kind !== 'quoted-name')) return [];
    const isQualified = isOperator(tokens[index + 1], '.');
    const database = isQualified ? token.text : facts.database;
    const name = isQualified ? (tokens[index + 2]?.text ?? '') : token.text;
    return database !== undefined && hasUserTables(database) ? [{ database, name }] : [];
  });
  if (named.length === 0 || context.tenantId !== 1) return [];
  const { tables } = await context.current();
  const keys = new Set(named.map(({ database, name }) => userTableKey(database, name)));
  return [...keys].flatMap((key) => {
    const table = tables.userTables.get(key);
    return table === undefined ? [] : [userView(table, tables, facts.offset)];
  });
}
