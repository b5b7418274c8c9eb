/** Jobs of root service: one row each, from INPROGRESS to SUCCESS or FAILED. */
import type { Change } from '../cluster/inner-tables.ts';
import type { JobRow } from '../cluster/rows.ts';
import { nowUs } from '../timing.ts';
import type { RootContext } from './root-context.ts';

/** OB_CANCELED */
export const canceledCode = -4072;

type NewJob = Pick<JobRow, 'jobType' | 'server' | 'unitId' | 'tenantId' | 'sqlText'>;

/** Several jobs begun in one write have ids one after the other. */
export function jobChanges(context: RootContext, jobs: readonly NewJob[]): Change[] {
  const last = Math.max(0, ...[...context.tables.jobs.values()].map(({ jobId }) => jobId));
  const now = nowUs();
  return jobs.map((job, index) => {
    const jobId = last + 1 + index;
    const row: JobRow = {
      ...job,
      jobId,
      jobStatus: 'INPROGRESS',
      resultCode: null,
      progress: 0,
      rs: context.self,
      createTime: now,
      modifyTime: now,
    };
    return { table: 'jobs', key: String(jobId), row };
  });
}

/** The end of the unfinished job that fits; nothing when there is none. */
export function endJob(
  { tables }: RootContext,
  fits: (job: JobRow) => boolean,
  resultCode: number,
): Change[] {
  const job = [...tables.jobs.values()].find((one) => one.jobStatus === 'INPROGRESS' && fits(one));
  if (job === undefined) return [];
  const isDone = resultCode === 0;
  const row: JobRow = {
    ...job,
    jobStatus: isDone ? 'SUCCESS' : 'FAILED',
    resultCode,
    progress: isDone ? 100 : job.progress,
    modifyTime: nowUs(),
  };
  return [{ table: 'jobs', key: String(job.jobId), row }];
}
