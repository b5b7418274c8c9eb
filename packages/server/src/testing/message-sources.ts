/**
 * Reads the messages out of the sources, as templates: what is logged, what a step fails with or waits for, what a check
 * says. The catalogue of the contract is held against them.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** Properties and calls whose texts people read. */
const properties: ReadonlySet<string> = new Set(['evidence', 'meaning', 'remedy', 'nothingToUndo', 'reason']);
const calls: ReadonlySet<string> = new Set([
  'info',
  'warn',
  'error',
  'StepFailure',
  'OutcomeUnknown',
  'waitFor',
]);

/** `${...}` becomes `{}`: which name a place has in the catalogue is the catalogue's business. */
function readTexts(node: ts.Expression): string[] {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isConditionalExpression(node)) return [node.whenTrue, node.whenFalse].flatMap(readTexts);
  if (ts.isParenthesizedExpression(node)) return readTexts(node.expression);
  if (!ts.isTemplateExpression(node)) return [];
  return [node.head.text + node.templateSpans.map(({ literal }) => `{}${literal.text}`).join('')];
}

function listExpressions(node: ts.Node): readonly ts.Expression[] {
  if (ts.isPropertyAssignment(node) && properties.has(node.name.getText())) return [node.initializer];
  if (!ts.isCallExpression(node) && !ts.isNewExpression(node)) return [];
  const name = /\w+$/.exec(node.expression.getText())?.[0] ?? '';
  return calls.has(name) ? (node.arguments ?? []) : [];
}

function readFile(path: string): string[] {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const texts: string[] = [];
  const visit = (node: ts.Node): void => {
    texts.push(...listExpressions(node).flatMap(readTexts));
    ts.forEachChild(node, visit);
  };
  visit(source);
  // A single word is a code, not a message.
  return texts.filter((text) => /[a-z] |\} [a-z]/i.test(text));
}

/** @returns every message of the files in these folders, once, sorted */
export function listMessageSources(root: string, folders: readonly string[]): string[] {
  const files = folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
      join(root, folder, file),
    ),
  );
  const sources = files.filter((file) => file.endsWith('.ts') && !/(\.test|fixture)\.ts$/.test(file));
  return [...new Set(sources.flatMap(readFile))].sort();
}
