/**
 * Delete OB zone: only a zone without data. It is stopped, its servers leave the cluster and their processes end, proven to
 * hold nothing; then the kernel forgets the zone. Until a server has left, everything can be taken back.
 */
import { type Graph, type Operation, type Step, type StepContext, StepFailure } from '@openocp/engine';
import { z } from 'zod';
import { planZoneDelete } from '../planning/zone-membership-plan.ts';
import { mostMembers } from './membership.ts';
import { nothingOverridden } from './override.ts';
import {
  addCleans,
  addDeletes,
  addPrepareDeletes,
  addReleases,
  addUnreserve,
  addWaitLeft,
} from './server-delete.ts';
import { fetchTargets, lookAround } from './server-target.ts';
import type { OperationServices } from './services.ts';
import { addClusterStatusSteps, recordRolledBack } from './status-steps.ts';
import { addWaitNode } from './step-place.ts';
import { addDeleteZone, addForgetZone } from './zone-definition-steps.ts';
import { serversAtOnce } from './zone-graph.ts';
import { addStopZone, type PreparedZone, preparedZone, recordZone } from './zone-steps.ts';

const parameters = z.strictObject({
  clusterId: z.int(),
  zoneName: z.string(),
  /** All its servers; a zone may be empty. */
  serverIds: z.array(z.int()).max(mostMembers),
});
type ZoneDeleteParameters = z.infer<typeof parameters>;

export function zoneDelete(services: OperationServices): Operation<ZoneDeleteParameters> {
  return {
    name: 'zone-delete',
    title: 'Delete OB zone',
    parameters,
    concurrency: serversAtOnce,
    build: (graph, input) => build(graph, services, input),
  };
}

function build(graph: Graph, services: OperationServices, input: ZoneDeleteParameters): void {
  const { clusterId, zoneName, serverIds } = input;
  const prepare = graph.step({
    name: 'Prepare delete OB zone',
    after: [],
    timeoutMs: 300_000,
    effects: 'none',
    prohibitSkip: true,
    result: preparedZone,
    run: (context) => runPrepare(context, services, input),
    undo: (context) => recordRolledBack(context, services, clusterId),
  });
  const leaving = addPrepareDeletes(graph, services, {
    after: [prepare],
    clusterId,
    serverIds,
    skipHosts: false,
  });
  const known = leaving.length === 0 ? [prepare] : leaving;
  const stopped = addStopZone(graph, services, {
    after: known,
    clusterId,
    prepare,
    input: nothingOverridden,
  });
  const deletes = orBefore(addDeletes(graph, services, [stopped], leaving), stopped);
  const left = addWaitLeft(graph, services, { after: deletes, clusterId, prepares: leaving });
  const released = addWaitNode(graph, orBefore(addReleases(graph, services, [left], leaving), left));
  const cleaned = orBefore(addCleans(graph, services, [released], leaving), released);
  const deleted = addDeleteZone(graph, services, { after: cleaned, clusterId, zoneName });
  const unreserved = addUnreserve(graph, services, { after: [deleted], prepares: leaving, forget: true });
  const forgotten = addForgetZone(graph, services, { after: [unreserved], clusterId, zoneName });
  addClusterStatusSteps(graph, services, { after: [forgotten], clusterId });
}

function orBefore(steps: readonly Step<unknown>[], before: Step<unknown>) {
  return steps.length === 0 ? [before] : steps;
}

async function runPrepare(
  context: StepContext,
  services: OperationServices,
  input: ZoneDeleteParameters,
): Promise<PreparedZone> {
  const { clusterId, zoneName, serverIds } = input;
  const targets = await fetchTargets(services, clusterId, serverIds);
  const { snapshot, why } = await lookAround(services, clusterId, targets);
  for (const check of planZoneDelete(snapshot, zoneName, targets, why)) {
    if (check.result !== 'PASS')
      throw new StepFailure(
        `Zone ${zoneName} is not deleted: ${check.evidence} ${check.meaning} ${check.remedy}`,
      );
    context.log.info(check.evidence);
  }
  return recordZone(services, input, targets, snapshot, []);
}
