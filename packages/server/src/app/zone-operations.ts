/** Stopping, starting and restarting a zone: what is checked before there is a task, and the task. */
import { OcpError, type ZoneAction, type ZoneStatus, zoneStatusesOffering } from '@openocp/contract';
import { noOverride } from '../planning/check.ts';
import { planStart } from '../planning/start-plan.ts';
import { noImpact } from '../planning/stop-plan.ts';
import type { Server } from '../store/servers.ts';
import type { App } from './app.ts';
import { deriveStatuses, type Inventory } from './inventory-view.ts';
import { type Findings, findAgents, findState } from './operation-findings.ts';
import { createOperation, type OperationRequest, type Prepare } from './operation-request.ts';
import {
  askedFor,
  attributesOf,
  loadFresh,
  overrideOf,
  planStopOnceSettled,
  type SubjectServices,
  stopSubjectOf,
  targetOf,
} from './operation-subject.ts';

type ZoneUseCases = Pick<
  App,
  'zoneStop' | 'zoneStopPlan' | 'zoneStart' | 'zoneStartPlan' | 'zoneRestart' | 'zoneRestartPlan'
>;
type StopInput = Parameters<App['zoneStop']>[1];
type StartInput = Parameters<App['zoneStart']>[1];

export function createZoneOperations(services: SubjectServices): ZoneUseCases {
  const stop = createOperation<SubjectServices, StopInput>(services, (...asked) =>
    prepareTakingDown('stop', ...asked),
  );
  const start = createOperation(services, prepareStart);
  const restart = createOperation<SubjectServices, StopInput>(services, (...asked) =>
    prepareTakingDown('restart', ...asked),
  );
  return {
    zoneStop: stop.run,
    zoneStopPlan: stop.plan,
    zoneStart: start.run,
    zoneStartPlan: start.plan,
    zoneRestart: restart.run,
    zoneRestartPlan: restart.plan,
  };
}

/** @throws OcpError ZONE_NOT_FOUND */
export function pickZone({ cluster, zones, servers }: Inventory, zoneName: string): Server[] {
  if (!zones.some(({ name }) => name === zoneName))
    throw new OcpError('ZONE_NOT_FOUND', { clusterId: cluster.id, zone: zoneName });
  // A server that has left the cluster keeps its row for a while.
  return servers.filter((server) => server.zoneName === zoneName && server.innerStatus !== null);
}

/** Those that are down, or up, because of the zone alone; what an operator stopped by itself is left alone. */
function withoutStoppedByThemselves(servers: readonly Server[]): Server[] {
  return servers.filter(({ ownIntent }) => ownIntent !== 'PROCESS_STOPPED');
}

async function prepareTakingDown(
  action: 'stop' | 'restart',
  ...[services, input, findings, caller]: Parameters<Prepare<SubjectServices, StopInput>>
): Promise<OperationRequest> {
  const { id, zoneName, force, override, reason } = input;
  const fresh = await loadFresh(services, id, findings, (known) => pickZone(known, zoneName));
  const all = pickZone(fresh.inventory, zoneName);
  findZoneState(findings, fresh.inventory, zoneName, action);
  findAgents(findings, all);
  const subject = await stopSubjectOf(services, id, all, 'STOP ZONE');
  const plan = await planStopOnceSettled(services, fresh, subject);
  const chosen = action === 'stop' ? all : withoutStoppedByThemselves(all);
  const own = { force, override, reason, by: caller.username };
  return {
    ...aboutZone(fresh.inventory, zoneName, all, action === 'stop' ? 'STOPPED' : 'RUNNING', input),
    operation: `zone-${action}`,
    parameters: { clusterId: id, zoneName, serverIds: idsOf(chosen), allServerIds: idsOf(all), ...own },
    checks: plan.checks,
    impact: plan,
    override: overrideOf(input),
  };
}

async function prepareStart(
  services: SubjectServices,
  { id, zoneName }: StartInput,
  findings: Findings,
): Promise<OperationRequest> {
  const { inventory, look } = await loadFresh(services, id, findings, (known) => pickZone(known, zoneName));
  const all = pickZone(inventory, zoneName);
  const chosen = withoutStoppedByThemselves(all);
  findZoneState(findings, inventory, zoneName, 'start');
  findSomethingToStart(findings, inventory, zoneName, chosen);
  findAgents(findings, all);
  return {
    ...aboutZone(inventory, zoneName, all, 'RUNNING'),
    operation: 'zone-start',
    parameters: { clusterId: id, zoneName, serverIds: idsOf(chosen), allServerIds: idsOf(all) },
    checks: planStart(look.snapshot, chosen.map(targetOf), look.why),
    impact: noImpact,
    override: noOverride,
  };
}

export const idsOf = (servers: readonly Server[]) => servers.map(({ id }) => id);

export function statusOfZone(inventory: Inventory, zoneName: string): ZoneStatus {
  return deriveStatuses(inventory).zones.get(zoneName) ?? 'UNAVAILABLE';
}

function findZoneState(findings: Findings, inventory: Inventory, zoneName: string, action: ZoneAction): void {
  const state = statusOfZone(inventory, zoneName);
  findState(findings, {
    subject: `Zone ${zoneName}`,
    state,
    allowed: zoneStatusesOffering(action),
    error: () => new OcpError('ZONE_STATE_NOT_ALLOWED', { zone: zoneName, state }),
  });
}

/** A zone whose servers were all stopped one by one is not started over their operator's head. */
function findSomethingToStart(
  findings: Findings,
  { zones }: Inventory,
  zoneName: string,
  chosen: readonly Server[],
): void {
  const header = { name: 'something-to-start', looked: 'what servers and zone are meant to be' };
  const isActive = zones.find(({ name }) => name === zoneName)?.status === 'ACTIVE';
  if (chosen.length > 0 || !isActive) {
    findings.pass({ ...header, evidence: `${chosen.length} servers are started, and the zone.` });
    return;
  }
  const reason = `every server of zone ${zoneName} was stopped by itself, and the zone was not`;
  findings.refuse(
    { ...header, evidence: `Every server of zone ${zoneName} was stopped by itself; the zone is active.` },
    new OcpError('KERNEL_CHECK_FAILED', { reason: `${reason}; start these servers` }),
    'Start these servers.',
  );
}

export function aboutZone(
  inventory: Inventory,
  zoneName: string,
  servers: readonly Server[],
  targetStatus: string,
  asked: Parameters<typeof askedFor>[0] = { force: false, override: [], reason: '' },
) {
  return {
    cluster: inventory.cluster,
    subject: `zone ${zoneName}`,
    attributes: attributesOf(inventory, servers, [zoneName], {
      former_cluster_status: 'RUNNING',
      target_cluster_status: 'RUNNING',
      zone_name: zoneName,
      former_zone_status: statusOfZone(inventory, zoneName),
      target_zone_status: targetStatus,
      ...askedFor(asked),
    }),
  };
}
