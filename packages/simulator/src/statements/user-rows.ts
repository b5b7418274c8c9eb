/** INSERT, REPLACE, UPDATE and DELETE on a user's table, one table and one statement at a time. */
import type { UserDml } from '../cluster/messages.ts';
import { kernelError } from '../kernel-error.ts';
import type { StatementResult } from '../mysql/result.ts';
import type { Token } from '../sql/lexer.ts';
import { closingParenthesis, isOperator, rewriteSelect, topLevelIndex } from '../sql/rewrite.ts';
import { isWordToken, type TokenCursor } from '../sql/token-cursor.ts';
import { administer } from './admin-call.ts';
import type { StatementContext } from './statement-context.ts';
import { requireSysTenant, takeTableName } from './user-tables.ts';

/** The cursor stands before the verb. */
export async function changeRowsOf(context: StatementContext, cursor: TokenCursor): Promise<StatementResult> {
  const dml = takeDml(context, cursor);
  requireSysTenant(context);
  const { affectedRows, matchedRows } = await administer(context, {
    verb: 'user-dml',
    dml,
    facts: context.facts,
  });
  if (dml.kind !== 'update') return { kind: 'ok', affectedRows, info: '' };
  return {
    kind: 'ok',
    affectedRows: context.identity.wantsFoundRows ? matchedRows : affectedRows,
    info: `Rows matched: ${matchedRows}  Changed: ${affectedRows}  Warnings: 0`,
  };
}

function takeDml(context: StatementContext, cursor: TokenCursor): UserDml {
  if (cursor.tokens.some((token, index) => index > 0 && isWordToken(token, 'SELECT')))
    throw kernelError('notSupported', 'a subquery in a statement that changes rows not supported');
  if (cursor.takeWord('INSERT')) return takeInsert(context, cursor, 'insert');
  if (cursor.takeWord('REPLACE')) return takeInsert(context, cursor, 'replace');
  if (cursor.takeWord('UPDATE')) return takeUpdate(context, cursor);
  cursor.expectWord('DELETE');
  cursor.takeHint();
  cursor.expectWord('FROM');
  const target = takeTableName(context, cursor);
  const condition = takeCondition(context, cursor, target);
  return {
    ...target,
    kind: 'delete',
    columns: [],
    sqlite: `DELETE FROM ${quoted(target.table)} ${condition}`,
  };
}

type Target = Pick<UserDml, 'database' | 'table'>;

function takeInsert(context: StatementContext, cursor: TokenCursor, kind: 'insert' | 'replace'): UserDml {
  cursor.takeHint();
  const ignore = kind === 'insert' && cursor.takeWord('IGNORE');
  cursor.takeWord('INTO');
  const target = takeTableName(context, cursor);
  const columns: string[] = [];
  if (cursor.takeOperator('(')) {
    do columns.push(cursor.expect('word', 'quoted-name'));
    while (cursor.takeOperator(','));
    cursor.expectOperator(')');
  }
  if (!cursor.takeWord('VALUES') && !cursor.takeWord('VALUE')) throw kernelError('notSupported');
  const from = cursor.at;
  const updateAt = topLevelIndex(cursor.tokens, 'ON', from);
  const values = takeRewritten(context, cursor, target, updateAt < 0 ? undefined : updateAt);
  const verb = kind === 'replace' ? 'INSERT OR REPLACE' : ignore ? 'INSERT OR IGNORE' : 'INSERT';
  const list = columns.length === 0 ? '' : ` (${columns.map(quoted).join(', ')})`;
  const update = updateAt < 0 ? '' : ` ON CONFLICT DO UPDATE SET ${takeOnDuplicate(context, cursor, target)}`;
  const sqlite = `${verb} INTO ${quoted(target.table)}${list} VALUES ${values}${update}`;
  return { ...target, kind, columns, sqlite };
}

/** `ON DUPLICATE KEY UPDATE a = VALUES(a)`: what would have been inserted is called `excluded` by the engine. */
function takeOnDuplicate(context: StatementContext, cursor: TokenCursor, target: Target): string {
  cursor.expectWord('ON');
  cursor.expectWord('DUPLICATE', 'KEY', 'UPDATE');
  const assignments: string[] = [];
  do assignments.push(takeAssignment(context, cursor, target).sqlite);
  while (cursor.takeOperator(','));
  cursor.expectEnd();
  return assignments.join(', ');
}

function takeUpdate(context: StatementContext, cursor: TokenCursor): UserDml {
  cursor.takeHint();
  const target = takeTableName(context, cursor);
  cursor.expectWord('SET');
  const assignments = [];
  do assignments.push(takeAssignment(context, cursor, target));
  while (cursor.takeOperator(','));
  const condition = takeCondition(context, cursor, target);
  const list = assignments.map(({ sqlite }) => sqlite).join(', ');
  return {
    ...target,
    kind: 'update',
    columns: assignments.map(({ column }) => column),
    sqlite: `UPDATE ${quoted(target.table)} SET ${list} ${condition}`,
  };
}

function takeAssignment(
  context: StatementContext,
  cursor: TokenCursor,
  target: Target,
): { column: string; sqlite: string } {
  let column = cursor.expect('word', 'quoted-name');
  while (cursor.takeOperator('.')) column = cursor.expect('word', 'quoted-name');
  cursor.expectOperator('=');
  const expression: Token[] = [];
  let depth = 0;
  for (let token = cursor.current; token !== undefined && !cursor.isAtEnd; token = cursor.current) {
    if (depth === 0 && (isOperator(token, ',') || isWordToken(token, 'WHERE'))) break;
    if (isOperator(token, '(')) depth += 1;
    if (isOperator(token, ')')) depth -= 1;
    expression.push(token);
    cursor.at += 1;
  }
  if (expression.length === 0) cursor.fail();
  return { column, sqlite: `${quoted(column)} = ${rewritten(context, expression, target)}` };
}

function takeCondition(context: StatementContext, cursor: TokenCursor, target: Target): string {
  if (cursor.isAtEnd) return '';
  if (cursor.isWord('LIMIT') || cursor.isWord('ORDER')) throw kernelError('notSupported');
  cursor.expectWord('WHERE');
  const from = cursor.at;
  if (topLevelIndex(cursor.tokens, 'LIMIT', from) >= 0 || topLevelIndex(cursor.tokens, 'ORDER', from) >= 0)
    throw kernelError('notSupported', 'ORDER BY and LIMIT in a statement that changes rows not supported');
  return `WHERE ${takeRewritten(context, cursor, target, undefined)}`;
}

/** Everything up to `end`, or to the end of the statement. */
function takeRewritten(
  context: StatementContext,
  cursor: TokenCursor,
  target: Target,
  end: number | undefined,
): string {
  const tokens: Token[] = [];
  while (!cursor.isAtEnd && cursor.at !== end && cursor.current !== undefined) {
    tokens.push(cursor.current);
    cursor.at += 1;
  }
  if (tokens.length === 0) cursor.fail();
  return rewritten(context, tokens, target);
}

function rewritten({ variables }: StatementContext, tokens: readonly Token[], target: Target): string {
  const parts: Token[] = [];
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (token === undefined) continue;
    const close =
      isWordToken(token, 'VALUES') && isOperator(tokens[at + 1], '(')
        ? closingParenthesis(tokens, at + 1)
        : -1;
    const inserted = close === at + 3 ? tokens[at + 2] : undefined;
    if (inserted !== undefined) {
      parts.push({ ...token, text: 'excluded' }, { ...token, kind: 'operator', text: '.' }, inserted);
      at = close;
    } else if (
      isOperator(tokens[at + 1], '.') &&
      token.text.toLowerCase() === target.database &&
      isOperator(tokens[at + 3], '.')
    ) {
      // `database.table.column`: the engine knows the table alone.
      at += 1;
    } else parts.push(token);
  }
  return rewriteSelect(parts, { variable: variables.literal });
}

function quoted(name: string): string {
  return `\`${name.replaceAll('`', '')}\``;
}
