/** The first subtask of whatever takes one server down: verdict, and the identity of the process. */
import type { StepContext } from '@openocp/engine';
import type { OverrideInput } from './override.ts';
import { type PreparedServer, recordServer } from './prepared-server.ts';
import { type AgentNeed, fetchStopSubject, fetchTarget, type ServerKey } from './server-target.ts';
import type { OperationServices } from './services.ts';
import { judgeVerdict, planOnceSettled } from './stop-verdict.ts';

/** @throws StepFailure when the verdict, or what an override leaves of it, forbids it. */
export async function prepareStop(
  context: StepContext,
  services: OperationServices,
  input: ServerKey & OverrideInput,
  agent: AgentNeed,
): Promise<PreparedServer> {
  const target = await fetchTarget(services, input, agent);
  const subject = await fetchStopSubject(services, input.clusterId, [target], 'STOP SERVER');
  const { snapshot, plan } = await planOnceSettled(context, services, input.clusterId, subject);
  const overridden = judgeVerdict(context, 'Stopping this server', plan, input);
  context.log.info(`${plan.leadersToMove.length} leaders to move.`);
  return recordServer(context, services, input, snapshot, overridden, agent);
}
