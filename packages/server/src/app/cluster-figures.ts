/** Resources of clusters, servers and units, asked of the cluster at the moment of the call. */
import type { ClusterStats, ObUnit, ServerStats } from '@openocp/contract';
import type { TenantRow } from '../domain/cluster-snapshot.ts';
import { formatAddress, isSameAddress } from '../domain/server-address.ts';
import {
  listServerResources,
  listUnits,
  listUnitUse,
  type ServerResources,
  type UnitRow,
  type UnitUse,
} from '../remote/oceanbase/resources.ts';
import { listTenants } from '../remote/oceanbase/views.ts';
import type { Cluster } from '../store/clusters.ts';
import type { Server, ServerStore } from '../store/servers.ts';
import type { App } from './app.ts';
import { type AskServices, askCluster, requireCluster } from './ask-cluster.ts';

export interface FigureServices extends AskServices {
  readonly servers: ServerStore;
}

export function createClusterFigures(
  services: FigureServices,
): Pick<App, 'clusterStatsGet' | 'clusterServerStatsList' | 'clusterUnitList'> {
  return {
    async clusterStatsGet(_caller, { id }) {
      const cluster = await requireCluster(services.clusters, id);
      const rows = await askCluster(services, id, listServerResources);
      return viewClusterStats(cluster, await services.servers.list([id]), rows);
    },
    async clusterServerStatsList(_caller, { id }) {
      return (await askCluster(services, id, listServerResources)).map(viewServerStats);
    },
    clusterUnitList: (_caller, { id }) =>
      askCluster(services, id, async (session) => {
        const tenants = await listTenants(session);
        const uses = await listUnitUse(session);
        return (await listUnits(session)).map((unit) => viewUnit(unit, tenants, uses));
      }),
  };
}

function viewServerStats(row: ServerResources): ServerStats {
  return { ip: row.ip, port: row.rpcPort, zone: row.zone, ...figuresOf(row) };
}

const figuresOf = (row: ServerResources) => ({
  cpuTotal: row.cpuCapacity,
  cpuAssigned: row.cpuAssigned,
  memoryTotalByte: row.memoryCapacity,
  memoryAssignedByte: row.memoryAssigned,
  logDiskTotalByte: row.logDiskCapacity,
  logDiskAssignedByte: row.logDiskAssigned,
  logDiskUsedByte: row.logDiskInUse,
  dataDiskTotalByte: row.dataDiskCapacity,
  dataDiskUsedByte: row.dataDiskInUse,
});

function viewClusterStats(
  cluster: Cluster,
  servers: readonly Server[],
  rows: readonly ServerResources[],
): ClusterStats {
  const figures = rows.map(figuresOf);
  const total = (pick: (each: (typeof figures)[number]) => number) =>
    figures.reduce((sum, each) => sum + pick(each), 0);
  const silent = servers.filter((server) => !rows.some((row) => isSameAddress(row, server)));
  return {
    clusterId: cluster.id,
    clusterName: cluster.name,
    obClusterId: cluster.obClusterId,
    cpuTotal: total((each) => each.cpuTotal),
    cpuAssigned: total((each) => each.cpuAssigned),
    memoryTotalByte: total((each) => each.memoryTotalByte),
    memoryAssignedByte: total((each) => each.memoryAssignedByte),
    logDiskTotalByte: total((each) => each.logDiskTotalByte),
    logDiskAssignedByte: total((each) => each.logDiskAssignedByte),
    logDiskUsedByte: total((each) => each.logDiskUsedByte),
    dataDiskTotalByte: total((each) => each.dataDiskTotalByte),
    dataDiskUsedByte: total((each) => each.dataDiskUsedByte),
    silentServers: silent.map(formatAddress),
  };
}

const bytesPerGib = 1024 ** 3;
/** The kernel's word for no limit. */
const unlimited = 2n ** 63n - 1n;

/** A limit that JSON cannot hold exactly is none in practice. */
function limitOrNone<Name extends string>(name: Name, value: bigint): Partial<Record<Name, number>> {
  const isLimit = value < unlimited && value <= BigInt(Number.MAX_SAFE_INTEGER);
  return isLimit ? ({ [name]: Number(value) } as Record<Name, number>) : {};
}

function viewUnit(unit: UnitRow, tenants: readonly TenantRow[], uses: readonly UnitUse[]): ObUnit {
  const tenant = tenants.find(({ id }) => id === unit.tenantId);
  const own = uses.filter((use) => use.id === unit.id && isSameAddress(use, unit));
  return {
    obUnitId: unit.id,
    resourcePoolId: unit.poolId,
    ...(unit.tenantId === null ? {} : { tenantId: unit.tenantId, obTenantId: unit.tenantId }),
    ...(tenant === undefined ? {} : { tenantName: tenant.name }),
    svrIp: unit.ip,
    svrPort: unit.rpcPort,
    zone: unit.zone,
    unitConfig: configOf(unit),
    status: unit.status,
    migrateType: unit.migrateFrom === undefined ? 'NOT_IN_MIGRATE' : 'MIGRATE_IN',
    ...(unit.migrateFrom === undefined
      ? {}
      : {
          migrateOppositeSvrIp: unit.migrateFrom.ip,
          migrateOppositeSvrPort: unit.migrateFrom.rpcPort,
        }),
    manualMigrate: unit.manualMigrate,
    ...useOf(own),
  };
}

function configOf(unit: UnitRow): ObUnit['unitConfig'] {
  return {
    maxCpuCoreCount: unit.maxCpu,
    minCpuCoreCount: unit.minCpu,
    // Memory of a unit has one size since OceanBase 4.0.
    maxMemoryByte: unit.memorySize,
    minMemoryByte: unit.memorySize,
    maxMemorySize: unit.memorySize / bytesPerGib,
    minMemorySize: unit.memorySize / bytesPerGib,
    logDiskSizeByte: unit.logDiskSize,
    logDiskSize: unit.logDiskSize / bytesPerGib,
    ...limitOrNone('maxIops', unit.maxIops),
    ...limitOrNone('minIops', unit.minIops),
    iopsWeight: unit.iopsWeight,
  };
}

/** A meta tenant shares the unit of its user tenant, with a row of its own. */
function useOf(uses: readonly UnitUse[]): Pick<ObUnit, 'logDiskUsedByte' | 'dataDiskUsedByte'> {
  if (uses.length === 0) return {};
  return {
    logDiskUsedByte: uses.reduce((sum, use) => sum + use.logDiskInUse, 0),
    dataDiskUsedByte: uses.reduce((sum, use) => sum + use.dataDiskInUse, 0),
  };
}
