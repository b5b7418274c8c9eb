import { describe, expect, it } from 'vitest';
import { splitStatements, tokenize } from './lexer.ts';

function texts(sql: string): string[] {
  return tokenize(sql).map(({ kind, text }) => `${kind}:${text}`);
}

describe('tokenize', () => {
  it('reads names, strings with escapes, numbers, variables and operators', () => {
    expect(
      texts(
        "SELECT `a b`, 'it''s \\'x\\' \\n', \"q\", 1.5e3, 0x1F, @@session.x, @u <=> !1 FROM GV$OB_LOG_STAT",
      ),
    ).toEqual([
      'word:SELECT',
      'quoted-name:a b',
      'operator:,',
      "string:it's 'x' \n",
      'operator:,',
      'string:q',
      'operator:,',
      'number:1.5e3',
      'operator:,',
      'number:0x1F',
      'operator:,',
      'variable:@@session.x',
      'operator:,',
      'variable:@u',
      'operator:<=>',
      'operator:!',
      'number:1',
      'word:FROM',
      'word:GV$OB_LOG_STAT',
    ]);
  });

  it('drops comments and keeps hints', () => {
    expect(texts('SELECT /*+ query_timeout(5) */ 1 /* no */ -- no\n# no\n + 2')).toEqual([
      'word:SELECT',
      'hint: query_timeout(5) ',
      'number:1',
      'operator:+',
      'number:2',
    ]);
  });

  it('takes strings of megabytes', () => {
    const text = `${'x'.repeat(5_000_000)}\\\\`;
    expect(tokenize(`SELECT '${text}'`)[1]?.text).toHaveLength(5_000_001);
  });

  it.each(["'open", '`open', '/* open', '/*+ open', '\u0001', '@'])('refuses %j as a parse error', (sql) => {
    expect(() => tokenize(sql)).toThrow('You have an error in your SQL syntax');
  });

  it('splits statements outside of strings only', () => {
    expect(splitStatements("SELECT ';'; ; SELECT 2;")).toEqual(["SELECT ';'", ' SELECT 2']);
  });
});
