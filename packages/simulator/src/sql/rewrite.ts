/**
 * A SELECT of MySQL's dialect as one of SQLite's, token by token. Covers what tools ask of the kernel's views; what it
 * does not know passes through, and SQLite's refusal becomes a parse error of the kernel.
 */

import type { Token } from './lexer.ts';
import { isWordToken } from './token-cursor.ts';

export interface RewriteContext {
  /** A literal for `@@name` or `@name`. Throws for an unknown system variable. */
  readonly variable: (name: string) => string;
}

export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''").replaceAll('\0', '')}'`;
}

/** Words that mean the same under another name. */
const renamedWords: Readonly<Record<string, string>> = {
  DIV: '/',
  MOD: '%',
  RLIKE: 'REGEXP',
  CURRENT_TIMESTAMP: 'ob_now()',
  LOCALTIME: 'ob_now()',
  CURRENT_USER: 'ob_user()',
  STRAIGHT_JOIN: 'JOIN',
};

/** Functions that SQLite has under another name or not as MySQL means them; `f(` becomes `g(`. */
const renamedFunctions: Readonly<Record<string, string>> = {
  NOW: 'ob_now',
  SYSDATE: 'ob_now',
  CURRENT_TIMESTAMP: 'ob_now',
  USER: 'ob_user',
  SESSION_USER: 'ob_user',
  CURRENT_USER: 'ob_user',
  DATABASE: 'ob_database',
  SCHEMA: 'ob_database',
  VERSION: 'ob_mysql_version',
  CONCAT: 'ob_concat',
  CONCAT_WS: 'ob_concat_ws',
  LEFT: 'ob_left',
  RIGHT: 'ob_right',
  GREATEST: 'max',
  LEAST: 'min',
  LCASE: 'lower',
  UCASE: 'upper',
  CHAR_LENGTH: 'length',
  CHARACTER_LENGTH: 'length',
  SUBSTR: 'substr',
  MID: 'substr',
  DATE_FORMAT: 'ob_date_format',
  IF: 'iif',
  ISNULL: 'ob_isnull',
};

/** Names in MySQL that SQLite reserves. */
const reservedInSqlite = new Set([
  'NOTHING',
  'RETURNING',
  'TRANSACTION',
  'COMMIT',
  'DEFERRABLE',
  'AUTOINCREMENT',
  'INDEXED',
]);

const plainOperators: Readonly<Record<string, string>> = {
  '<=>': 'IS',
  '&&': 'AND',
  '||': 'OR',
  '!': 'NOT',
  '/': '* 1.0 /',
};

const intervalUnits = new Set(['MICROSECOND', 'SECOND', 'MINUTE', 'HOUR', 'DAY', 'WEEK', 'MONTH', 'YEAR']);

const castTypes: Readonly<Record<string, string>> = {
  SIGNED: 'INTEGER',
  UNSIGNED: 'INTEGER',
  CHAR: 'TEXT',
  DECIMAL: 'REAL',
  BINARY: 'TEXT',
};

export function rewriteSelect(tokens: readonly Token[], context: RewriteContext): string {
  const out: string[] = [];
  let at = 0;
  while (at < tokens.length) {
    const special = rewriteSpecial(tokens, at);
    if (special === undefined) {
      const token = tokens[at];
      if (token !== undefined) out.push(rewriteToken(tokens, at, token, context));
      at += 1;
    } else {
      out.push(
        ...special.parts.map((part) => (typeof part === 'string' ? part : rewriteSelect(part, context))),
      );
      at = special.next;
    }
  }
  return out.join(' ');
}

function rewriteToken(tokens: readonly Token[], at: number, token: Token, context: RewriteContext): string {
  switch (token.kind) {
    case 'word':
      return rewriteWord(tokens, at, token.text);
    case 'quoted-name':
      return `\`${token.text}\``;
    case 'string':
      return rewriteString(tokens, at, token.text);
    case 'variable':
      return context.variable(token.text);
    case 'operator':
      return plainOperators[token.text] ?? token.text;
    case 'hint':
      return '';
    case 'number':
    case 'parameter':
      return token.text;
  }
}

function rewriteWord(tokens: readonly Token[], at: number, text: string): string {
  const upper = text.toUpperCase();
  const before = tokens[at - 1];
  if (reservedInSqlite.has(upper)) return `\`${text}\``;
  // After a dot, or before one, a word is a name.
  if (isOperator(before, '.') || isOperator(tokens[at + 1], '.')) return text;
  if (isOperator(tokens[at + 1], '(')) {
    const renamed = renamedFunctions[upper];
    if (renamed !== undefined) return renamed;
  } else if (upper in renamedWords) {
    return renamedWords[upper] ?? text;
  }
  if (isWordToken(before, 'AS') && upper in castTypes && isInsideCast(tokens, at))
    return castTypes[upper] ?? text;
  return text;
}

function rewriteString(tokens: readonly Token[], at: number, text: string): string {
  const quoted = quoteText(text);
  const escaped =
    isWordToken(tokens[at - 1], 'LIKE') && text.includes('\\') && !isWordToken(tokens[at + 1], 'ESCAPE');
  return escaped ? `${quoted} ESCAPE '\\'` : quoted;
}

interface Special {
  readonly parts: readonly (string | readonly Token[])[];
  readonly next: number;
}

/** Constructs of more than one token. */
function rewriteSpecial(tokens: readonly Token[], at: number): Special | undefined {
  const token = tokens[at];
  if (isWordToken(token, 'FROM') && isWordToken(tokens[at + 1], 'DUAL')) return { parts: [], next: at + 2 };
  if (isWordToken(token, 'FOR') && isWordToken(tokens[at + 1], 'UPDATE'))
    return { parts: [], next: tokens.length };
  if (isWordToken(token, 'LOCK') && isWordToken(tokens[at + 1], 'IN'))
    return { parts: [], next: tokens.length };
  if (isWordToken(token, 'INTERVAL')) return rewriteInterval(tokens, at);
  const moved = rewriteIntervalSum(tokens, at);
  if (moved !== undefined) return moved;
  if (isWordToken(token, 'TIMESTAMPDIFF') && isOperator(tokens[at + 1], '(')) {
    return { parts: ['timestampdiff(', quoteText(tokens[at + 2]?.text.toUpperCase() ?? '')], next: at + 3 };
  }
  if (isWordToken(token, 'GROUP_CONCAT') && isOperator(tokens[at + 1], '('))
    return rewriteGroupConcat(tokens, at);
  // A list of rows is written with VALUES.
  if (isWordToken(token, 'IN') && isOperator(tokens[at + 1], '(') && isOperator(tokens[at + 2], '(')) {
    if (!isWordToken(tokens[at + 3], 'SELECT')) return { parts: ['IN', '(', 'VALUES'], next: at + 2 };
  }
  return undefined;
}

/** `INTERVAL n UNIT` as the two arguments that date_add and date_sub take here. */
function rewriteInterval(tokens: readonly Token[], at: number): Special | undefined {
  const unit = tokens.findIndex(
    (token, index) => index > at && token.kind === 'word' && intervalUnits.has(token.text.toUpperCase()),
  );
  if (unit < 0) return undefined;
  const name = quoteText(tokens[unit]?.text.toUpperCase() ?? '');
  return { parts: [tokens.slice(at + 1, unit), ',', name], next: unit + 1 };
}

/** `x - INTERVAL n UNIT`, where x is a name, a literal or a call. */
function rewriteIntervalSum(tokens: readonly Token[], at: number): Special | undefined {
  const isStart = tokens[at]?.kind === 'word' || tokens[at]?.kind === 'string';
  if (!isStart || isOperator(tokens[at - 1], '.')) return undefined;
  let end = at + 1;
  while (isOperator(tokens[end], '.')) end += 2;
  if (isOperator(tokens[end], '(')) end = closingParenthesis(tokens, end) + 1;
  const sign = tokens[end];
  if (end === 0 || !(isOperator(sign, '-') || isOperator(sign, '+'))) return undefined;
  if (!isWordToken(tokens[end + 1], 'INTERVAL')) return undefined;
  const interval = rewriteInterval(tokens, end + 1);
  if (interval === undefined) return undefined;
  const name = isOperator(sign, '-') ? 'date_sub(' : 'date_add(';
  return { parts: [name, tokens.slice(at, end), ',', ...interval.parts, ')'], next: interval.next };
}

/** `GROUP_CONCAT(x ORDER BY y SEPARATOR z)`: the separator is the second argument, before the order. */
function rewriteGroupConcat(tokens: readonly Token[], at: number): Special | undefined {
  const close = closingParenthesis(tokens, at + 1);
  if (close < 0) return undefined;
  const inner = tokens.slice(at + 2, close);
  const separatorAt = topLevelIndex(inner, 'SEPARATOR');
  const orderAt = topLevelIndex(inner, 'ORDER');
  const ends = [separatorAt, orderAt, inner.length].filter((index) => index >= 0);
  const value = inner.slice(0, Math.min(...ends));
  const separator = separatorAt < 0 ? ',' : (inner[separatorAt + 1]?.text ?? ',');
  const order = orderAt < 0 ? [] : inner.slice(orderAt, separatorAt < 0 ? inner.length : separatorAt);
  // SQLite takes no separator beside DISTINCT; the comma is its default.
  const distinct = isWordToken(value[0], 'DISTINCT');
  const second = distinct ? '' : `, ${quoteText(separator)}`;
  return { parts: ['group_concat(', value, second, order, ')'], next: close + 1 };
}

export function isOperator(token: Token | undefined, text: string): boolean {
  return token?.kind === 'operator' && token.text === text;
}

export function closingParenthesis(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let index = open; index < tokens.length; index += 1) {
    if (isOperator(tokens[index], '(')) depth += 1;
    else if (isOperator(tokens[index], ')')) {
      depth -= 1;
      if (depth === 0) return index;
    }
  }
  return -1;
}

export function topLevelIndex(tokens: readonly Token[], word: string, from = 0): number {
  let depth = 0;
  for (let index = from; index < tokens.length; index += 1) {
    if (isOperator(tokens[index], '(')) depth += 1;
    else if (isOperator(tokens[index], ')')) depth -= 1;
    else if (depth === 0 && isWordToken(tokens[index], word)) return index;
  }
  return -1;
}

function isInsideCast(tokens: readonly Token[], at: number): boolean {
  let depth = 0;
  for (let index = at; index >= 0; index -= 1) {
    if (isOperator(tokens[index], ')')) depth += 1;
    else if (isOperator(tokens[index], '(')) {
      if (depth === 0) return isWordToken(tokens[index - 1], 'CAST');
      depth -= 1;
    }
  }
  return false;
}
