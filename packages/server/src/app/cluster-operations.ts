/** Stopping, starting and restarting a whole cluster: what is checked before there is a task, and the task. */
import { type ClusterAction, type ClusterStatus, clusterStatusesOffering, OcpError } from '@openocp/contract';
import { noOverride } from '../planning/check.ts';
import { chooseBatches, planRollingRestart, type RollingSubject } from '../planning/rolling-restart-plan.ts';
import { planStart } from '../planning/start-plan.ts';
import { noImpact } from '../planning/stop-plan.ts';
import { planClusterStop } from '../planning/whole-cluster-plan.ts';
import type { Server } from '../store/servers.ts';
import type { App, Caller } from './app.ts';
import { deriveStatuses, type Inventory } from './inventory-view.ts';
import { type Findings, findAgents, findState } from './operation-findings.ts';
import { createOperation, type OperationRequest } from './operation-request.ts';
import {
  askedFor,
  attributesOf,
  loadFresh,
  onceSettled,
  overrideOf,
  type SubjectServices,
  targetOf,
} from './operation-subject.ts';

type ClusterUseCases = Pick<
  App,
  | 'clusterStop'
  | 'clusterStopPlan'
  | 'clusterStart'
  | 'clusterStartPlan'
  | 'clusterRestart'
  | 'clusterRestartPlan'
>;
type StopInput = Parameters<App['clusterStop']>[1];
type StartInput = Parameters<App['clusterStart']>[1];
type RestartInput = Parameters<App['clusterRestart']>[1];

export function createClusterOperations(services: SubjectServices): ClusterUseCases {
  const stop = createOperation(services, prepareStop);
  const start = createOperation(services, prepareStart);
  const restart = createOperation(services, prepareRestart);
  return {
    clusterStop: stop.run,
    clusterStopPlan: stop.plan,
    clusterStart: start.run,
    clusterStartPlan: start.plan,
    clusterRestart: restart.run,
    clusterRestartPlan: restart.plan,
  };
}

/** A server that has left the cluster keeps its row for a while. */
function membersOf({ servers }: Inventory): Server[] {
  return servers.filter(({ innerStatus }) => innerStatus !== null);
}

async function prepareStop(
  services: SubjectServices,
  { id, reason }: StopInput,
  findings: Findings,
  caller: Caller,
): Promise<OperationRequest> {
  const { inventory, look } = await loadFresh(services, id, findings, membersOf);
  const servers = membersOf(inventory);
  findClusterState(findings, inventory, 'stop');
  findAgents(findings, servers);
  const plan = planClusterStop(look.snapshot, look.why);
  return {
    ...aboutCluster(inventory, servers, 'STOPPED', { force: false, override: [], reason }),
    operation: 'cluster-stop',
    parameters: { clusterId: id, zones: byZone(inventory, servers), by: caller.username, reason },
    checks: plan.checks,
    impact: plan,
    override: noOverride,
  };
}

async function prepareStart(
  services: SubjectServices,
  { id }: StartInput,
  findings: Findings,
): Promise<OperationRequest> {
  const { inventory, look } = await loadFresh(services, id, findings, membersOf);
  const stoppedZones = inventory.zones.filter(({ intent }) => intent === 'STOPPED').map(({ name }) => name);
  const chosen = membersOf(inventory).filter(
    ({ ownIntent, zoneName }) => ownIntent !== 'PROCESS_STOPPED' && !stoppedZones.includes(zoneName),
  );
  findClusterState(findings, inventory, 'start');
  findSomethingToStart(findings, chosen);
  findAgents(findings, chosen);
  return {
    ...aboutCluster(inventory, chosen, 'RUNNING'),
    operation: 'cluster-start',
    parameters: { clusterId: id, zones: byZone(inventory, chosen) },
    checks: planStart(look.snapshot, chosen.map(targetOf), look.why),
    impact: noImpact,
    override: noOverride,
  };
}

async function prepareRestart(
  services: SubjectServices,
  input: RestartInput,
  findings: Findings,
  caller: Caller,
): Promise<OperationRequest> {
  const { id, force, override, reason, freezeServer, batchSize, healthyReadings } = input;
  const fresh = await loadFresh(services, id, findings, membersOf);
  const { inventory, look } = fresh;
  // What was stopped by itself is not started by a restart of the others.
  const servers = membersOf(inventory).filter(({ intent }) => intent === 'RUNNING');
  findClusterState(findings, inventory, 'restart');
  findAgents(findings, servers);
  const stoppedByUs = (await services.servers.listStoppedByUs(id)).map(targetOf);
  const batches = Map.groupBy(servers.map(targetOf), ({ zone }) => zone)
    .values()
    .toArray()
    .flatMap((own) => chooseBatches(look.snapshot, own, batchSize, stoppedByUs));
  const subject: RollingSubject = { clusterName: inventory.cluster.name, batches, stoppedByUs };
  const plan = await onceSettled(services, fresh, [], ({ snapshot, why }) =>
    planRollingRestart(snapshot, subject, why),
  );
  const idOf = new Map(servers.map((server) => [`${server.ip} ${server.rpcPort}`, server.id]));
  return {
    ...aboutCluster(inventory, servers, 'RUNNING', input),
    operation: 'cluster-restart',
    parameters: {
      clusterId: id,
      batches: batches.map((targets) => ({
        zoneName: targets[0]?.zone ?? '',
        serverIds: targets.flatMap(({ ip, rpcPort }) => idOf.get(`${ip} ${rpcPort}`) ?? []),
      })),
      freezeServer,
      healthyReadings,
      force,
      override,
      reason,
      by: caller.username,
    },
    checks: plan.checks,
    impact: plan,
    override: overrideOf(input),
  };
}

function byZone({ zones }: Inventory, servers: readonly Server[]) {
  return zones
    .map(({ name }) => ({
      name,
      serverIds: servers.filter(({ zoneName }) => zoneName === name).map(({ id }) => id),
    }))
    .filter(({ serverIds }) => serverIds.length > 0);
}

function findClusterState(findings: Findings, inventory: Inventory, action: ClusterAction): void {
  const { name } = inventory.cluster;
  const state: ClusterStatus = deriveStatuses(inventory).cluster;
  findState(findings, {
    subject: `Cluster ${name}`,
    state,
    allowed: clusterStatusesOffering(action),
    error: () => new OcpError('CLUSTER_STATE_NOT_ALLOWED', { cluster: name, state }),
  });
}

function findSomethingToStart(findings: Findings, chosen: readonly Server[]): void {
  const header = { name: 'something-to-start', looked: 'what servers and zones are meant to be' };
  if (chosen.length > 0) {
    findings.pass({ ...header, evidence: `${chosen.length} servers are started.` });
    return;
  }
  const evidence = 'Every server was stopped by itself or with its zone';
  const error = new OcpError('KERNEL_CHECK_FAILED', { reason: `${evidence}; start these servers or zones` });
  findings.refuse({ ...header, evidence: `${evidence}.` }, error, 'Start these servers or zones.');
}

function aboutCluster(
  inventory: Inventory,
  servers: readonly Server[],
  targetStatus: string,
  asked: Parameters<typeof askedFor>[0] = { force: false, override: [], reason: '' },
) {
  const zoneNames = [...new Set(servers.map(({ zoneName }) => zoneName))];
  return {
    cluster: inventory.cluster,
    subject: `cluster ${inventory.cluster.name}`,
    attributes: attributesOf(inventory, servers, zoneNames, {
      former_cluster_status: deriveStatuses(inventory).cluster,
      target_cluster_status: targetStatus,
      ...askedFor(asked),
    }),
  };
}
