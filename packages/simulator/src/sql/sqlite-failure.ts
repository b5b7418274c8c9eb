/** SQLite's refusals in the kernel's words and numbers. */
import { KernelError, kernelError } from '../kernel-error.ts';
import { parseError } from './lexer.ts';

export function unknownTable(database: string, table: string): Error {
  return kernelError('tableNotExist', `Table '${database}.${table}' doesn't exist`);
}

function unknownDatabase(name: string): Error {
  return kernelError('badDatabase', `Unknown database '${name}'`);
}

/** SQLite's message, in the kernel's terms. */
export function sqliteFailure(error: unknown, sql: string, database: string | undefined): Error {
  if (error instanceof KernelError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const table = /^no such table: (?:(\w+)\.)?(.+)$/.exec(message);
  if (table !== null) {
    if (table[1] === undefined && database === undefined) return kernelError('noDatabase');
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
    return parseError(sql, near === '' ? sql.length : Math.max(0, sql.indexOf(near)));
  }
  return kernelError('unexpected', `Internal error: ${message}`);
}
