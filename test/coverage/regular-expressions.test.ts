/**
 * No regular expression of the product takes more than linear time for whatever text: a text from outside would else hold up
 * everybody. Every expression in the sources is analysed; the few that the analysis cannot prove are listed with what
 * makes them harmless.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isSafePattern } from 'redos-detector';
import ts from 'typescript';
import { expect, it } from 'vitest';

const packages = join(import.meta.dirname, '../../packages');
/** Everything but what only tests run. */
const deployed = ['agent', 'cli', 'contract', 'engine', 'server'];

/** By the expression; what may be said for it. */
const harmless: Readonly<Record<string, string>> = {
  '/^[A-Z_]+:[^:\\s]+(?::[A-Z_*]+:[^:\\s]+)?:[A-Z_*]+$/':
    'anchored, and no part between colons matches a colon: one way to divide a text',
  '/\\{(\\w+)\\}/g': 'for the paths of the routes and the templates of the contract, which are ours',
  '/\\{\\w+\\}/': 'for the templates of the contract, which are ours',
  '/has (\\d+) zones/': 'for a sentence of our own',
  '/^\\s*(?:\\[([0-9a-fA-F:.]+)\\]|([^:[\\]\\s]+)):(\\d{1,5})(?::\\d+)?(?::\\d+)?\\s*$/':
    'anchored, and no part between colons matches a colon: one way to divide a text',
  '/EADDRINUSE|address (already )?in use|port.{0,40}(already|in use|taken)/i':
    'looks ahead forty characters at most, in the last lines of a log',
};

function listExpressions(): Map<string, string> {
  const found = new Map<string, string>();
  for (const name of deployed) {
    const folder = join(packages, name, 'src');
    for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts') || file.endsWith('.test.ts') || file.includes('testing/')) continue;
      const text = readFileSync(join(folder, file), 'utf8');
      const visit = (node: ts.Node): void => {
        if (ts.isRegularExpressionLiteral(node)) found.set(node.text, `${name}/${file}`);
        ts.forEachChild(node, visit);
      };
      visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest));
    }
  }
  return found;
}

function isProven(expression: string): boolean {
  const end = expression.lastIndexOf('/');
  const flags = expression.slice(end + 1);
  const options = {
    caseInsensitive: flags.includes('i'),
    dotAll: flags.includes('s'),
    multiLine: flags.includes('m'),
    unicode: flags.includes('u'),
    // Steps, and no time: the same on every machine.
    timeout: Number.POSITIVE_INFINITY,
    maxSteps: 8_000,
  };
  return isSafePattern(expression.slice(1, end), options).safe;
}

it('every regular expression takes linear time, or is one of the few with a reason', () => {
  const expressions = listExpressions();
  expect(expressions.size).toBeGreaterThan(60);
  const unproven = [...expressions].filter(([expression]) => !isProven(expression));
  expect(
    unproven.filter(([expression]) => !(expression in harmless)),
    'write it so that there is one way to match a text, or do without it',
  ).toEqual([]);
  expect(
    Object.keys(harmless).filter((each) => !unproven.some(([expression]) => expression === each)),
  ).toEqual([]);
});

it('the analysis finds what it is for', () => {
  expect(['/^(a+)+$/', '/(x|x)*y/', '/\\s+$/'].map(isProven)).toEqual([false, false, false]);
});
