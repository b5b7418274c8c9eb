/** The names of a result's columns: MySQL takes them from the select list as written, SQLite does not. */

import type { Token } from './lexer.ts';
import { closingParenthesis, isOperator, topLevelIndex } from './rewrite.ts';
import { isWordToken } from './token-cursor.ts';

export interface SelectItem {
  /** Undefined for `*` and `t.*`, which stand for as many columns as the table has. */
  readonly label: string | undefined;
  /** The outermost function of the expression, in upper case, when it is nothing but a call. */
  readonly functionName: string | undefined;
}

const listEnds = ['FROM', 'INTO', 'WHERE', 'GROUP', 'HAVING', 'ORDER', 'LIMIT', 'UNION', 'FOR'];

export function selectItems(sql: string, tokens: readonly Token[]): SelectItem[] {
  const select = topLevelIndex(tokens, 'SELECT');
  if (select < 0) return [];
  let from = select + 1;
  while (
    tokens[from]?.kind === 'hint' ||
    isWordToken(tokens[from], 'DISTINCT') ||
    isWordToken(tokens[from], 'ALL')
  ) {
    from += 1;
  }
  const ends = listEnds.map((word) => topLevelIndex(tokens, word, from)).filter((index) => index >= 0);
  const items = splitAtCommas(tokens.slice(from, Math.min(tokens.length, ...ends)));
  return items.map((item) => selectItem(sql, item));
}

function splitAtCommas(tokens: readonly Token[]): Token[][] {
  const items: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (isOperator(token, '(')) depth += 1;
    if (isOperator(token, ')')) depth -= 1;
    if (depth === 0 && isOperator(token, ',')) items.push([]);
    else if (!isOperator(token, ';')) items.at(-1)?.push(token);
  }
  return items;
}

function selectItem(sql: string, tokens: readonly Token[]): SelectItem {
  const last = tokens.at(-1);
  const before = tokens.at(-2);
  if (last === undefined || isOperator(last, '*')) return { label: undefined, functionName: undefined };
  const hasAlias =
    tokens.length > 1 &&
    (last.kind === 'word' || last.kind === 'quoted-name' || last.kind === 'string') &&
    (isWordToken(before, 'AS') || isAliasAfter(before, last));
  const expression = hasAlias ? tokens.slice(0, isWordToken(before, 'AS') ? -2 : -1) : tokens;
  return {
    label: hasAlias ? last.text : expressionLabel(sql, expression),
    functionName: functionOf(expression),
  };
}

/** `expr alias` without AS: a name right after something that ends an expression. */
function isAliasAfter(before: Token | undefined, last: Token): boolean {
  if (before === undefined || (last.kind === 'word' && last.text.toUpperCase() === 'END')) return false;
  if (before.kind === 'operator') return before.text === ')';
  return (
    before.kind !== 'word' ||
    !/^(AND|OR|NOT|LIKE|IN|IS|DIV|MOD|BETWEEN|REGEXP|CASE|WHEN|THEN|ELSE)$/i.test(before.text)
  );
}

/** A column is called by its name alone; any other expression as it is written. */
function expressionLabel(sql: string, tokens: readonly Token[]): string {
  const isColumn = tokens.every((token, index) =>
    index % 2 === 0 ? token.kind === 'word' || token.kind === 'quoted-name' : isOperator(token, '.'),
  );
  const last = tokens.at(-1);
  if (last === undefined) return '';
  if (isColumn) return last.text;
  if (tokens.length === 1 && last.kind === 'string') return last.text;
  return sql.slice(tokens[0]?.start ?? 0, last.end);
}

function functionOf(tokens: readonly Token[]): string | undefined {
  const [first] = tokens;
  // The two that need no parentheses.
  if (tokens.length === 1 && first?.kind === 'word' && /^(CURRENT_TIMESTAMP|LOCALTIME)$/i.test(first.text))
    return first.text.toUpperCase();
  const isCall =
    first?.kind === 'word' &&
    isOperator(tokens[1], '(') &&
    closingParenthesis(tokens, 1) === tokens.length - 1;
  return isCall ? first.text.toUpperCase() : undefined;
}
