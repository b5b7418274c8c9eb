/** Walks the tokens of one statement; what does not fit is a parse error at that place. */
import { parseError, type Token, tokenize } from './lexer.ts';

export class TokenCursor {
  readonly sql: string;
  readonly tokens: readonly Token[];
  at = 0;

  constructor(sql: string, tokens: readonly Token[] = tokenize(sql)) {
    this.sql = sql;
    this.tokens = tokens;
  }

  get current(): Token | undefined {
    return this.tokens[this.at];
  }

  get isAtEnd(): boolean {
    const token = this.current;
    return (
      token === undefined ||
      (token.kind === 'operator' && token.text === ';' && this.at === this.tokens.length - 1)
    );
  }

  fail(): never {
    throw parseError(this.sql, this.current?.start ?? this.sql.length);
  }

  /** Whether the next words are these; case does not matter. */
  isWord(...words: readonly string[]): boolean {
    return words.every((word, index) => isWordToken(this.tokens[this.at + index], word));
  }

  /** Consumes the words if they come next. */
  takeWord(...words: readonly string[]): boolean {
    if (!this.isWord(...words)) return false;
    this.at += words.length;
    return true;
  }

  expectWord(...words: readonly string[]): void {
    if (!this.takeWord(...words)) this.fail();
  }

  isOperator(text: string): boolean {
    return this.current?.kind === 'operator' && this.current.text === text;
  }

  takeOperator(text: string): boolean {
    if (!this.isOperator(text)) return false;
    this.at += 1;
    return true;
  }

  expectOperator(text: string): void {
    if (!this.takeOperator(text)) this.fail();
  }

  take(...kinds: readonly Token['kind'][]): Token | undefined {
    const token = this.current;
    if (token === undefined || !kinds.includes(token.kind)) return undefined;
    this.at += 1;
    return token;
  }

  expect(...kinds: readonly Token['kind'][]): string {
    return (this.take(...kinds) ?? this.fail()).text;
  }

  takeHint(): string {
    return this.take('hint')?.text ?? '';
  }

  expectEnd(): void {
    if (!this.isAtEnd) this.fail();
  }
}

export function isWordToken(token: Token | undefined, word: string): boolean {
  return token?.kind === 'word' && token.text.toUpperCase() === word;
}
