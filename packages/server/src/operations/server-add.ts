/**
 * Add OB server: start observers in empty homes whose software is there, add them to their zone, restart them without
 * their first parameters, and see them in service.
 */
import { type Graph, type Operation, type Step, type StepContext, StepFailure } from '@openocp/engine';
import { z } from 'zod';
import { findServer, type ZoneRow } from '../domain/cluster-snapshot.ts';
import { formatAddress } from '../domain/server-address.ts';
import type { PreparedServer } from './prepared-server.ts';
import {
  type AddedServers,
  addedServer,
  addJoin,
  addMakeFolders,
  addPreCheck,
  addReserve,
  addRestartProcess,
  addStartWithParameters,
  addVerifySoftware,
  addWaitActiveAgain,
  type JoinedCluster,
  joinedCluster,
} from './server-add-steps.ts';
import { lookAround } from './server-target.ts';
import type { OperationServices } from './services.ts';
import { addStartAgent, addWaitActive } from './start-steps.ts';
import { addClusterStatusSteps, addUpdateServer, addUpdateZone, recordRolledBack } from './status-steps.ts';
import { addWaitNode, type StepPlace } from './step-place.ts';
import { serversAtOnce } from './zone-graph.ts';

const parameters = z.strictObject({
  clusterId: z.int(),
  zoneName: z.string(),
  servers: z.array(addedServer).min(1).max(100),
});
type ServerAddParameters = z.infer<typeof parameters>;

/** A handful is enough to find the cluster, and a command line is not endless. */
const mostRootServers = 5;

export function serverAdd(services: OperationServices): Operation<ServerAddParameters> {
  return {
    name: 'server-add',
    title: 'Add OB server',
    parameters,
    concurrency: serversAtOnce,
    build: (graph, input) => build(graph, services, input),
  };
}

function build(graph: Graph, services: OperationServices, input: ServerAddParameters): void {
  const { clusterId, zoneName, servers } = input;
  const added = addAddition(graph, services, input);
  const zone = addUpdateZone(graph, services, {
    after: [added],
    clusterId,
    at: () => ({ zone: zoneName, avoid: servers }),
  });
  addClusterStatusSteps(graph, services, { after: [zone], clusterId });
}

/** Everything but the end; also the first half of a replacement. @returns the step that ends it. */
export function addAddition(graph: Graph, services: OperationServices, input: ServerAddParameters) {
  const { clusterId } = input;
  const cluster = graph.step({
    name: 'Prepare add observer',
    after: [],
    timeoutMs: 300_000,
    effects: 'none',
    prohibitSkip: true,
    result: joinedCluster,
    run: (context) => runPrepare(context, services, input),
    undo: (context) => recordRolledBack(context, services, clusterId),
  });
  const reserve = addReserve(graph, services, { after: [cluster], ...input });
  const prepares = addPreChecks(graph, services, input, reserve);
  const checked = addWaitNode(graph, prepares);
  return addNewServers(graph, services, { after: [checked], clusterId, cluster, prepares });
}

/** ∥Pre check for install OB. */
export function addPreChecks(
  graph: Graph,
  services: OperationServices,
  of: AddedServers,
  reserve: Step<number[]>,
): Step<PreparedServer>[] {
  return of.servers.map((server, parallelIdx) =>
    addPreCheck(graph, services, { after: [reserve], parallelIdx, reserve, server, index: parallelIdx, of }),
  );
}

interface NewServers extends StepPlace {
  readonly clusterId: number;
  readonly cluster: Step<JoinedCluster>;
  readonly prepares: readonly Step<PreparedServer>[];
}

/** From the software to the service, in a zone that is active. @returns the step that ends it. */
export function addNewServers(
  graph: Graph,
  services: OperationServices,
  { after, clusterId, cluster, prepares }: NewServers,
): Step<unknown> {
  const installs = prepares.map((prepare, parallelIdx) =>
    addVerifySoftware(graph, services, { after, parallelIdx, prepare }),
  );
  const installed = addWaitNode(graph, installs);
  const folders = prepares.map((prepare, parallelIdx) =>
    addMakeFolders(graph, services, { after: [installed], parallelIdx, prepare }),
  );
  const made = addWaitNode(graph, folders);
  const starts = prepares.map((prepare, parallelIdx) =>
    addStartWithParameters(graph, services, { after: [made], parallelIdx, prepare, cluster }),
  );
  const started = addWaitNode(graph, starts);
  const joined = addJoin(graph, services, { after: [started], clusterId, prepares });
  const active = addWaitActive(graph, services, { after: [joined], prepares });
  const restarted = addRestartProcess(graph, services, { after: [active], clusterId, prepares });
  const again = addWaitActiveAgain(graph, services, { after: [restarted], restarted });
  const agents = prepares.map((prepare, parallelIdx) =>
    addStartAgent(graph, services, { after: [again], parallelIdx, prepare }),
  );
  const watched = addWaitNode(graph, agents);
  const updates = prepares.map((prepare, parallelIdx) =>
    addUpdateServer(graph, services, {
      after: [watched],
      parallelIdx,
      prepare,
      intents: () => ({ intent: 'RUNNING', ownIntent: 'RUNNING' }),
    }),
  );
  return addWaitNode(graph, updates);
}

function runPrepare(
  context: StepContext,
  services: OperationServices,
  input: ServerAddParameters,
): Promise<JoinedCluster> {
  const { zoneName } = input;
  return prepareJoin(context, services, input, (zones) => {
    const zone = zones.find(({ name }) => name === zoneName);
    if (zone?.status !== 'ACTIVE')
      throw new StepFailure(
        `Zone ${zoneName} is ${zone?.status ?? 'not in the cluster'}; a server is added to an active zone. Start the zone first.`,
      );
  });
}

/** @param judge throws when the zones are not as the servers need them. */
export async function prepareJoin(
  context: StepContext,
  services: OperationServices,
  { clusterId, servers }: Pick<ServerAddParameters, 'clusterId' | 'servers'>,
  judge: (zones: readonly ZoneRow[]) => void,
): Promise<JoinedCluster> {
  const cluster = await services.clusters.fetch(clusterId);
  if (cluster === undefined) throw new StepFailure(`Cluster ${clusterId} is not managed any more.`);
  const { snapshot, why } = await lookAround(services, clusterId, servers);
  if (snapshot === undefined) throw new StepFailure(`The cluster does not answer: ${why}`);
  if (!snapshot.servers.ok || !snapshot.zones.ok)
    throw new StepFailure('DBA_OB_SERVERS and DBA_OB_ZONES cannot be read.');
  judge(snapshot.zones.rows);
  for (const server of servers)
    if (findServer(snapshot, server) !== undefined)
      throw new StepFailure(`${formatAddress(server)} is part of the cluster already.`);
  const serving = snapshot.servers.rows.filter(
    ({ status, startServiceTime }) => status === 'ACTIVE' && startServiceTime !== null,
  );
  const rsList = serving
    .toSorted((a, b) => Number(b.withRootServer) - Number(a.withRootServer))
    .slice(0, mostRootServers)
    .map((server) => `${formatAddress(server)}:${server.sqlPort}`)
    .join(';');
  context.log.info(`New servers of ${cluster.name} ask ${rsList} first.`);
  return { name: cluster.name, obClusterId: cluster.obClusterId, rsList };
}
