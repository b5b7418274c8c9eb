import { endpointOf } from '../address.ts';
import type { JobRow } from '../cluster/rows.ts';
import { defineView, type View, type ViewRow } from './view.ts';

const head = `JOB_ID bigint, JOB_TYPE varchar(128), JOB_STATUS varchar(128), RESULT_CODE bigint, PROGRESS bigint,
  START_TIME timestamp(6), MODIFY_TIME timestamp(6)`;
const tail = 'SQL_TEXT longtext, EXTRA_INFO varchar(512), RS_SVR_IP varchar(46), RS_SVR_PORT bigint';

function jobViewRow(row: JobRow): ViewRow {
  const server = endpointOf(row.server);
  const rs = endpointOf(row.rs);
  return {
    JOB_ID: row.jobId,
    JOB_TYPE: row.jobType,
    JOB_STATUS: row.jobStatus,
    RESULT_CODE: row.resultCode,
    PROGRESS: row.progress,
    START_TIME: row.createTime,
    MODIFY_TIME: row.modifyTime,
    SVR_IP: server.ip,
    SVR_PORT: server.port,
    TENANT_ID: row.tenantId,
    UNIT_ID: row.unitId,
    SQL_TEXT: row.sqlText,
    EXTRA_INFO: '',
    RS_SVR_IP: rs.ip,
    RS_SVR_PORT: rs.port,
  };
}

function jobView(name: string, own: string, jobTypes: readonly string[]): View {
  return defineView(name, `${head}, ${own}, ${tail}`, async ({ current }) =>
    [...(await current()).tables.jobs.values()]
      .filter(({ jobType }) => jobTypes.includes(jobType))
      .map(jobViewRow),
  );
}

const allJobs = defineView(
  '__all_rootservice_job',
  `gmt_create timestamp(6), gmt_modified timestamp(6), job_id bigint, job_type varchar(128), job_status varchar(128),
  result_code bigint, progress bigint, tenant_id bigint, tenant_name varchar(128), database_id bigint,
  database_name varchar(128), table_id bigint, table_name varchar(256), partition_id bigint, svr_ip varchar(46),
  svr_port bigint, unit_id bigint, rs_svr_ip varchar(46), rs_svr_port bigint, sql_text longtext,
  extra_info varchar(512), resource_pool_id bigint, tablegroup_id bigint, tablegroup_name varchar(128)`,
  async ({ current }) => {
    const { tables } = await current();
    return [...tables.jobs.values()].map((row) => {
      const server = endpointOf(row.server);
      const rs = endpointOf(row.rs);
      return {
        gmt_create: row.createTime,
        gmt_modified: row.modifyTime,
        job_id: row.jobId,
        job_type: row.jobType,
        job_status: row.jobStatus,
        result_code: row.resultCode,
        progress: row.progress,
        tenant_id: row.tenantId,
        tenant_name: tables.tenants.get(String(row.tenantId))?.tenantName ?? null,
        svr_ip: server.ip,
        svr_port: server.port,
        unit_id: row.unitId,
        rs_svr_ip: rs.ip,
        rs_svr_port: rs.port,
        sql_text: row.sqlText,
        extra_info: '',
      };
    });
  },
);

export const jobViews: readonly View[] = [
  jobView('DBA_OB_SERVER_JOBS', 'SVR_IP varchar(46), SVR_PORT bigint', ['DELETE_SERVER']),
  jobView('DBA_OB_UNIT_JOBS', 'TENANT_ID bigint, UNIT_ID bigint', ['MIGRATE_UNIT']),
  // Nothing here changes the locality or the units of a tenant.
  jobView('DBA_OB_TENANT_JOBS', 'TENANT_ID bigint', []),
  allJobs,
];
