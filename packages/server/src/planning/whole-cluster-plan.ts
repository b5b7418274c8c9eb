/** The verdict on stopping every process of a cluster: nothing forbids it, and nobody shall be surprised by it. */
import type { ClusterSnapshot } from '../domain/cluster-snapshot.ts';
import { deriveVerdict, listOf, warn } from './check.ts';
import { checkJobs } from './stop-checks.ts';
import { noImpact, type StopPlan } from './stop-plan.ts';

export function planClusterStop(snapshot: ClusterSnapshot | undefined, why: string): StopPlan {
  const header = { name: 'service-interruption', looked: 'DBA_OB_TENANTS', overridable: true };
  const remedy = 'To keep it serving, stop or restart it zone by zone.';
  const meaning = 'All tenants lose service until the cluster is started again.';
  if (snapshot === undefined) {
    const checks = [warn(header, { evidence: `The cluster cannot be asked: ${why}.`, meaning, remedy })];
    return { ...deriveVerdict(checks), ...noImpact };
  }
  const tenants = snapshot.tenants.ok
    ? snapshot.tenants.rows.filter(({ type }) => type !== 'META').map(({ name }) => name)
    : [];
  const evidence = snapshot.tenants.ok
    ? `${tenants.length} tenants are served: ${listOf(tenants)}.`
    : `The tenants could not be read: ${snapshot.tenants.reason}.`;
  const checks = [warn(header, { evidence, meaning, remedy }), checkJobs(snapshot)];
  return {
    ...deriveVerdict(checks),
    leadersToMove: [],
    tenantsAffected: tenants,
    permanentOfflineInSec: snapshot.permanentOffline.ok
      ? (snapshot.permanentOffline.rows[0]?.seconds ?? null)
      : null,
  };
}
