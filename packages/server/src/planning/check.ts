/** The result of one safety check and of all of them together: what an operator reads before and after a refusal. */

export type CheckResult = 'PASS' | 'WARN' | 'FAIL' | 'UNKNOWN';
export type VerdictWord = 'SAFE' | 'RISKY' | 'BLOCKED';

export interface Check {
  /** Stable name, for example `majority`; what an override names. */
  readonly name: string;
  readonly result: CheckResult;
  /** What was looked at. */
  readonly looked: string;
  /** What was seen there, with the names of the objects. */
  readonly evidence: string;
  /** What that means for the operator. */
  readonly meaning: string;
  /** What to do next; empty when nothing is needed. */
  readonly remedy: string;
  /** Whether a human may override it with force. */
  readonly overridable: boolean;
}

export interface Verdict {
  readonly verdict: VerdictWord;
  readonly checks: readonly Check[];
}

/** A check that could not be made blocks as much as one that failed. */
export function deriveVerdict(checks: readonly Check[]): Verdict {
  const blocked = checks.some(isBlocking) || checks.length === 0;
  const risky = checks.some((check) => check.result === 'WARN');
  return { verdict: blocked ? 'BLOCKED' : risky ? 'RISKY' : 'SAFE', checks };
}

export function isBlocking(check: Check): boolean {
  return check.result === 'FAIL' || check.result === 'UNKNOWN';
}

/** What forcing would do with a verdict: the checks it overrides, and those that nobody can override. */
export interface ForcePlan {
  readonly overridden: readonly Check[];
  readonly unyielding: readonly Check[];
}

export function planForce(verdict: Verdict): ForcePlan {
  const blocking = verdict.checks.filter(isBlocking);
  return {
    overridden: blocking.filter((check) => check.overridable),
    unyielding: blocking.filter((check) => !check.overridable),
  };
}

/** One line per blocking check, for error messages and logs. */
export function describeChecks(checks: readonly Check[]): string {
  return checks
    .map(
      (check) =>
        `${check.name}: ${check.evidence} ${check.meaning}${check.remedy === '' ? '' : ` ${check.remedy}`}`,
    )
    .join(' | ');
}

/**
 * Checks that fail for a moment in a healthy cluster too, while a leader moves or a follower catches up. The kernel looks
 * again by itself before it refuses for these, and so do we.
 */
const passing: ReadonlySet<string> = new Set([
  'leaders-known',
  'log-in-sync',
  'isolated',
  'observation-fresh',
]);

/** Whether a verdict that says no may say yes a moment later. */
export function isWorthAnotherLook(verdict: Verdict): boolean {
  const blocking = verdict.checks.filter(isBlocking);
  return blocking.length > 0 && blocking.every((check) => check.result === 'FAIL' && passing.has(check.name));
}
