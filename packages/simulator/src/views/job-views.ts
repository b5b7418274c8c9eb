/** Jobs of root service. No statement of this simulator starts one yet, so the views are there and empty. */
import { defineView, type View, type ViewContext } from './view.ts';

async function none({ current }: ViewContext): Promise<[]> {
  await current();
  return [];
}

const head = `JOB_ID bigint, JOB_TYPE varchar(128), JOB_STATUS varchar(128), RESULT_CODE bigint, PROGRESS bigint,
  START_TIME timestamp(6), MODIFY_TIME timestamp(6)`;
const tail = 'SQL_TEXT longtext, EXTRA_INFO varchar(512), RS_SVR_IP varchar(46), RS_SVR_PORT bigint';

export const jobViews: readonly View[] = [
  defineView('DBA_OB_SERVER_JOBS', `${head}, SVR_IP varchar(46), SVR_PORT bigint, ${tail}`, none),
  defineView('DBA_OB_UNIT_JOBS', `${head}, TENANT_ID bigint, UNIT_ID bigint, ${tail}`, none),
  defineView('DBA_OB_TENANT_JOBS', `${head}, TENANT_ID bigint, ${tail}`, none),
];
