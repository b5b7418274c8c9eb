/** Resources of a cluster, its servers and its units, as the kernel counts them. Bytes unless a name says otherwise. */
import { z } from 'zod';

const resources = {
  cpuTotal: z.number(),
  cpuAssigned: z.number(),
  memoryTotalByte: z.int(),
  memoryAssignedByte: z.int(),
  logDiskTotalByte: z.int(),
  logDiskAssignedByte: z.int(),
  logDiskUsedByte: z.int(),
  dataDiskTotalByte: z.int(),
  dataDiskUsedByte: z.int(),
};

export const clusterStats = z
  .object({
    clusterId: z.int(),
    clusterName: z.string(),
    obClusterId: z.int(),
    ...resources,
    silentServers: z
      .array(z.string())
      .meta({ description: '`ip:rpcPort` of the servers that did not answer and are not counted' }),
  })
  .meta({ id: 'ClusterStats' });
export type ClusterStats = z.input<typeof clusterStats>;

export const serverStats = z
  .object({ ip: z.string(), port: z.int(), zone: z.string(), ...resources })
  .meta({ id: 'ServerStats' });
export type ServerStats = z.input<typeof serverStats>;

const unitConfig = z.object({
  maxCpuCoreCount: z.number(),
  minCpuCoreCount: z.number(),
  maxMemoryByte: z.int(),
  minMemoryByte: z.int(),
  /** GiB. */
  maxMemorySize: z.number(),
  minMemorySize: z.number(),
  logDiskSizeByte: z.int(),
  /** GiB. */
  logDiskSize: z.number(),
  /** Absent when there is no limit. */
  maxIops: z.int().optional(),
  minIops: z.int().optional(),
  iopsWeight: z.int(),
});

export const obUnit = z
  .object({
    obUnitId: z.int(),
    resourcePoolId: z.int(),
    /** Both ids are the kernel's; absent while the unit belongs to no tenant. */
    tenantId: z.int().optional(),
    obTenantId: z.int().optional(),
    tenantName: z.string().optional(),
    svrIp: z.string(),
    svrPort: z.int(),
    zone: z.string(),
    unitConfig,
    status: z.string(),
    migrateType: z.enum(['NOT_IN_MIGRATE', 'MIGRATE_IN']),
    /** The server that the unit comes from. */
    migrateOppositeSvrIp: z.string().optional(),
    migrateOppositeSvrPort: z.int().optional(),
    manualMigrate: z.boolean(),
    /** Absent when the unit's server does not answer. */
    logDiskUsedByte: z.int().optional(),
    dataDiskUsedByte: z.int().optional(),
  })
  .meta({ id: 'ObUnit' });
export type ObUnit = z.input<typeof obUnit>;
