/** Every SELECT over the cluster's own views, one function a view. Facts: kernel views of OceanBase 4.x. */
import type { z } from 'zod';
import type {
  JobRow,
  LeaderRow,
  LogStreamRow,
  ReplicaRow,
  ServerRow,
  TenantRow,
  ZoneRow,
} from '../../domain/cluster-snapshot.ts';
import { bigint, count, row, text, timestamp, yesNo } from './column.ts';
import type { Session } from './session.ts';

/** How long a view may take: longer means that the cluster is sick, and then the check fails closed. Milliseconds. */
const viewTimeoutMs = 5_000;

function select<T>(session: Session, shape: z.ZodType<T>, sql: string): Promise<T[]> {
  return session.select(shape, sql, { timeoutMs: viewTimeoutMs });
}

const serverRow = row({
  svr_ip: text,
  svr_port: count,
  id: count,
  zone: text,
  sql_port: count,
  with_rootserver: yesNo,
  status: text.transform((status) => status.toUpperCase()),
  start_service_time: timestamp,
  stop_time: timestamp,
  last_offline_time: timestamp,
  build_version: text,
});

export async function listServers(session: Session): Promise<ServerRow[]> {
  const rows = await select(
    session,
    serverRow,
    'SELECT svr_ip, svr_port, id, zone, sql_port, with_rootserver, status, start_service_time, stop_time, last_offline_time, build_version FROM oceanbase.DBA_OB_SERVERS ORDER BY id',
  );
  return rows.map((server) => ({
    ip: server.svr_ip,
    rpcPort: server.svr_port,
    kernelId: server.id,
    zone: server.zone,
    sqlPort: server.sql_port,
    withRootServer: server.with_rootserver,
    status: server.status,
    startServiceTime: server.start_service_time,
    stopTime: server.stop_time,
    lastOfflineTime: server.last_offline_time,
    buildVersion: server.build_version,
  }));
}

const zoneRow = row({ zone: text, status: text, region: text, idc: text, type: text });

export async function listZones(session: Session): Promise<ZoneRow[]> {
  const rows = await select(
    session,
    zoneRow,
    'SELECT zone, status, region, idc, type FROM oceanbase.DBA_OB_ZONES ORDER BY zone',
  );
  return rows.map(({ zone, status, ...rest }) => ({ name: zone, status: status.toUpperCase(), ...rest }));
}

const tenantRow = row({
  tenant_id: count,
  tenant_name: text,
  tenant_type: text,
  status: text,
  locality: text.nullable(),
  previous_locality: text.nullable(),
  primary_zone: text.nullable(),
  tenant_role: text.nullable(),
});

export async function listTenants(session: Session): Promise<TenantRow[]> {
  const rows = await select(
    session,
    tenantRow,
    'SELECT tenant_id, tenant_name, tenant_type, status, locality, previous_locality, primary_zone, tenant_role FROM oceanbase.DBA_OB_TENANTS ORDER BY tenant_id',
  );
  return rows.map((tenant) => ({
    id: tenant.tenant_id,
    name: tenant.tenant_name,
    type: tenant.tenant_type,
    status: tenant.status,
    locality: tenant.locality ?? '',
    previousLocality: tenant.previous_locality,
    primaryZone: tenant.primary_zone ?? '',
    role: tenant.tenant_role ?? '',
  }));
}

const logStreamRow = row({ tenant_id: count, ls_id: count, status: text });

export async function listLogStreams(session: Session): Promise<LogStreamRow[]> {
  const rows = await select(
    session,
    logStreamRow,
    "SELECT tenant_id, ls_id, status FROM oceanbase.CDB_OB_LS WHERE status <> 'CREATE_ABORT' ORDER BY tenant_id, ls_id",
  );
  return rows.map(({ tenant_id, ls_id, status }) => ({ tenantId: tenant_id, lsId: ls_id, status }));
}

const replicaRow = row({
  tenant_id: count,
  ls_id: count,
  svr_ip: text,
  svr_port: count,
  role: text,
  proposal_id: bigint,
  paxos_member_list: text.nullable(),
  paxos_replica_num: count,
  in_sync: yesNo,
  end_scn: bigint,
  arbitration_member: text.nullable(),
});

export async function listReplicas(session: Session): Promise<ReplicaRow[]> {
  const rows = await select(
    session,
    replicaRow,
    'SELECT tenant_id, ls_id, svr_ip, svr_port, role, proposal_id, paxos_member_list, paxos_replica_num, in_sync, end_scn, arbitration_member FROM oceanbase.GV$OB_LOG_STAT ORDER BY tenant_id, ls_id',
  );
  return rows.map((replica) => ({
    tenantId: replica.tenant_id,
    lsId: replica.ls_id,
    ip: replica.svr_ip,
    rpcPort: replica.svr_port,
    role: replica.role.toUpperCase(),
    proposalId: replica.proposal_id,
    paxosMemberList: replica.paxos_member_list ?? '',
    paxosReplicaNumber: replica.paxos_replica_num,
    inSync: replica.in_sync,
    endScn: replica.end_scn,
    arbitrationMember: replica.arbitration_member ?? '',
  }));
}

const leaderRow = row({ tenant_id: count, ls_id: count, svr_ip: text, svr_port: count });

export async function listLeaders(session: Session): Promise<LeaderRow[]> {
  const rows = await select(
    session,
    leaderRow,
    "SELECT tenant_id, ls_id, svr_ip, svr_port FROM oceanbase.CDB_OB_LS_LOCATIONS WHERE role = 'LEADER' ORDER BY tenant_id, ls_id",
  );
  return rows.map((leader) => ({
    tenantId: leader.tenant_id,
    lsId: leader.ls_id,
    ip: leader.svr_ip,
    rpcPort: leader.svr_port,
  }));
}

const jobRow = row({ job_type: text, job_id: count, progress: count.nullable() });

/** Jobs that are in progress, of all three job views. */
export async function listJobs(session: Session): Promise<JobRow[]> {
  const views = ['DBA_OB_SERVER_JOBS', 'DBA_OB_UNIT_JOBS', 'DBA_OB_TENANT_JOBS'];
  const jobs: JobRow[] = [];
  for (const view of views) {
    const rows = await select(
      session,
      jobRow,
      `SELECT job_type, job_id, progress FROM oceanbase.${view} WHERE job_status = 'INPROGRESS'`,
    );
    for (const job of rows) {
      jobs.push({ kind: job.job_type, description: `(job ${job.job_id}, ${job.progress ?? 0} %)` });
    }
  }
  return jobs;
}

const parameterRow = row({ value: text });

/** A parameter of the sys tenant; one row per live server, usually all equal. */
export async function listParameterValues(session: Session, name: string): Promise<string[]> {
  if (!/^[a-z_0-9]+$/.test(name)) throw new RangeError(`not a parameter name: ${name}`);
  const rows = await select(
    session,
    parameterRow,
    `SELECT value FROM oceanbase.GV$OB_PARAMETERS WHERE name = '${name}'`,
  );
  return rows.map((parameter) => parameter.value);
}

const versionRow = row({ version: text });

/** For example `5.7.25-OceanBase_CE-v4.2.5.1`. */
export async function fetchVersion(session: Session): Promise<string> {
  const rows = await select(session, versionRow, 'SELECT version() AS version');
  return rows[0]?.version ?? '';
}
