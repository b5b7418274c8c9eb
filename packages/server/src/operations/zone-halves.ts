/** The halves of the graphs of one zone: what takes it down, and what brings it up again. */
import type { Graph, Step } from '@openocp/engine';
import { intendAgain } from '../planning/intents.ts';
import type { OverrideInput } from './override.ts';
import type { OperationServices } from './services.ts';
import { addClusterStatusSteps, recordRolledBack } from './status-steps.ts';
import {
  addPrepareServers,
  addStartProcesses,
  addStopProcesses,
  addUpdateServers,
  joinPrepares,
  type PreparedStep,
} from './zone-graph.ts';
import {
  addStartZone,
  addStopZone,
  addUpdateOwnZone,
  type PreparedZone,
  preparedZone,
  prepareZoneStop,
  type ZoneKey,
} from './zone-steps.ts';

/** All servers of the zone; some of them may be left alone by the operation. */
export type WholeZoneKey = ZoneKey & { readonly allServerIds: readonly number[] };

export interface ZoneInProgress {
  readonly prepare: Step<PreparedZone>;
  readonly servers: readonly PreparedStep[];
  /** What the next step follows. */
  readonly after: Step<unknown>;
}

interface TakeDownNames {
  readonly zone: 'Prepare stop OB zone' | 'Prepare restart OB zone';
  readonly server: 'Prepare stop observer' | 'Prepare restart observer';
}

/** Verdict, "Stop zone", and every process of the zone ended. */
export function addTakeZoneDown(
  graph: Graph,
  services: OperationServices,
  input: WholeZoneKey & OverrideInput,
  names: TakeDownNames,
): ZoneInProgress {
  const { clusterId, serverIds, allServerIds } = input;
  const prepare = graph.step({
    name: names.zone,
    after: [],
    timeoutMs: 1_800_000,
    effects: 'none',
    prohibitSkip: true,
    result: preparedZone,
    run: (context) => prepareZoneStop(context, services, input),
    undo: (context) => recordRolledBack(context, services, clusterId),
  });
  const isolate = addStopZone(graph, services, { after: [prepare], clusterId, prepare, input });
  const name = names.server;
  const servers = addPrepareServers(graph, services, { name, after: [isolate], clusterId, serverIds });
  const known = joinPrepares(graph, servers, isolate);
  const proof = { kind: 'isolated', by: 'STOP ZONE', isolate, together: allServerIds, input } as const;
  return { prepare, servers, after: addStopProcesses(graph, services, [known], servers, proof) };
}

/** From "Start observer process" to the end of the operation. */
export function addBringZoneUp(
  graph: Graph,
  services: OperationServices,
  { clusterId, allServerIds }: WholeZoneKey,
  { prepare, servers, after }: ZoneInProgress,
): void {
  const started = addStartProcesses(graph, services, [after], servers, {
    as: { kind: 'zone', together: allServerIds },
    waitName: 'Wait observer active',
  });
  const updated = addUpdateServers(graph, services, [started], servers, intendAgain);
  const serve = addStartZone(graph, services, { after: updated, clusterId, prepare });
  const zone = addUpdateOwnZone(graph, services, {
    after: [serve],
    clusterId,
    prepare,
    now: 'RUNNING',
    mayBeActive: true,
  });
  addClusterStatusSteps(graph, services, { after: [zone], clusterId });
}
