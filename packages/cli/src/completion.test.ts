import { spawnSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { renderBashCompletion, renderZshCompletion } from './completion.ts';
import { createProgram } from './program.ts';
import { recordTerminal } from './testing/scripted-api.ts';

const program = createProgram(recordTerminal({}).outside);

/** What bash offers for the last of these words. */
function complete(words: readonly string[]): string[] {
  const script = `${renderBashCompletion(program)}
COMP_WORDS=(openocp ${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length}
_openocp; printf '%s\\n' "\${COMPREPLY[@]}"`;
  const { stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout.split('\n').filter((line) => line !== '');
}

it.each([
  [['ser'], ['server']],
  [
    ['server', 'st'],
    ['stop', 'start'],
  ],
  [
    ['server', 'stop', '10.0.0.1', '--type', ''],
    ['service', 'process'],
  ],
  [['server', 'stop', '--fr'], ['--freeze']],
  [['-c', 'x', 'task', 'ro'], ['rollback']],
  [
    ['completion', ''],
    ['bash', 'zsh'],
  ],
  [['cluster', 'stop', '--fr'], []],
])('bash completes %j to %j', (words, expected) => {
  expect(complete(words)).toEqual(expected);
});

it('zsh gets every command too', () => {
  const script = renderZshCompletion(program);
  for (const command of ['server restart', 'zone plan', 'task rollback'])
    expect(script).toContain(`'${command}|')`);
});
