/** What servers have and units use, as the kernel counts it. Servers that do not answer have no row. */
import { z } from 'zod';
import type { ServerAddress } from '../../domain/server-address.ts';
import { bigint, count, row, text, yesNo } from './column.ts';
import type { Session } from './session.ts';

const viewTimeoutMs = 5_000;

/** CPU in cores, all else in bytes. */
export interface ServerResources extends ServerAddress {
  readonly zone: string;
  readonly cpuCapacity: number;
  readonly cpuAssigned: number;
  readonly memoryCapacity: number;
  readonly memoryAssigned: number;
  readonly logDiskCapacity: number;
  readonly logDiskAssigned: number;
  readonly logDiskInUse: number;
  readonly dataDiskCapacity: number;
  readonly dataDiskInUse: number;
}

const cores = z.coerce.number().nonnegative();

const serverRow = row({
  svr_ip: text,
  svr_port: count,
  zone: text,
  cpu_capacity: cores,
  cpu_assigned: cores,
  mem_capacity: count,
  mem_assigned: count,
  log_disk_capacity: count,
  log_disk_assigned: count,
  log_disk_in_use: count,
  data_disk_capacity: count,
  data_disk_in_use: count,
});

export async function listServerResources(session: Session): Promise<ServerResources[]> {
  const rows = await session.select(
    serverRow,
    'SELECT svr_ip, svr_port, zone, cpu_capacity, cpu_assigned, mem_capacity, mem_assigned, log_disk_capacity, log_disk_assigned, log_disk_in_use, data_disk_capacity, data_disk_in_use FROM oceanbase.GV$OB_SERVERS ORDER BY zone, svr_ip, svr_port',
    { timeoutMs: viewTimeoutMs },
  );
  return rows.map((server) => ({
    ip: server.svr_ip,
    rpcPort: server.svr_port,
    zone: server.zone,
    cpuCapacity: server.cpu_capacity,
    cpuAssigned: server.cpu_assigned,
    memoryCapacity: server.mem_capacity,
    memoryAssigned: server.mem_assigned,
    logDiskCapacity: server.log_disk_capacity,
    logDiskAssigned: server.log_disk_assigned,
    logDiskInUse: server.log_disk_in_use,
    dataDiskCapacity: server.data_disk_capacity,
    dataDiskInUse: server.data_disk_in_use,
  }));
}

/** A row of DBA_OB_UNITS. */
export interface UnitRow extends ServerAddress {
  readonly id: number;
  readonly tenantId: number | null;
  readonly status: string;
  readonly poolId: number;
  readonly zone: string;
  readonly migrateFrom: ServerAddress | undefined;
  readonly manualMigrate: boolean;
  readonly maxCpu: number;
  readonly minCpu: number;
  readonly memorySize: number;
  readonly logDiskSize: number;
  readonly maxIops: bigint;
  readonly minIops: bigint;
  readonly iopsWeight: number;
}

const unitRow = row({
  unit_id: count,
  tenant_id: count.nullable(),
  status: text,
  resource_pool_id: count,
  zone: text,
  svr_ip: text,
  svr_port: count,
  migrate_from_svr_ip: text.nullable(),
  migrate_from_svr_port: count.nullable(),
  manual_migrate: yesNo.nullable(),
  max_cpu: cores,
  min_cpu: cores,
  memory_size: count,
  log_disk_size: count,
  max_iops: bigint,
  min_iops: bigint,
  iops_weight: count,
});

export async function listUnits(session: Session): Promise<UnitRow[]> {
  const rows = await session.select(
    unitRow,
    'SELECT unit_id, tenant_id, status, resource_pool_id, zone, svr_ip, svr_port, migrate_from_svr_ip, migrate_from_svr_port, manual_migrate, max_cpu, min_cpu, memory_size, log_disk_size, max_iops, min_iops, iops_weight FROM oceanbase.DBA_OB_UNITS ORDER BY unit_id',
    { timeoutMs: viewTimeoutMs },
  );
  return rows.map((unit) => ({
    id: unit.unit_id,
    tenantId: unit.tenant_id,
    status: unit.status,
    poolId: unit.resource_pool_id,
    zone: unit.zone,
    ip: unit.svr_ip,
    rpcPort: unit.svr_port,
    migrateFrom: addressOrNone(unit.migrate_from_svr_ip, unit.migrate_from_svr_port),
    manualMigrate: unit.manual_migrate ?? false,
    maxCpu: unit.max_cpu,
    minCpu: unit.min_cpu,
    memorySize: unit.memory_size,
    logDiskSize: unit.log_disk_size,
    maxIops: unit.max_iops,
    minIops: unit.min_iops,
    iopsWeight: unit.iops_weight,
  }));
}

/** The kernel writes an empty address and port 0 for none. */
function addressOrNone(ip: string | null, rpcPort: number | null): ServerAddress | undefined {
  return ip === null || ip === '' || rpcPort === null || rpcPort === 0 ? undefined : { ip, rpcPort };
}

export interface UnitUse extends ServerAddress {
  readonly id: number;
  readonly logDiskInUse: number;
  readonly dataDiskInUse: number;
}

const useRow = row({
  unit_id: count,
  svr_ip: text,
  svr_port: count,
  log_disk_in_use: count,
  data_disk_in_use: count,
});

/** What the units use; a meta tenant shares the unit of its user tenant and has a row of its own. */
export async function listUnitUse(session: Session): Promise<UnitUse[]> {
  const rows = await session.select(
    useRow,
    'SELECT unit_id, svr_ip, svr_port, log_disk_in_use, data_disk_in_use FROM oceanbase.GV$OB_UNITS ORDER BY unit_id',
    { timeoutMs: viewTimeoutMs },
  );
  return rows.map((use) => ({
    id: use.unit_id,
    ip: use.svr_ip,
    rpcPort: use.svr_port,
    logDiskInUse: use.log_disk_in_use,
    dataDiskInUse: use.data_disk_in_use,
  }));
}
