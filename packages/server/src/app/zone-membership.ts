/** Adding a zone to a cluster and deleting one: what is checked before there is a task, and the task. */
import { OcpError, zoneStatusesOffering } from '@openocp/contract';
import { noOverride } from '../planning/check.ts';
import { noImpact } from '../planning/stop-plan.ts';
import { planZoneAdd, planZoneDelete } from '../planning/zone-membership-plan.ts';
import type { App } from './app.ts';
import type { Inventory } from './inventory-view.ts';
import { type MembershipServices, placeServers } from './membership-operations.ts';
import { type Findings, findAgents, findState } from './operation-findings.ts';
import { createOperation, type OperationRequest } from './operation-request.ts';
import { loadFresh, targetOf } from './operation-subject.ts';
import { aboutZone, idsOf, pickZone, statusOfZone } from './zone-operations.ts';

type ZoneMembership = Pick<App, 'zoneAdd' | 'zoneAddPlan' | 'zoneDelete' | 'zoneDeletePlan'>;
type AddInput = Parameters<App['zoneAdd']>[1];
type DeleteInput = Parameters<App['zoneDelete']>[1];

export function createZoneMembership(services: MembershipServices): ZoneMembership {
  const add = createOperation(services, prepareAdd);
  const remove = createOperation(services, prepareDelete);
  return {
    zoneAdd: add.run,
    zoneAddPlan: add.plan,
    zoneDelete: remove.run,
    zoneDeletePlan: remove.plan,
  };
}

async function prepareAdd(
  services: MembershipServices,
  { id, name, idcName, regionName, servers: hostIds, ...wishes }: AddInput,
  findings: Findings,
): Promise<OperationRequest> {
  const { inventory, look } = await loadFresh(services, id, findings, () => []);
  const { cluster } = inventory;
  if (inventory.zones.some((zone) => zone.name === name))
    throw new OcpError('ZONE_EXISTS', { cluster: cluster.name, zone: name });
  const servers = await placeServers(services, inventory, hostIds, wishes);
  const region = regionName ?? chooseRegion(inventory, idcName);
  return {
    ...aboutZone(inventory, name, [], 'RUNNING'),
    operation: 'zone-add',
    parameters: { clusterId: id, zoneName: name, region, idc: idcName, servers },
    checks: planZoneAdd(look.snapshot, name, servers, look.why),
    impact: noImpact,
    override: noOverride,
  };
}

/** An IDC lies in one region; where the cluster does not know it yet, the region that all its zones share. */
function chooseRegion({ zones }: Inventory, idcName: string): string {
  const [ofIdc] = zones.filter(({ idc }) => idc === idcName);
  if (ofIdc !== undefined) return ofIdc.region;
  const regions = new Set(zones.map(({ region }) => region));
  const [only] = regions;
  if (only !== undefined && regions.size === 1) return only;
  throw new OcpError('INVALID_PARAMETER', {
    parameter: 'regionName',
    reason: `no zone of the cluster is in IDC ${idcName}, and its zones are in ${regions.size} regions: name one`,
  });
}

async function prepareDelete(
  services: MembershipServices,
  { id, zoneName }: DeleteInput,
  findings: Findings,
): Promise<OperationRequest> {
  const { inventory, look } = await loadFresh(services, id, findings, (known) => pickZone(known, zoneName));
  const servers = pickZone(inventory, zoneName);
  const state = statusOfZone(inventory, zoneName);
  // An empty zone has no status of its own that could stand in the way.
  if (servers.length > 0)
    findState(findings, {
      subject: `Zone ${zoneName}`,
      state,
      allowed: zoneStatusesOffering('delete'),
      error: () => new OcpError('ZONE_STATE_NOT_ALLOWED', { zone: zoneName, state }),
    });
  findAgents(findings, servers);
  return {
    ...aboutZone(inventory, zoneName, servers, 'DELETED'),
    operation: 'zone-delete',
    parameters: { clusterId: id, zoneName, serverIds: idsOf(servers) },
    checks: planZoneDelete(look.snapshot, zoneName, servers.map(targetOf), look.why),
    impact: noImpact,
    override: noOverride,
  };
}
