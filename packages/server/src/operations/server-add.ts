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
  addedServers,
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
  servers: addedServers,
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
  const { zoneName } = input;
  const newcomers = addPrepareJoin(graph, services, input, {
    name: 'Prepare add observer',
    judge(zones) {
      const zone = zones.find(({ name }) => name === zoneName);
      if (zone?.status !== 'ACTIVE')
        throw new StepFailure(
          `Zone ${zoneName} is ${zone?.status ?? 'not in the cluster'}; a server is added to an active zone. Start the zone first.`,
        );
    },
  });
  return addNewServers(graph, services, { ...newcomers, after: [newcomers.checked] });
}

export interface Newcomers {
  readonly clusterId: number;
  readonly cluster: Step<JoinedCluster>;
  readonly prepares: readonly Step<PreparedServer>[];
  /** Everything has been looked at; nothing but records of the product has changed. */
  readonly checked: Step<unknown>;
}

export interface PrepareJoin {
  readonly name: 'Prepare add observer' | 'Prepare add zone';
  /** Throws when the zones are not as the servers need them. */
  readonly judge: (zones: readonly ZoneRow[]) => void;
}

/** How every addition begins: the cluster, "Reserve host", ∥Pre check for install OB, joined. */
export function addPrepareJoin(
  graph: Graph,
  services: OperationServices,
  added: AddedServers,
  { name, judge }: PrepareJoin,
): Newcomers {
  const { clusterId, servers } = added;
  const cluster = graph.step({
    name,
    after: [],
    timeoutMs: 300_000,
    effects: 'none',
    prohibitSkip: true,
    result: joinedCluster,
    run: (context) => findCluster(context, services, added, judge),
    undo: (context) => recordRolledBack(context, services, clusterId),
  });
  const reserve = addReserve(graph, services, { after: [cluster], ...added });
  const prepares = servers.map((server, index) =>
    addPreCheck(graph, services, { after: [reserve], parallelIdx: index, reserve, server, index, of: added }),
  );
  return { clusterId, cluster, prepares, checked: addWaitNode(graph, prepares) };
}

/** From the software to the service, in a zone that is active. @returns the step that ends it. */
export function addNewServers(
  graph: Graph,
  services: OperationServices,
  { after, clusterId, cluster, prepares }: Omit<Newcomers, 'checked'> & StepPlace,
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

async function findCluster(
  context: StepContext,
  services: OperationServices,
  { clusterId, servers }: AddedServers,
  judge: PrepareJoin['judge'],
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
