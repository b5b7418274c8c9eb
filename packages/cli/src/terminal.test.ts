import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { styleText } from 'node:util';
import { describe, expect, it } from 'vitest';
import { withoutCommands } from './terminal.ts';

const esc = '\u001b';

describe('what reaches a terminal', () => {
  it.each([
    ['a title', `${esc}]0;owned\u0007`],
    ['a cleared screen', `${esc}[2J${esc}[H`],
    ['a line written over', 'stopped\rrunning\r[31m'],
    ['hidden text', `${esc}[8mhidden${esc}[0m`],
    ['a request for an answer', `${esc}[6n${esc}P+q544e${esc}\\`],
    ['a link', `${esc}]8;;http://a/${esc}\\text`],
    ['a command in one character', '\u009b2J\u009d0;owned\u009c'],
    ['a bell and a backspace', '\u0007\b\u007f\0'],
    ['text that runs the other way', 'exe.\u202etxt\u2066\u2069'],
  ])('holds no command: %s', (_, text) => {
    expect(withoutCommands(text)).not.toMatch(/[^\P{Cc}]|[\u202a-\u202e\u2066-\u2069]/u);
    expect(withoutCommands(text)).toHaveLength(text.length);
  });

  it('keeps lines, tabs, every language and our colours', () => {
    const red = styleText('red', 'failed', { validateStream: false });
    const text = `zone1\tРаботает\n集群 🚀 ${red}`;
    expect(withoutCommands(text)).toBe(text);
  });

  it('is cleaned at the last moment, on both outputs', () => {
    const module = JSON.stringify(join(import.meta.dirname, 'terminal.ts'));
    const program = `const { createTerminal } = await import(${module}); const t = createTerminal();
      t.out('a\\u001b[2Jb'); t.note('c\\u001b[2Jd');`;
    const run = `${process.execPath} --input-type=module -e "$PROGRAM" 2>&1`;
    const output = execFileSync('/bin/sh', ['-c', run], { env: { PROGRAM: program }, encoding: 'utf8' });
    expect(output).toBe('a [2Jb\nc [2Jd\n');
  });
});
