/** A prepared statement with its values written in: statement and literals then go the one way through the lexer. */
import { kernelError } from '../kernel-error.ts';
import type { Value } from '../mysql/result.ts';
import { tokenize } from '../sql/lexer.ts';

export function bindParameters(statement: string, values: readonly Value[]): string {
  const parts: string[] = [];
  let from = 0;
  let next = 0;
  for (const token of tokenize(statement)) {
    if (token.kind !== 'parameter') continue;
    if (next >= values.length) throw kernelError('invalidArgument');
    parts.push(statement.slice(from, token.start), literalOf(values[next] ?? null));
    from = token.end;
    next += 1;
  }
  parts.push(statement.slice(from));
  return parts.join('');
}

function literalOf(value: Value): string {
  if (value === null) return 'NULL';
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : 'NULL';
  const text = typeof value === 'string' ? value : Buffer.from(value).toString('utf8');
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}
