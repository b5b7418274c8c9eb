/** The parallel parts of the graphs of zones and clusters: one step for each server, joined where all must have ended. */
import type { Graph, Step } from '@openocp/engine';
import { z } from 'zod';
import type { ServerIntents } from '../planning/intents.ts';
import { type PreparedServer, preparedServer, recordServer } from './prepared-server.ts';
import { lookAround } from './server-target.ts';
import type { OperationServices } from './services.ts';
import { addStartAgent, addStartProcess, addWaitActive, type StartedAs } from './start-steps.ts';
import { addUpdateServer } from './status-steps.ts';
import { addWaitNode, type JoinUndo, type StepPlace } from './step-place.ts';
import { addStopProcess, type KillProof } from './stop-process-step.ts';

/** How many servers of one operation are worked on at once: each costs a session with the cluster and one with its agent. */
export const serversAtOnce = 32;

export const zoneParameters = {
  clusterId: z.int(),
  zoneName: z.string(),
  /** Its servers that the operation works on. */
  serverIds: z.array(z.int()),
  /** All its servers. */
  allServerIds: z.array(z.int()),
};

/** A server, and the step that recorded how it was. */
export interface PreparedStep {
  readonly serverId: number;
  readonly prepare: Step<PreparedServer>;
  /** Absent when there is only one server, which has no twins. */
  readonly parallelIdx?: number;
}

type After = readonly Step<unknown>[];

/** One step for each server, with its index where it has one. */
function forEach(
  servers: readonly PreparedStep[],
  add: (server: PreparedStep, place: Pick<StepPlace, 'parallelIdx'>) => Step<unknown>,
) {
  return servers.map((server) =>
    add(server, server.parallelIdx === undefined ? {} : { parallelIdx: server.parallelIdx }),
  );
}

/** What follows when there may be no server to work on. */
function orBefore(steps: After, before: After): After {
  return steps.length === 0 ? before : steps;
}

export interface PrepareServers {
  readonly name: 'Prepare stop observer' | 'Prepare start observer' | 'Prepare restart observer';
  readonly after: After;
  readonly clusterId: number;
  readonly serverIds: readonly number[];
}

export function addPrepareServers(
  graph: Graph,
  services: OperationServices,
  { name, after, clusterId, serverIds }: PrepareServers,
): PreparedStep[] {
  return serverIds.map((serverId, parallelIdx) => ({
    serverId,
    parallelIdx,
    prepare: graph.step({
      name,
      after,
      parallelIdx,
      timeoutMs: 300_000,
      effects: 'none',
      prohibitSkip: true,
      result: preparedServer,
      async run(context) {
        const record = await services.servers.fetch(clusterId, serverId);
        const { snapshot } = await lookAround(services, clusterId, record === undefined ? [] : [record]);
        return recordServer(context, services, { clusterId, serverId }, snapshot);
      },
      undo: { nothingToUndo: 'It only looks.' },
    }),
  }));
}

/** Everything that is prepared, joined; a zone without servers has nothing to prepare. */
export function joinPrepares(
  graph: Graph,
  servers: readonly PreparedStep[],
  before: Step<unknown>,
  undo?: JoinUndo,
): Step<unknown> {
  return addWaitNode(
    graph,
    orBefore(
      servers.map(({ prepare }) => prepare),
      [before],
    ),
    undo,
  );
}

/** A step without twins needs no node to join them. */
function joinOf(graph: Graph, steps: After, [first]: readonly PreparedStep[]): Step<unknown> {
  const [only] = steps;
  return only !== undefined && first !== undefined && first.parallelIdx === undefined
    ? only
    : addWaitNode(graph, steps);
}

/** ∥Stop observer process, joined. */
export function addStopProcesses(
  graph: Graph,
  services: OperationServices,
  after: After,
  servers: readonly PreparedStep[],
  proof: KillProof,
): Step<unknown> {
  const kills = forEach(servers, ({ prepare }, place) =>
    addStopProcess(graph, services, { ...place, after, prepare, proof, waits: true }),
  );
  return joinOf(graph, orBefore(kills, after), servers);
}

/** ∥Start observer process, one wait for all of them, ∥Start ocp agent service, joined. */
export function addStartProcesses(
  graph: Graph,
  services: OperationServices,
  after: After,
  servers: readonly PreparedStep[],
  {
    as,
    waitName,
  }: { readonly as: StartedAs; readonly waitName: 'Wait observer active' | 'Wait observer accessible' },
): Step<unknown> {
  const starts = forEach(servers, ({ prepare }, place) =>
    addStartProcess(graph, services, { ...place, after, prepare, as }),
  );
  const prepares = servers.map(({ prepare }) => prepare);
  const active = addWaitActive(graph, services, { after: orBefore(starts, after), prepares, name: waitName });
  const agents = forEach(servers, ({ prepare }, place) =>
    addStartAgent(graph, services, { ...place, after: [active], prepare }),
  );
  return joinOf(graph, orBefore(agents, [active]), servers);
}

/** ∥Update observer status. */
export function addUpdateServers(
  graph: Graph,
  services: OperationServices,
  after: After,
  servers: readonly PreparedStep[],
  intents: (former: PreparedServer['former']) => ServerIntents,
): After {
  const updates = forEach(servers, ({ prepare }, place) =>
    addUpdateServer(graph, services, { ...place, after, prepare, intents }),
  );
  return orBefore(updates, after);
}
