/** What a user tenant of a new cluster is to look like. */
export interface TenantSpec {
  /** Default `tenant1`, `tenant2`, ... */
  readonly name?: string;
  /** Zones it has replicas in, the first ones of the cluster; default all. */
  readonly replicas?: number;
  /** `zone1;zone2,zone3`: ranks by semicolons, zones of one rank by commas. Default RANDOM. */
  readonly primaryZone?: string;
  /** A standby tenant replays the log of a primary elsewhere. */
  readonly role?: 'PRIMARY' | 'STANDBY';
  /** Units in each zone; default as many as the zone has servers. */
  readonly units?: number;
}

/** @throws Error that names the tenant and what is wrong with it */
export function checkTenants(
  specs: readonly TenantSpec[],
  zones: readonly string[],
  serversPerZone: number,
): void {
  const names = specs.map(({ name }, index) => name ?? defaultName(index));
  for (const [index, { replicas, primaryZone, units }] of specs.entries()) {
    const name = names[index] ?? '';
    const wrong = (what: string) => new Error(`tenant ${name}: ${what}`);
    if (!/^\w{1,63}$/.test(name)) throw wrong('the name has other characters than letters, digits and _');
    if (name === 'sys' || names.indexOf(name) !== index) throw wrong('there is another tenant of this name');
    if (replicas !== undefined && !isWithin(replicas, zones.length))
      throw wrong(`replicas must be from 1 to the number of zones, ${zones.length}`);
    if (units !== undefined && !isWithin(units, serversPerZone))
      throw wrong(`units must be from 1 to the servers of a zone, ${serversPerZone}`);
    const own = zones.slice(0, replicas ?? zones.length);
    const unknown = ranksOf(primaryZone)
      .flat()
      .find((zone) => !own.includes(zone));
    if (unknown !== undefined) throw wrong(`primary zone ${unknown} is none of its zones ${own.join(', ')}`);
  }
}

function isWithin(value: number, most: number): boolean {
  return Number.isInteger(value) && value >= 1 && value <= most;
}

export function defaultName(index: number): string {
  return `tenant${index + 1}`;
}

/** Empty for RANDOM. */
export function ranksOf(primaryZone: string | undefined): string[][] {
  if (primaryZone === undefined || primaryZone.toUpperCase() === 'RANDOM') return [];
  return primaryZone.split(';').map((rank) => rank.split(',').map((zone) => zone.trim()));
}

/** `name=pay,replicas=1,primary-zone=zone1,role=standby,units=1`, where primary zones of ranks are `zone1/zone2+zone3`. */
export function parseTenantSpec(text: string): TenantSpec {
  let spec: TenantSpec = {};
  for (const pair of text.split(',')) {
    const at = pair.indexOf('=');
    const value = pair.slice(at + 1);
    switch (at < 0 ? '' : pair.slice(0, at)) {
      case 'name':
        spec = { ...spec, name: value };
        break;
      case 'replicas':
        spec = { ...spec, replicas: Number(value) };
        break;
      case 'units':
        spec = { ...spec, units: Number(value) };
        break;
      case 'primary-zone':
        spec = { ...spec, primaryZone: value.replaceAll('/', ';').replaceAll('+', ',') };
        break;
      case 'role':
        if (!/^(primary|standby)$/i.test(value))
          throw new Error(`role is primary or standby, not '${value}'`);
        spec = { ...spec, role: value.toUpperCase() === 'STANDBY' ? 'STANDBY' : 'PRIMARY' };
        break;
      default:
        throw new Error(`expected name=, replicas=, units=, primary-zone= or role=, not '${pair}'`);
    }
  }
  return spec;
}
