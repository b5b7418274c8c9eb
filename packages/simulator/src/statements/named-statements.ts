/** PREPARE name FROM text, EXECUTE name USING variables, DEALLOCATE PREPARE name: prepared statements in plain SQL. */
import { kernelError } from '../kernel-error.ts';
import type { Value } from '../mysql/result.ts';
import { tokenize } from '../sql/lexer.ts';
import { isWordToken, type TokenCursor } from '../sql/token-cursor.ts';
import { bindParameters } from './bind-parameters.ts';
import type { SystemVariables } from './system-variables.ts';

const notPreparable = ['PREPARE', 'EXECUTE', 'DEALLOCATE'];

export class NamedStatements {
  readonly #texts = new Map<string, string>();

  clear(): void {
    this.#texts.clear();
  }

  /** The cursor stands behind `PREPARE`. */
  prepare(variables: SystemVariables, cursor: TokenCursor): void {
    const name = takeName(cursor);
    cursor.expectWord('FROM');
    const source = cursor.take('string', 'variable') ?? cursor.fail();
    cursor.expectEnd();
    const text = source.kind === 'string' ? source.text : String(variables.user(source.text) ?? '');
    const [first] = tokenize(text);
    if (first === undefined) throw kernelError('emptyQuery');
    if (notPreparable.some((word) => isWordToken(first, word))) throw kernelError('parseSql', 'Parse error');
    this.#texts.set(name, text);
  }

  /** The cursor stands behind `EXECUTE`. @returns the statement with its parameters in place. */
  bind(variables: SystemVariables, cursor: TokenCursor): string {
    const text = this.#texts.get(takeName(cursor));
    const values: Value[] = [];
    if (cursor.takeWord('USING')) {
      do values.push(variables.user(cursor.expect('variable')));
      while (cursor.takeOperator(','));
    }
    cursor.expectEnd();
    if (text === undefined) throw kernelError('statementUnknown');
    const wanted = tokenize(text).filter(({ kind }) => kind === 'parameter').length;
    if (values.length !== wanted) throw kernelError('invalidArgument', 'Incorrect arguments to execute');
    return values.length === 0 ? text : bindParameters(text, values);
  }

  /** The cursor stands behind `DEALLOCATE` or `DROP`. */
  deallocate(cursor: TokenCursor): void {
    cursor.expectWord('PREPARE');
    const name = takeName(cursor);
    cursor.expectEnd();
    if (!this.#texts.delete(name)) throw kernelError('statementUnknown');
  }
}

function takeName(cursor: TokenCursor): string {
  return cursor.expect('word', 'quoted-name').toLowerCase();
}
