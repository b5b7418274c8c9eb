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
  /** It says no for something that also happens for a moment in a healthy cluster; not shown to anybody. */
  readonly mayPass?: boolean;
}

export interface CheckHeader {
  readonly name: string;
  readonly looked: string;
  readonly overridable: boolean;
}

type CheckText = Omit<Check, keyof CheckHeader | 'result'>;

export const pass = (header: CheckHeader, evidence: string): Check => ({
  ...header,
  result: 'PASS',
  evidence,
  meaning: '',
  remedy: '',
});
export const warn = (header: CheckHeader, text: CheckText): Check => ({ ...header, result: 'WARN', ...text });
export const fail = (header: CheckHeader, text: CheckText): Check => ({ ...header, result: 'FAIL', ...text });
export const unknown = (header: CheckHeader, evidence: string): Check => ({
  ...header,
  result: 'UNKNOWN',
  evidence,
  meaning: 'The check could not be made, so the operation cannot be proven safe.',
  remedy: 'Find out why the cluster does not answer this query, then try again.',
});

/** Evidence lists are cut here; the count before the list stays exact. */
const longestList = 8;

export function listOf(items: readonly string[]): string {
  const shown = items.slice(0, longestList).join('; ');
  return items.length > longestList ? `${shown}; and ${items.length - longestList} more` : shown;
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

/** What a human asked to go past, for one run of one operation. */
export interface Override {
  /** Every check that may be overridden. */
  readonly force: boolean;
  /** These checks only. */
  readonly names: readonly string[];
}

export const noOverride: Override = { force: false, names: [] };
export const fullForce: Override = { force: true, names: [] };

/** Whether the human went past this check, however it turns out. */
export function coversCheck({ force, names }: Override, name: string): boolean {
  return force || names.includes(name);
}

/** What an override does with a verdict: the checks that say no and that it goes past, and those that stand. */
export interface OverridePlan {
  readonly overridden: readonly Check[];
  readonly unyielding: readonly Check[];
}

export function planOverride(verdict: Verdict, override: Override): OverridePlan {
  const blocking = verdict.checks.filter(isBlocking);
  const goesPast = (check: Check) => check.overridable && coversCheck(override, check.name);
  return {
    overridden: blocking.filter(goesPast),
    unyielding: blocking.filter((check) => !goesPast(check)),
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

function isPassing({ name, mayPass }: Check): boolean {
  return passing.has(name) || mayPass === true;
}

/** What others see of a check. */
export function viewCheck({ mayPass: _mayPass, ...check }: Check): Omit<Check, 'mayPass'> {
  return check;
}

/** Whether a verdict that says no may say yes a moment later. */
export function isWorthAnotherLook(verdict: Verdict): boolean {
  const blocking = verdict.checks.filter(isBlocking);
  return blocking.length > 0 && blocking.every((check) => check.result === 'FAIL' && isPassing(check));
}
