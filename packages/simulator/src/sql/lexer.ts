/**
 * Tokens of MySQL's SQL. One pass over the characters: regular expressions for literals overflow the stack on texts of
 * megabytes. Comments are dropped, except that hints stay as tokens.
 */
import { kernelError } from '../kernel-error.ts';

type TokenKind =
  | 'word'
  | 'quoted-name'
  | 'string'
  | 'number'
  | 'operator'
  | 'variable'
  | 'parameter'
  | 'hint';

export interface Token {
  readonly kind: TokenKind;
  /** The name without quotes, the string's value, the operator; words as written. */
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const operators3 = new Set(['<=>']);
const operators2 = new Set(['<=', '>=', '<>', '!=', '&&', '||', ':=', '<<', '>>']);

function isWordStart(char: string): boolean {
  return /[A-Za-z_$\u0080-\uffff]/.test(char);
}

function isWordPart(char: string): boolean {
  return /[A-Za-z0-9_$\u0080-\uffff]/.test(char);
}

/** A statement that ends too early goes wrong near its last word. */
export function parseError(sql: string, at: number): Error {
  const isAtEnd = sql.slice(at).trim() === '';
  const from = isAtEnd ? Math.max(0, sql.search(/(?:\w+|[^\s\w])\s*;?\s*$/)) : at;
  const line = sql.slice(0, from).split('\n').length;
  const near = sql.slice(from, from + 80);
  return kernelError(
    'parseSql',
    `You have an error in your SQL syntax; check the manual that corresponds to your OceanBase version for the right syntax to use near '${near}' at line ${line}`,
  );
}

export function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < sql.length) {
    const skipped = skipBlank(sql, at);
    if (skipped > at) {
      at = skipped;
      continue;
    }
    const token = readToken(sql, at);
    tokens.push(token);
    at = token.end;
  }
  return tokens;
}

/** White space and comments; a hint is no comment. */
function skipBlank(sql: string, at: number): number {
  const char = sql.charAt(at);
  if (char.trim() === '') return at + 1;
  if (char === '#' || (char === '-' && /^--(\s|$)/.test(sql.slice(at, at + 3)))) {
    const end = sql.indexOf('\n', at);
    return end < 0 ? sql.length : end + 1;
  }
  if (char === '/' && sql.charAt(at + 1) === '*' && sql.charAt(at + 2) !== '+') {
    const end = sql.indexOf('*/', at + 2);
    if (end < 0) throw parseError(sql, at);
    return end + 2;
  }
  return at;
}

function readToken(sql: string, at: number): Token {
  const char = sql.charAt(at);
  if (char === "'" || char === '"') return readString(sql, at, char);
  if (char === '`') return readQuotedName(sql, at);
  if (char === '/' && sql.startsWith('/*+', at)) return readHint(sql, at);
  if (char === '@') return readVariable(sql, at);
  if (char === '?') return { kind: 'parameter', text: '?', start: at, end: at + 1 };
  if (isDigit(char) || (char === '.' && isDigit(sql.charAt(at + 1)))) return readNumber(sql, at);
  if (isWordStart(char)) return { kind: 'word', ...readWord(sql, at) };
  for (const [length, known] of [
    [3, operators3],
    [2, operators2],
  ] as const) {
    const text = sql.slice(at, at + length);
    if (known.has(text)) return { kind: 'operator', text, start: at, end: at + length };
  }
  if (!'+-*/%=<>(),.;!&|^~:{}[]'.includes(char)) throw parseError(sql, at);
  return { kind: 'operator', text: char, start: at, end: at + 1 };
}

function isDigit(char: string): boolean {
  return char >= '0' && char <= '9';
}

function readWord(sql: string, at: number): { text: string; start: number; end: number } {
  let end = at;
  while (end < sql.length && isWordPart(sql.charAt(end))) end += 1;
  return { text: sql.slice(at, end), start: at, end };
}

function readNumber(sql: string, at: number): Token {
  let end = at;
  if (/^0[xX][0-9a-fA-F]/.test(sql.slice(at, at + 3))) {
    end += 2;
    while (/[0-9a-fA-F]/.test(sql.charAt(end))) end += 1;
  } else {
    while (isDigit(sql.charAt(end)) || sql.charAt(end) === '.') end += 1;
    const exponent = /^[eE][+-]?\d+/.exec(sql.slice(end, end + 8));
    if (exponent !== null) end += exponent[0].length;
  }
  return { kind: 'number', text: sql.slice(at, end), start: at, end };
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  '0': '\0',
  Z: '\x1a',
  // These two keep the backslash: it matters to LIKE only.
  '%': '\\%',
  _: '\\_',
};

function readString(sql: string, start: number, quote: string): Token {
  const parts: string[] = [];
  let from = start + 1;
  let at = from;
  while (at < sql.length) {
    const char = sql.charAt(at);
    if (char === '\\') {
      const next = sql.charAt(at + 1);
      parts.push(sql.slice(from, at), escapes[next] ?? next);
      at += 2;
      from = at;
    } else if (char !== quote) {
      at += 1;
    } else if (sql.charAt(at + 1) === quote) {
      parts.push(sql.slice(from, at + 1));
      at += 2;
      from = at;
    } else {
      parts.push(sql.slice(from, at));
      return { kind: 'string', text: parts.join(''), start, end: at + 1 };
    }
  }
  throw parseError(sql, start);
}

function readQuotedName(sql: string, start: number): Token {
  const end = sql.indexOf('`', start + 1);
  if (end < 0) throw parseError(sql, start);
  return { kind: 'quoted-name', text: sql.slice(start + 1, end), start, end: end + 1 };
}

function readHint(sql: string, start: number): Token {
  const end = sql.indexOf('*/', start);
  if (end < 0) throw parseError(sql, start);
  return { kind: 'hint', text: sql.slice(start + 3, end), start, end: end + 2 };
}

/** `@@name`, `@@session.name`, `@name`. */
function readVariable(sql: string, start: number): Token {
  const from = sql.charAt(start + 1) === '@' ? start + 2 : start + 1;
  let end = from;
  while (end < sql.length && (isWordPart(sql.charAt(end)) || sql.charAt(end) === '.')) end += 1;
  if (end === from) throw parseError(sql, start);
  return { kind: 'variable', text: sql.slice(start, end), start, end };
}

/** Statements of a multi-statement text, without empty ones. */
export function splitStatements(sql: string): string[] {
  const statements: string[] = [];
  let from = 0;
  for (const token of tokenize(sql)) {
    if (token.kind !== 'operator' || token.text !== ';') continue;
    statements.push(sql.slice(from, token.start));
    from = token.end;
  }
  statements.push(sql.slice(from));
  return statements.filter((statement) => tokenize(statement).length > 0);
}
