import type { InnerTables } from '../cluster/inner-tables.ts';
import { serverCapacity } from '../cluster/server-capacity.ts';
import type { ServerStat, VirtualName, VirtualRows } from '../cluster/virtual-rows.ts';
import { parameters } from '../parameters/catalog.ts';
import type { Observer } from './observer.ts';

type Providers = { readonly [Name in VirtualName]: (observer: Observer) => VirtualRows[Name][] };

const providers: Providers = {
  logStat: (observer) => observer.logStats,
  serverEvents: (observer) => observer.history.events,
  serverStat: (observer) => [serverStatOf(observer)],
  parameters: (observer) =>
    [...parameters.keys()].map((name) => ({
      server: observer.self,
      zone: observer.config.zone,
      name,
      value: configuredValue(observer, name) ?? observer.parameter(name),
    })),
  schemaStat: (observer) =>
    [...observer.knownTables.tenants.values()].map(({ tenantId, createTime }) => ({
      server: observer.self,
      tenantId,
      // 1 is what a server shows before it has refreshed its schemas.
      refreshedVersion: observer.phase === 'starting' ? 1 : createTime,
    })),
};

export function virtualRowsOf<Name extends VirtualName>(observer: Observer, name: Name): VirtualRows[Name][] {
  return providers[name](observer);
}

function serverStatOf({ self, config, faults, diskHealth, knownTables }: Observer): ServerStat {
  const assigned = assignedTo(knownTables, self);
  return {
    server: self,
    zone: config.zone,
    sqlPort: config.sqlPort,
    ...assigned,
    cpuCapacity: serverCapacity.cpu,
    memoryLimit: serverCapacity.memoryLimit,
    logDiskCapacity: serverCapacity.logDisk,
    dataDiskCapacity: serverCapacity.dataDisk,
    dataDiskInUse: serverCapacity.dataDisk / 32,
    diskHealth,
    diskErrorSince: faults.diskErrorSince,
  };
}

function assignedTo({ units, unitConfigs }: InnerTables, server: string) {
  const configs = [...units.values()]
    .filter((unit) => unit.server === server)
    .flatMap(({ unitConfigId }) => unitConfigs.get(String(unitConfigId)) ?? []);
  const sum = (of: 'maxCpu' | 'memorySize' | 'logDiskSize') =>
    configs.reduce((total, config) => total + config[of], 0);
  return {
    cpuAssigned: sum('maxCpu'),
    memoryAssigned: sum('memorySize'),
    logDiskAssigned: sum('logDiskSize'),
  };
}

/** Values that come from how the server was started. */
function configuredValue({ config }: Observer, name: string): string | undefined {
  switch (name) {
    case 'cluster':
      return config.clusterName;
    case 'cluster_id':
      return String(config.clusterId);
    case 'zone':
      return config.zone;
    case 'rpc_port':
      return String(config.rpcPort);
    case 'mysql_port':
      return String(config.sqlPort);
    case 'local_ip':
      return config.ip;
    case 'rootservice_list':
      return config.rsList;
    default:
      return undefined;
  }
}
