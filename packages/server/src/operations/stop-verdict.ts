/**
 * The verdict on a stop while it is carried out: once when it is prepared, and once more right before a signal. Both
 * look afresh; what an override goes past is recorded with who asked and why.
 */
import { type Observation, type StepContext, StepFailure } from '@openocp/engine';
import type { ClusterSnapshot } from '../domain/cluster-snapshot.ts';
import {
  type Check,
  coversCheck,
  describeChecks,
  isBlocking,
  isWorthAnotherLook,
  planOverride,
  type Verdict,
} from '../planning/check.ts';
import { planKill, planStop, type StopPlan } from '../planning/stop-plan.ts';
import type { StopSubject } from '../planning/stop-subject.ts';
import { type OverrideInput, overrideOf, recordOverride } from './override.ts';
import { lookAround } from './server-target.ts';
import type { OperationServices } from './services.ts';

/** How long a verdict that says no for a passing reason is looked at again, and how often. Milliseconds. */
const settleMs = 10_000;
const lookAgainMs = 250;
/** Most of what passes has passed by then; what has not is looked at less and less often. Milliseconds. */
const firstLookAgainMs = 50;
/** How long a sick cluster may take to pass the last check before the signal. Milliseconds. */
const gateTimeoutMs = 15_000;
/** Who goes on without the cluster waits until one look, and its guard, have tried every server in vain. Milliseconds. */
const blindGateTimeoutMs = 60_000;

export interface SettledPlan {
  readonly snapshot: ClusterSnapshot | undefined;
  readonly plan: StopPlan;
}

/** A leader that is just moving is given the time to arrive; the verdict counts whatever it then is. */
export async function planOnceSettled(
  context: StepContext,
  services: OperationServices,
  clusterId: number,
  subject: StopSubject,
): Promise<SettledPlan> {
  const end = services.now() + settleMs;
  return context.waitFor(
    'leaders and followers to settle',
    async () => {
      const { snapshot, why } = await lookAround(services, clusterId, subject.targets);
      const plan = planStop(snapshot, subject, why);
      if (!isWorthAnotherLook(plan) || services.now() > end) return { done: true, value: { snapshot, plan } };
      return { done: false, evidence: describeChecks(plan.checks.filter(isBlocking)) };
    },
    { timeoutMs: 2 * settleMs, intervalMs: lookAgainMs, firstIntervalMs: firstLookAgainMs },
  );
}

function logCheck({ log }: StepContext, check: Check): void {
  const line = `${check.result} ${check.name}: ${check.evidence}${check.meaning === '' ? '' : ` ${check.meaning}`}`;
  if (check.result === 'PASS') log.info(line);
  else log.warn(line);
}

/** Writes every check to the log, and what follows from them. */
export function logChecks(context: StepContext, { checks, verdict }: Verdict): void {
  for (const check of checks) logCheck(context, check);
  context.log.info(`Verdict ${verdict}.`);
}

/**
 * Writes every check to the log.
 * @returns the names of the checks that the override went past.
 * @throws StepFailure when the verdict, or what the override leaves of it, forbids the operation.
 */
export function judgeVerdict(
  context: StepContext,
  what: string,
  verdict: Verdict,
  input: OverrideInput,
): string[] {
  logChecks(context, verdict);
  if (verdict.verdict !== 'BLOCKED') return [];
  const { overridden, unyielding } = planOverride(verdict, overrideOf(input));
  if (unyielding.length > 0) throw new StepFailure(`${what} is not safe. ${describeChecks(unyielding)}`);
  const names = overridden.map((check) => check.name);
  recordOverride(context, input, names);
  return names;
}

/** Returns within 2 s after an observation, begun in this step and so after the isolation, that allows the signal. */
export async function proveKillSafe(
  context: StepContext,
  services: OperationServices,
  clusterId: number,
  subject: StopSubject,
  input: OverrideInput,
): Promise<void> {
  const stoppedAt = services.now();
  const goesBlind = coversCheck(overrideOf(input), 'cluster-reachable');
  const timeoutMs = goesBlind ? blindGateTimeoutMs : gateTimeoutMs;
  await context.waitFor(
    'proof that no log stream loses its majority',
    async (): Promise<Observation<null>> => {
      const { snapshot } = await lookAround(services, clusterId, subject.targets);
      await context.assertOwned();
      const verdict = planKill(snapshot, subject, { stoppedAt, now: services.now() });
      if (verdict.verdict !== 'BLOCKED') return { done: true, value: null };
      const { overridden, unyielding } = planOverride(verdict, overrideOf(input));
      if (unyielding.length > 0) return { done: false, evidence: describeChecks(unyielding) };
      context.log.warn(`Forced past: ${describeChecks(overridden)}`);
      const names = overridden.map((check) => check.name);
      recordOverride(context, input, names, 'overridden_before_kill');
      return { done: true, value: null };
    },
    { timeoutMs, intervalMs: lookAgainMs, firstIntervalMs: firstLookAgainMs },
  );
}
