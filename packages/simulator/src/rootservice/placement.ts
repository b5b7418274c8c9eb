/**
 * Where units and replicas should be, as against where they are. Pure: the tables in, the next steps out, each of which
 * leaves a state from which the rest can be planned anew. So a root service that takes over just goes on.
 *
 * Replicas follow units: in each zone of a tenant, a stream has its replica on a server with a unit of the tenant (of
 * the stream's unit group). Units leave servers that are being deleted or are permanently offline, if the zone has room.
 */
import type { InnerTables } from '../cluster/inner-tables.ts';
import type { LsRow, ServerRow, TenantRow, UnitRow } from '../cluster/rows.ts';
import { serverCapacity } from '../cluster/server-capacity.ts';

export interface PlacementView {
  readonly tables: InnerTables;
  /** Longer away than `server_permanent_offline_time`. */
  readonly isLost: (server: string) => boolean;
}

export interface ReplicaStep {
  readonly stream: LsRow;
  readonly type: 'MIGRATE LS REPLICA' | 'ADD LS REPLICA' | 'REMOVE LS PAXOS REPLICA';
  /** Has to be built there first. */
  readonly add: string | undefined;
  readonly remove: string | undefined;
}

export interface Placement {
  /** Units that leave their server, and where to. */
  readonly unitMoves: readonly (readonly [UnitRow, string])[];
  /** Units whose replicas have all left the old server. */
  readonly unitsArrived: readonly UnitRow[];
  /** At most one for each stream. */
  readonly replicaSteps: readonly ReplicaStep[];
  /** Servers being deleted that hold nothing any more. */
  readonly emptied: readonly string[];
}

export function planPlacement(view: PlacementView): Placement {
  const { tables, isLost } = view;
  const units = [...tables.units.values()];
  const leaving = units.filter((unit) => {
    const row = tables.servers.get(unit.server);
    return unit.migrateFrom === '' && (row === undefined || row.status === 'DELETING' || isLost(unit.server));
  });
  const streams = [...tables.streams.values()];
  return {
    unitMoves: planUnitMoves(view, leaving),
    unitsArrived: units.filter(
      (unit) => unit.migrateFrom !== '' && !streams.some((stream) => isLeft(tables, stream, unit)),
    ),
    replicaSteps: streams.flatMap((stream) => stepOf(view, stream) ?? []),
    emptied: [...tables.servers]
      .filter(([server, { status }]) => status === 'DELETING' && !holdsAnything(tables, server))
      .map(([server]) => server),
  };
}

/** Several units that leave at once share what room there is. */
function planUnitMoves(view: PlacementView, leaving: readonly UnitRow[]): [UnitRow, string][] {
  const planned: [UnitRow, string][] = [];
  for (const unit of leaving) {
    const target = chooseServer(view, unit, planned);
    if (target !== undefined) planned.push([unit, target]);
  }
  return planned;
}

/** A server with room for the unit, the emptiest of them. */
export function chooseServer(
  view: PlacementView,
  unit: UnitRow,
  planned: readonly (readonly [UnitRow, string])[] = [],
): string | undefined {
  const { tables } = view;
  const load = (server: string) => unitsOn(tables, server, planned).length;
  return serversFor(view, unit, planned)
    .filter((server) => hasRoom(tables, server, unit, planned))
    .sort((a, b) => load(a) - load(b))[0];
}

/** Servers of the zone that work and have no unit of the tenant, with room or without. */
export function serversFor(
  { tables, isLost }: PlacementView,
  unit: UnitRow,
  planned: readonly (readonly [UnitRow, string])[],
): string[] {
  return [...tables.servers]
    .filter(
      ([server, row]) =>
        server !== unit.server &&
        row.zone === unit.zone &&
        isAvailable(row) &&
        !isLost(server) &&
        !unitsOn(tables, server, planned).some(({ tenantId }) => tenantId === unit.tenantId),
    )
    .map(([server]) => server);
}

function isAvailable({ status, lastOfflineTime, startServiceTime }: ServerRow): boolean {
  return status === 'ACTIVE' && lastOfflineTime === 0 && startServiceTime !== 0;
}

function unitsOn(
  tables: InnerTables,
  server: string,
  planned: readonly (readonly [UnitRow, string])[],
): UnitRow[] {
  const here = [...tables.units.values()].filter(
    (unit) => unit.server === server || unit.migrateFrom === server,
  );
  return [...here, ...planned.filter(([, target]) => target === server).map(([unit]) => unit)];
}

function hasRoom(
  tables: InnerTables,
  server: string,
  unit: UnitRow,
  planned: readonly (readonly [UnitRow, string])[],
): boolean {
  const all = [...unitsOn(tables, server, planned), unit];
  const sum = (of: 'maxCpu' | 'memorySize') =>
    all.reduce(
      (total, { unitConfigId }) => total + (tables.unitConfigs.get(String(unitConfigId))?.[of] ?? 0),
      0,
    );
  return (
    sum('maxCpu') <= serverCapacity.cpu &&
    sum('memorySize') <= serverCapacity.memoryLimit - serverCapacity.systemMemory
  );
}

/** The tenant whose units a stream lives in: a meta tenant has none of its own. */
function ownerOf({ tenantId }: LsRow, tenant: TenantRow | undefined): number {
  return tenant?.tenantType === 'META' ? tenantId + 1 : tenantId;
}

/** A replica of the stream is still where the unit was. */
function isLeft(tables: InnerTables, stream: LsRow, unit: UnitRow): boolean {
  const tenant = tables.tenants.get(String(stream.tenantId));
  return ownerOf(stream, tenant) === unit.tenantId && stream.members.includes(unit.migrateFrom);
}

function holdsAnything(tables: InnerTables, server: string): boolean {
  return (
    [...tables.units.values()].some((unit) => unit.server === server || unit.migrateFrom === server) ||
    [...tables.streams.values()].some(({ members }) => members.includes(server))
  );
}

function stepOf(view: PlacementView, stream: LsRow): ReplicaStep | undefined {
  const { tables } = view;
  const tenant = tables.tenants.get(String(stream.tenantId));
  const gone = stream.members.find((member) => !tables.servers.has(member));
  if (gone !== undefined) return removal(view, stream, gone);
  const units = [...tables.units.values()].filter(
    (unit) =>
      unit.tenantId === ownerOf(stream, tenant) &&
      (stream.unitGroupId === 0 || unit.unitGroupId === stream.unitGroupId),
  );
  for (const zone of new Set(units.map((unit) => unit.zone))) {
    const homes = units.filter((unit) => unit.zone === zone).map((unit) => unit.server);
    const step = stepInZone(view, stream, zone, homes);
    if (step !== undefined) return step;
  }
  return undefined;
}

function stepInZone(
  view: PlacementView,
  stream: LsRow,
  zone: string,
  homes: readonly string[],
): ReplicaStep | undefined {
  const { tables, isLost } = view;
  const current = stream.members.find((member) => tables.servers.get(member)?.zone === zone);
  const target = homes.find((home) => {
    const row = tables.servers.get(home);
    return row !== undefined && row.lastOfflineTime === 0 && row.startServiceTime !== 0;
  });
  if (current === undefined) {
    const isMissing = stream.members.length < stream.replicaNum && target !== undefined;
    return isMissing ? { stream, type: 'ADD LS REPLICA', add: target, remove: undefined } : undefined;
  }
  if (homes.includes(current)) return isLost(current) ? removal(view, stream, current) : undefined;
  return target === undefined
    ? undefined
    : { stream, type: 'MIGRATE LS REPLICA', add: target, remove: current };
}

/** Only while the others are a majority without it. */
function removal({ tables }: PlacementView, stream: LsRow, member: string): ReplicaStep | undefined {
  const left = stream.members.filter((one) => {
    const row = tables.servers.get(one);
    return one !== member && row !== undefined && row.lastOfflineTime === 0;
  });
  const majority = Math.floor(stream.replicaNum / 2) + 1;
  if (left.length < majority) return undefined;
  return { stream, type: 'REMOVE LS PAXOS REPLICA', add: undefined, remove: member };
}
