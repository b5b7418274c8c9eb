/**
 * The first state of a cluster: servers, zones, tenants with their units and log streams. As the kernel does for a
 * tenant without a preferred zone, a user tenant gets one stream for each unit group and zone, so that every server
 * leads one; replicas of a stream sit on the servers of one unit group, one in each zone.
 */
import { addressOf } from '../address.ts';
import {
  type Change,
  InnerTables,
  locationKey,
  lsKey,
  type TablesImage,
  userKey,
} from '../cluster/inner-tables.ts';
import { buildOf, buildVersionOf, type KernelVersion } from '../cluster/kernel-version.ts';
import type { TenantRow } from '../cluster/rows.ts';
import { passwordHash } from '../mysql/native-password.ts';
import { nowUs } from '../timing.ts';
import type { PlannedServer } from './cluster-plan.ts';
import { defaultName, ranksOf, type TenantSpec } from './tenant-spec.ts';

export interface GenesisOptions {
  readonly servers: readonly PlannedServer[];
  readonly tenants: readonly TenantSpec[];
  readonly version: KernelVersion;
  readonly rootPassword: string;
  readonly clusterName: string;
  readonly clusterId: number;
}

const gib = 1024 ** 3;

export function genesisTables(options: GenesisOptions): TablesImage {
  const genesis = new Genesis(options);
  genesis.addCluster();
  genesis.addTenant({ tenantId: 1, tenantName: 'sys', tenantType: 'SYS' }, { units: 1 });
  for (const [index, spec] of options.tenants.entries()) {
    const tenantId = 1002 + index * 2;
    const tenantName = spec.name ?? defaultName(index);
    // The meta tenant of a standby is no standby itself.
    const { role: _role, ...meta } = spec;
    genesis.addTenant({ tenantId: tenantId - 1, tenantName: `META$${tenantId}`, tenantType: 'META' }, meta);
    genesis.addTenant({ tenantId, tenantName, tenantType: 'USER' }, spec);
  }
  return genesis.image();
}

class Genesis {
  readonly #options: GenesisOptions;
  readonly #changes: Change[] = [];
  readonly #now = nowUs();
  readonly #zones: readonly string[];
  #streamCount = 0;
  #unitId = 0;

  constructor(options: GenesisOptions) {
    this.#options = options;
    this.#zones = [...new Set(options.servers.map(({ zone }) => zone))];
  }

  get #serversPerZone(): number {
    return this.#options.servers.length / this.#zones.length;
  }

  addCluster(): void {
    const { servers, version, clusterName, clusterId } = this.#options;
    const times = { createTime: this.#now, modifyTime: this.#now };
    const buildVersion = buildVersionOf(version);
    const row = {
      name: clusterName,
      clusterId,
      kernel: version,
      version: buildOf(version).full,
      buildVersion,
      createTime: this.#now,
      lastServerId: Math.max(...servers.map(({ id }) => id)),
    };
    this.#changes.push({ table: 'cluster', key: 'cluster', row });
    for (const zone of this.#zones) {
      const zoneRow = {
        zone,
        status: 'ACTIVE',
        region: 'default_region',
        idc: '',
        type: 'ReadWrite',
        ...times,
      } as const;
      this.#changes.push({ table: 'zones', key: zone, row: zoneRow });
    }
    for (const { id, ip, port, sqlPort, zone } of servers) {
      const serverRow = {
        svrIp: ip,
        svrPort: port,
        id,
        zone,
        sqlPort,
        withRootserver: false,
        status: 'ACTIVE' as const,
        blockMigrateInTime: 0,
        buildVersion,
        stopTime: 0,
        startServiceTime: 0,
        lastOfflineTime: 0,
        ...times,
      };
      this.#changes.push({ table: 'servers', key: addressOf(ip, port), row: serverRow });
    }
  }

  addTenant(tenant: Pick<TenantRow, 'tenantId' | 'tenantName' | 'tenantType'>, spec: TenantSpec): void {
    const { tenantId, tenantType } = tenant;
    const zones = this.#zones.slice(0, spec.replicas ?? this.#zones.length);
    const unitNum = spec.units ?? this.#serversPerZone;
    const row: TenantRow = {
      ...tenant,
      unitNum,
      primaryZone: spec.primaryZone ?? 'RANDOM',
      locality: zones.map((zone) => `FULL{1}@${zone}`).join(', '),
      previousLocality: '',
      paxosReplicaNum: zones.length,
      status: 'NORMAL',
      tenantRole: spec.role ?? 'PRIMARY',
      compatible: buildOf(this.#options.version).full,
      createTime: this.#now,
      modifyTime: this.#now,
    };
    this.#changes.push({ table: 'tenants', key: String(tenantId), row });
    const user = {
      tenantId,
      user: 'root',
      passwordHash: tenantId === 1 ? passwordHash(this.#options.rootPassword) : '',
    };
    if (tenantType !== 'META')
      this.#changes.push({ table: 'users', key: userKey(tenantId, 'root'), row: user });
    // The meta tenant lives in the units of its user tenant.
    if (tenantType !== 'META') this.#addUnits(row, zones);
    this.#addStream(row, zones, { lsId: 1, group: this.#streamCount % unitNum, unitGroupId: 0 });
    if (tenantType === 'USER') this.#addUserStreams(row, zones);
  }

  image(): TablesImage {
    const tables = new InnerTables();
    tables.apply(this.#changes, { term: 0, index: 1 });
    return tables.capture();
  }

  /** One for each unit group and each zone of the first rank. */
  #addUserStreams(tenant: TenantRow, zones: readonly string[]): void {
    const [first = zones] = ranksOf(tenant.primaryZone);
    let lsId = 1001;
    for (const preferred of first) {
      for (let group = 0; group < tenant.unitNum; group += 1) {
        this.#addStream(tenant, zones, { lsId, group, unitGroupId: 1000 + group, preferred });
        lsId += 1;
      }
    }
  }

  #addStream(
    { tenantId, primaryZone }: TenantRow,
    zones: readonly string[],
    stream: { lsId: number; group: number; unitGroupId: number; preferred?: string },
  ): void {
    const { lsId, group, unitGroupId } = stream;
    const members = zones.flatMap((zone) => {
      const server = this.#options.servers.filter((one) => one.zone === zone)[group];
      return server === undefined ? [] : [addressOf(server.ip, server.port)];
    });
    const firstRank = ranksOf(primaryZone)[0] ?? zones;
    const preferred = stream.preferred ?? firstRank[this.#streamCount % firstRank.length] ?? '';
    const createScn = String(BigInt(this.#now) * 1000n);
    const row = {
      tenantId,
      lsId,
      status: 'NORMAL',
      primaryZone: ranked(preferred, [...ranksOf(primaryZone), zones]),
      unitGroupId,
      lsGroupId: unitGroupId,
      createScn,
      members,
      replicaNum: members.length,
      configurationVersion: 0,
    };
    this.#changes.push({ table: 'streams', key: lsKey(tenantId, lsId), row });
    if (tenantId !== 1) this.#addLocations(tenantId, lsId, members);
    this.#streamCount += 1;
  }

  #addLocations(tenantId: number, lsId: number, members: readonly string[]): void {
    for (const server of members) {
      const row = {
        tenantId,
        lsId,
        server,
        role: 'FOLLOWER' as const,
        proposalId: 0,
        memberList: '',
        paxosReplicaNum: 0,
        createTime: this.#now,
        modifyTime: this.#now,
      };
      this.#changes.push({ table: 'locations', key: locationKey(tenantId, lsId, server), row });
    }
  }

  #addUnits({ tenantId, tenantName, unitNum }: TenantRow, zones: readonly string[]): void {
    const poolId = tenantId;
    const unitConfigId = tenantId === 1 ? 1 : 1000 + tenantId;
    const config = {
      unitConfigId,
      ...this.#unitSize,
      createTime: this.#now,
    };
    const configName = tenantId === 1 ? 'sys_unit_config' : `${tenantName}_unit`;
    this.#changes.push({
      table: 'unitConfigs',
      key: String(unitConfigId),
      row: { ...config, name: configName },
    });
    const poolName = tenantId === 1 ? 'sys_pool' : `${tenantName}_pool`;
    const pool = {
      poolId,
      name: poolName,
      tenantId,
      unitCount: unitNum,
      unitConfigId,
      zones,
      createTime: this.#now,
    };
    this.#changes.push({ table: 'pools', key: String(poolId), row: pool });
    for (const zone of zones) {
      const servers = this.#options.servers.filter((one) => one.zone === zone).slice(0, unitNum);
      for (const [group, { ip, port }] of servers.entries()) {
        this.#unitId += 1;
        const unitGroupId = tenantId === 1 ? 0 : 1000 + group;
        const server = addressOf(ip, port);
        const row = {
          unitId: this.#unitId,
          tenantId,
          poolId,
          unitGroupId,
          unitConfigId,
          zone,
          server,
          migrateFrom: '',
          isManual: false,
          createTime: this.#now,
        };
        this.#changes.push({ table: 'units', key: String(this.#unitId), row });
      }
    }
  }

  /** Units of many tenants have to fit on a server that holds one of each. */
  get #unitSize() {
    const share = Math.max(1, (this.#options.tenants.length + 1) / 4);
    const cpu = 2 / share;
    return {
      maxCpu: cpu,
      minCpu: cpu,
      memorySize: Math.floor((3 * gib) / share),
      logDiskSize: Math.floor((9 * gib) / share),
    };
  }
}

/** The preferred zone, then the ranks without it, each zone once. */
function ranked(preferred: string, ranks: readonly (readonly string[])[]): string {
  const seen = new Set([preferred]);
  const rest = ranks.map((rank) =>
    rank.filter((zone) => {
      const isNew = !seen.has(zone);
      seen.add(zone);
      return isNew;
    }),
  );
  return [[preferred], ...rest]
    .filter((rank) => rank.length > 0)
    .map((rank) => rank.join(','))
    .join(';');
}
