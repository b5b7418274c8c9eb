/** A stop of one server of a healthy cluster, and how its verdict is read. */
import type { ClusterSnapshot } from '../domain/cluster-snapshot.ts';
import { address, type FixtureRows, healthyRows, type serverRow, snapshotOf } from './snapshot-fixture.ts';
import { planStop, type StopPlan } from './stop-plan.ts';
import type { StopSubject } from './stop-subject.ts';

export const target = address(1, 1);
export const subject: StopSubject = { targets: [target], stoppedByUs: [], isolatedBy: 'STOP SERVER' };

export function plan(rows: FixtureRows, changes: Partial<ClusterSnapshot> = {}): StopPlan {
  return planStop(snapshotOf(rows, changes), subject);
}

export function check(of: { readonly checks: StopPlan['checks'] }, name: string) {
  const found = of.checks.find((candidate) => candidate.name === name);
  if (found === undefined)
    throw new Error(`no check ${name} among ${of.checks.map((each) => each.name).join(', ')}`);
  return found;
}

export function withServer(changed: ReturnType<typeof serverRow>): FixtureRows {
  const rows = healthyRows();
  return { ...rows, servers: rows.servers.map((row) => (row.ip === changed.ip ? changed : row)) };
}
