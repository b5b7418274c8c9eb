/**
 * The result of a step that turned out not to be needed: it is stored, so that what is shown of a task can tell a step
 * that did its work from one that had none.
 */

export const passedResult = { passed: true } as const;

export function isPassed(result: unknown): boolean {
  return typeof result === 'object' && result !== null && 'passed' in result && result.passed === true;
}
