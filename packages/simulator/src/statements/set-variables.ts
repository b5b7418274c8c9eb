/** SET in its forms; values that are no plain literal are computed by the SELECT engine. */

import { kernelError } from '../kernel-error.ts';
import { passwordHash } from '../mysql/native-password.ts';
import { okResult, type StatementResult, type Value } from '../mysql/result.ts';
import type { Token } from '../sql/lexer.ts';
import { isOperator, rewriteSelect } from '../sql/rewrite.ts';
import { sqliteFailure } from '../sql/sqlite-failure.ts';
import type { TokenCursor } from '../sql/token-cursor.ts';
import { administer } from './admin-call.ts';
import type { StatementContext } from './statement-context.ts';
import { systemName, type VariableValue } from './system-variables.ts';

const characterSets: ReadonlySet<string> = new Set([
  ...['ascii', 'big5', 'binary', 'default', 'gb18030', 'gb2312', 'gbk', 'latin1', 'utf16', 'utf8', 'utf8mb3'],
  'utf8mb4',
]);

/** The cursor stands behind `SET`. */
export async function setVariables(context: StatementContext, cursor: TokenCursor): Promise<StatementResult> {
  if (cursor.takeWord('NAMES') || cursor.takeWord('CHARACTER', 'SET') || cursor.takeWord('CHARSET')) {
    const name = cursor.expect('word', 'string', 'quoted-name');
    if (!characterSets.has(name.toLowerCase()))
      throw kernelError('unknownCharacterSet', `Unknown character set: '${name}'`);
    if (cursor.takeWord('COLLATE')) cursor.expect('word', 'string', 'quoted-name');
    cursor.expectEnd();
    return okResult;
  }
  if (cursor.takeWord('PASSWORD')) return setPassword(context, cursor);
  const scoped = ['SESSION', 'GLOBAL', 'LOCAL'].some((word) => cursor.takeWord(word));
  if (cursor.takeWord('TRANSACTION')) return okResult;
  if (scoped && cursor.isAtEnd) cursor.fail();
  do {
    assign(context, cursor);
  } while (cursor.takeOperator(','));
  cursor.expectEnd();
  return okResult;
}

function assign(context: StatementContext, cursor: TokenCursor): void {
  for (const word of ['SESSION', 'GLOBAL', 'LOCAL']) {
    if (!isOperator(cursor.tokens[cursor.at + 1], '=')) cursor.takeWord(word);
  }
  const target = cursor.take('variable', 'word', 'quoted-name') ?? cursor.fail();
  if (!cursor.takeOperator('=')) cursor.expectOperator(':=');
  const value = evaluate(context, takeExpression(cursor));
  const isUserVariable = target.kind === 'variable' && !target.text.startsWith('@@');
  if (isUserVariable) context.variables.setUser(target.text.slice(1), value);
  else context.variables.set(systemName(target.text), value);
}

function takeExpression(cursor: TokenCursor): Token[] {
  const tokens: Token[] = [];
  let depth = 0;
  while (!cursor.isAtEnd) {
    const token = cursor.current;
    if (token === undefined || (depth === 0 && isOperator(token, ','))) break;
    if (isOperator(token, '(')) depth += 1;
    if (isOperator(token, ')')) depth -= 1;
    tokens.push(token);
    cursor.at += 1;
  }
  if (tokens.length === 0) cursor.fail();
  return tokens;
}

function evaluate(context: StatementContext, tokens: readonly Token[]): VariableValue {
  const [only] = tokens;
  if (tokens.length === 1 && only !== undefined) {
    if (only.kind === 'word') return only.text.toUpperCase() === 'NULL' ? null : only.text;
    if (only.kind === 'string') return only.text;
    if (only.kind === 'number') return Number(only.text);
  }
  const sql = `SELECT ${rewriteSelect(tokens, { variable: context.variables.literal })}`;
  const value = compute(context, sql);
  if (value === null) return null;
  return typeof value === 'bigint' || typeof value === 'number' ? Number(value) : String(value);
}

function compute(context: StatementContext, sql: string): Value {
  try {
    const { rows } = context.views().run({ sql, views: [], items: [], facts: context.facts });
    return rows[0]?.[0] ?? null;
  } catch (error) {
    throw sqliteFailure(error, context.sql, context.facts.database);
  }
}

/** `SET PASSWORD = PASSWORD('x')`, for the session's own user. */
async function setPassword(context: StatementContext, cursor: TokenCursor): Promise<StatementResult> {
  cursor.expectOperator('=');
  cursor.expectWord('PASSWORD');
  cursor.expectOperator('(');
  const password = cursor.expect('string');
  cursor.expectOperator(')');
  cursor.expectEnd();
  const { tenantId, user } = context.identity;
  await administer(context, { verb: 'set-password', tenantId, user, passwordHash: passwordHash(password) });
  return okResult;
}
