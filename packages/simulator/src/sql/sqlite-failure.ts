/** SQLite's refusals in the kernel's words and numbers. */
import { KernelError, kernelError } from '../kernel-error.ts';
import { isDatabase } from './databases.ts';

export function unknownTable(database: string, table: string): Error {
  return kernelError('tableNotExist', `Table '${database}.${table}' doesn't exist`);
}

function unknownDatabase(name: string): Error {
  return kernelError('badDatabase', `Unknown database '${name}'`);
}

/** SQLite's message, in the kernel's terms. */
export function sqliteFailure(
  error: unknown,
  sql: string,
  database: string | undefined,
  isKnown: (database: string) => boolean = isDatabase,
): Error {
  if (error instanceof KernelError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const table = /^no such table: (?:(\w+)\.)?(.+)$/.exec(message);
  if (table !== null) {
    if (table[1] === undefined && database === undefined) return kernelError('noDatabase');
    if (table[1] !== undefined && !isKnown(table[1])) return unknownDatabase(table[1]);
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
