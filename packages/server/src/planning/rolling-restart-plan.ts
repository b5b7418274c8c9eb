/**
 * The verdict on a rolling restart: the whole cluster must be healthy, there must be zones to roll over, and each batch is
 * judged as if it were down now. How servers are put into batches is decided here too.
 */
import type { ClusterSnapshot } from '../domain/cluster-snapshot.ts';
import { formatAddress } from '../domain/server-address.ts';
import { type Check, type CheckResult, deriveVerdict, fail, pass, type Verdict } from './check.ts';
import { checkClusterHealth } from './cluster-health.ts';
import { type Impact, noImpact, planStop, type StopPlan } from './stop-plan.ts';
import type { StopTarget } from './stop-subject.ts';

/** Fewer zones cannot lose one and keep every majority. */
const fewestZones = 3;

export interface RollingSubject {
  readonly clusterName: string;
  /** In the order in which they go down. */
  readonly batches: readonly (readonly StopTarget[])[];
  readonly stoppedByUs: readonly StopTarget[];
}

export function planRollingRestart(
  snapshot: ClusterSnapshot | undefined,
  { clusterName, batches, stoppedByUs }: RollingSubject,
  why: string,
): StopPlan {
  const plans = batches.map((targets) => ({
    targets,
    plan: planStop(snapshot, { targets, stoppedByUs, isolatedBy: 'STOP SERVER' }, why),
  }));
  const zones = new Set(batches.flat().map(({ zone }) => zone)).size;
  const checks = [
    checkZones(clusterName, zones),
    ...(snapshot === undefined ? [] : [checkClusterHealth(snapshot)]),
    ...mergeChecks(plans),
  ];
  return { ...deriveVerdict(checks), ...mergeImpact(plans.map(({ plan }) => plan)) };
}

function checkZones(clusterName: string, zones: number): Check {
  const header = { name: 'rolling-zones', looked: 'zones of the cluster', overridable: true };
  const evidence = `Cluster ${clusterName} has ${zones} zones.`;
  if (zones >= fewestZones) return pass(header, evidence);
  return fail(header, {
    evidence,
    meaning: `With fewer than ${fewestZones} zones log streams lose their majority while a server restarts: it is no rolling restart then.`,
    remedy: 'Accept the interruption with force, or stop and start the cluster.',
  });
}

const gravity: Readonly<Record<CheckResult, number>> = { PASS: 0, WARN: 1, UNKNOWN: 2, FAIL: 3 };

/** Of each check the gravest of all batches, which it then names. */
function mergeChecks(plans: readonly { targets: readonly StopTarget[]; plan: StopPlan }[]): Check[] {
  const worst = new Map<string, Check>();
  for (const { targets, plan } of plans) {
    const batch = targets.map(formatAddress).join(', ');
    for (const check of plan.checks) {
      const known = worst.get(check.name);
      if (known !== undefined && gravity[known.result] >= gravity[check.result]) continue;
      const evidence = check.result === 'PASS' ? check.evidence : `Without ${batch}: ${check.evidence}`;
      worst.set(check.name, { ...check, evidence });
    }
  }
  return [...worst.values()];
}

function mergeImpact(plans: readonly Impact[]): Impact {
  return {
    leadersToMove: plans.flatMap(({ leadersToMove }) => leadersToMove),
    tenantsAffected: [...new Set(plans.flatMap(({ tenantsAffected }) => tenantsAffected))],
    permanentOfflineInSec: plans[0]?.permanentOfflineInSec ?? noImpact.permanentOfflineInSec,
  };
}

/** Batches of one zone; one that could not go down together, whatever is overridden, falls back to its servers one by one. */
export function chooseBatches(
  snapshot: ClusterSnapshot | undefined,
  servers: readonly StopTarget[],
  batchSize: number,
  stoppedByUs: readonly StopTarget[],
): StopTarget[][] {
  const batches: StopTarget[][] = [];
  for (let start = 0; start < servers.length; start += batchSize) {
    const targets = servers.slice(start, start + batchSize);
    const plan = planStop(snapshot, { targets, stoppedByUs, isolatedBy: 'STOP SERVER' });
    if (targets.length === 1 || mayGoTogether(plan)) batches.push(targets);
    else batches.push(...targets.map((target) => [target]));
  }
  return batches;
}

/** Whether servers of one zone may be down at once; asked again when their turn has come. An override widens no batch. */
export function mayGoTogether({ verdict }: Verdict): boolean {
  return verdict !== 'BLOCKED';
}
