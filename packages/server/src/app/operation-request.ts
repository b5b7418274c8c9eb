/**
 * A request for an operation that has been judged: what would be done, and what speaks against it. The operation and its
 * plan are two ends of the same preparation, so that a plan cannot promise what the operation then refuses.
 */
import { OcpError, type OperationPlan, type TaskView } from '@openocp/contract';
import type { Engine, JsonValue } from '@openocp/engine';
import {
  type Check,
  deriveVerdict,
  describeChecks,
  fullForce,
  type Override,
  planOverride,
  viewCheck,
} from '../planning/check.ts';
import type { Impact } from '../planning/stop-plan.ts';
import type { Cluster } from '../store/clusters.ts';
import type { Caller } from './app.ts';
import { Findings } from './operation-findings.ts';
import type { DescribeSubtasks } from './planned-subtasks.ts';
import { submitTask } from './submit-task.ts';
import { viewTask } from './task-view.ts';

export interface OperationRequest {
  readonly operation: string;
  readonly parameters: JsonValue;
  readonly attributes: Readonly<Record<string, JsonValue>>;
  readonly cluster: Cluster;
  /** `server 1 (10.0.0.1:2882)`, for the words of a refusal. */
  readonly subject: string;
  readonly checks: readonly Check[];
  readonly impact: Impact;
  readonly override: Override;
}

export interface OperationServices {
  readonly engine: Engine;
  readonly describeSubtasks: DescribeSubtasks;
}

/** Judges a request; nothing is changed by it. */
export type Prepare<Services, Input> = (
  services: Services,
  input: Input,
  findings: Findings,
  caller: Caller,
) => Promise<OperationRequest>;

/** The two use cases of one operation. */
export function createOperation<Services extends OperationServices, Input>(
  services: Services,
  prepare: Prepare<Services, Input>,
) {
  return {
    run: async (caller: Caller, input: Input): Promise<TaskView> => {
      const findings = new Findings(caller.onConflict === 'queue' ? 'queue' : 'run');
      const request = await prepare(services, input, findings, caller);
      if (!findings.mustWait) rejectUnsafe(request);
      const { operation, parameters, cluster, attributes } = request;
      return viewTask(
        await submitTask(services.engine, caller, { operation, parameters, cluster, attributes }),
      );
    },
    plan: async (caller: Caller, input: Input): Promise<OperationPlan> => {
      const findings = new Findings('plan');
      const request = await prepare(services, input, findings, caller);
      const subtasks = await services.describeSubtasks(request.operation, request.parameters);
      return viewPlan({ ...request, checks: [...findings.checks, ...request.checks] }, subtasks);
    },
  };
}

function viewPlan(
  { checks, impact, override }: OperationRequest,
  subtasks: OperationPlan['subtasks'],
): OperationPlan {
  const judged = deriveVerdict(checks);
  const isLifted = judged.verdict === 'BLOCKED' && planOverride(judged, override).unyielding.length === 0;
  return {
    verdict: isLifted ? 'RISKY' : judged.verdict,
    checks: checks.map(viewCheck),
    leadersToMove: [...impact.leadersToMove],
    tenantsAffected: [...impact.tenantsAffected],
    overriddenByForce: planOverride(judged, fullForce).overridden.map((check) => check.name),
    subtasks,
    permanentOfflineInSec:
      impact.permanentOfflineInSec === null ? null : Math.round(impact.permanentOfflineInSec),
  };
}

function rejectUnsafe({ checks, override, subject, cluster }: OperationRequest): void {
  const judged = deriveVerdict(checks);
  if (judged.verdict !== 'BLOCKED') return;
  const { unyielding } = planOverride(judged, override);
  if (unyielding.length === 0) return;
  const details = { verdict: judged.verdict, checks: checks.map(viewCheck) };
  // The error's text ends the sentence itself.
  const reason = describeChecks(unyielding).replace(/\.$/, '');
  const failed = (name: string) => unyielding.find((check) => check.name === name);
  const name = cluster.name;
  if (failed('one-zone') !== undefined) throw new OcpError('KERNEL_CHECK_FAILED', { reason }, { details });
  if (failed('rolling-zones') !== undefined)
    throw new OcpError('ROLLING_NEEDS_ZONES', rollingArguments(name, failed('rolling-zones')), { details });
  if (failed('not-the-only-server') !== undefined) {
    const server = subject.replace(/^server /, '');
    throw new OcpError('SERVER_LAST_OF_CLUSTER', { server, cluster: name }, { details });
  }
  if (failed('cluster-reachable') !== undefined)
    throw new OcpError('CLUSTER_UNREACHABLE', { cluster: name, reason }, { details });
  const majority = failed('majority');
  if (majority?.result === 'FAIL') {
    const args = { target: subject, affected: majority.evidence.replace(/\.$/, '') };
    throw new OcpError('STOP_LOSES_MAJORITY', args, { details });
  }
  if (failed('locality') !== undefined || failed('holds-nothing') !== undefined)
    throw new OcpError('ZONE_HOLDS_DATA', { zone: subject.replace(/^zone /, ''), reason }, { details });
  throw new OcpError('KERNEL_CHECK_FAILED', { reason }, { details });
}

function rollingArguments(cluster: string, check: Check | undefined) {
  const actual = /has (\d+) zones/.exec(check?.evidence ?? '')?.[1] ?? '0';
  return { cluster, actual, required: '3' };
}
