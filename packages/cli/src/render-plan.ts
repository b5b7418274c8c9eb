/** The plan of an operation, for the person who has to decide. Pure. */
import type { Check, Plan } from './answers.ts';
import type { Paint, Style } from './terminal.ts';
import { printable } from './text-table.ts';

const verdictStyles: Readonly<Record<string, Style>> = { SAFE: 'green', RISKY: 'yellow', BLOCKED: 'red' };
const resultStyles: Readonly<Record<string, Style>> = {
  PASS: 'green',
  WARN: 'yellow',
  FAIL: 'red',
  UNKNOWN: 'red',
};

const isBlocking = ({ result }: Check) => result !== 'PASS' && result !== 'WARN';

/** Checks that would refuse the operation: all that block, but for those that are overridden and may be. */
export function listRefusing(
  { checks }: Plan,
  { force, override }: { readonly force: boolean; readonly override: readonly string[] },
): Check[] {
  return checks.filter(
    (check) => isBlocking(check) && !(check.overridable && (force || override.includes(check.name))),
  );
}

function renderCheck(check: Check, paint: Paint): string[] {
  const { name, result, evidence, meaning, remedy, overridable, looked } = check;
  const style = resultStyles[result] ?? 'red';
  const head = `  ${paint(style, result.padEnd(7))}  ${name}: ${printable(evidence)}`;
  if (result === 'PASS') return [head];
  const more = (label: string, text: string) =>
    text === '' ? [] : [`           ${label}: ${printable(text)}`];
  return [
    head,
    ...more('meaning', meaning),
    ...more('remedy', remedy),
    ...more('looked at', looked),
    ...(isBlocking(check) && !overridable ? ['           nobody can override this check'] : []),
  ];
}

/** Rounded up to what a person plans with. */
function describeDuration(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.ceil(minutes / 60)} h`;
}

function renderSubtasks({ subtasks }: Plan): string[] {
  const lines = subtasks.map(({ name, expectedMs }) => {
    return `  ${printable(name)}${expectedMs == null ? '' : `  (about ${describeDuration(expectedMs)})`}`;
  });
  return lines.length === 0 ? [] : ['What will be done:', ...lines];
}

const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));

/** Names of objects, whatever else a version says about them. */
function nameOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return text(value);
  return 'name' in value ? text(value.name) : text(value);
}

export function renderPlan(plan: Plan, subject: string, paint: Paint): string {
  const { verdict, checks, leadersToMove, tenantsAffected, overriddenByForce, permanentOfflineInSec } = plan;
  // Most pass; what does not is read first.
  const sorted = [...checks].sort((a, b) => Number(a.result === 'PASS') - Number(b.result === 'PASS'));
  return [
    `${subject}: ${paint(verdictStyles[verdict] ?? 'red', verdict)}`,
    ...sorted.flatMap((check) => renderCheck(check, paint)),
    ...(leadersToMove.length === 0 ? [] : [`Leaders to move: ${leadersToMove.length}`]),
    ...(tenantsAffected.length === 0 ? [] : [`Tenants affected: ${tenantsAffected.map(nameOf).join(', ')}`]),
    ...(overriddenByForce.length === 0
      ? []
      : [`Overridden by force: ${overriddenByForce.map(nameOf).join(', ')}`]),
    ...(permanentOfflineInSec == null
      ? []
      : [
          `Permanently offline ${describeDuration(permanentOfflineInSec * 1000)} after its process has stopped: its replicas are then rebuilt elsewhere.`,
        ]),
    ...renderSubtasks(plan),
  ].join('\n');
}
