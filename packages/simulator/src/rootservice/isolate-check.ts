/** Whether ISOLATE is allowed: it asks for no majority, only that tenants keep a place to be led from. Pure. */
import type { InnerTables } from '../cluster/inner-tables.ts';
import type { TenantRow } from '../cluster/rows.ts';

/**
 * Free while nothing is stopped. Otherwise every tenant with units both on the target and on stopped servers must keep a
 * zone outside all of them, and, if it prefers zones, one in the regions of the most preferred.
 */
export function mayIsolate(tables: InnerTables, toStop: readonly string[], zone: string): boolean {
  const stopped = [...tables.servers].filter(([server]) => tables.isServiceStopped(server));
  if (stopped.length === 0) return true;
  const taken = new Set([zone, ...stopped.map(([, row]) => row.zone)]);
  const stoppedServers = new Set(stopped.map(([server]) => server));
  const hasUnit = (tenantId: number, on: (server: string) => boolean) =>
    [...tables.units.values()].some((unit) => unit.tenantId === tenantId && on(unit.server));
  return [...tables.tenants.values()]
    .filter(
      ({ tenantId }) =>
        hasUnit(tenantId, (server) => toStop.includes(server)) &&
        hasUnit(tenantId, (server) => stoppedServers.has(server)),
    )
    .every((tenant) => keepsPlace(tables, tenant, taken));
}

function keepsPlace(tables: InnerTables, tenant: TenantRow, taken: ReadonlySet<string>): boolean {
  const pools = [...tables.pools.values()].filter(({ tenantId }) => tenantId === tenant.tenantId);
  const left = pools.flatMap(({ zones }) => zones).filter((zone) => !taken.has(zone));
  if (left.length === 0) return false;
  const { primaryZone } = tenant;
  if (primaryZone === '' || primaryZone.toUpperCase() === 'RANDOM') return true;
  const [firstRank = ''] = primaryZone.split(';');
  const regions = new Set(firstRank.split(',').map((zone) => tables.zones.get(zone.trim())?.region));
  return left.some((zone) => {
    const row = tables.zones.get(zone);
    return row !== undefined && row.type !== 'ReadOnly' && regions.has(row.region);
  });
}
