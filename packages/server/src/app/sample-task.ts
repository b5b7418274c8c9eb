/** A `Stop OB server` task as the engine keeps it; for tests. */
import type { Subtask, Task } from '@openocp/engine';

const steps = [
  ['Prepare stop observer', 300],
  ['Stop server', 300],
  ['Stop observer process', 1200],
  ['Wait observer stop', 1800],
  ['Update observer status', 300],
  ['Update zone status', 1800],
  ['Sync cluster info', 30],
  ['Update OB cluster status', 30],
] as const;

const FIRST_SUBTASK_ID = 201;

function createSubtask(step: number, name: string, timeoutS: number, createTime: number): Subtask {
  const id = FIRST_SUBTASK_ID + step;
  return {
    id,
    step,
    name,
    parallelIdx: -1,
    timeoutMs: timeoutS * 1000,
    prohibitRollback: false,
    prohibitSkip: step < 2,
    upstreams: step === 0 ? [] : [id - 1],
    downstreams: step === steps.length - 1 ? [] : [id + 1],
    status: step === 0 ? 'RUNNING' : 'PENDING',
    operation: 'EXECUTE',
    mode: 'run',
    attempt: step === 0 ? 1 : 0,
    result: undefined,
    annotations: {},
    failure: undefined,
    waitingFor: undefined,
    createTime,
    startTime: step === 0 ? createTime : undefined,
    finishTime: undefined,
    executor: step === 0 ? 'openocp-1' : undefined,
  };
}

/** @param id of the task, and `now` its time of creation, epoch milliseconds */
export function createSampleTask(id: number, now: number): Task {
  return {
    id,
    definition: 'server-stop',
    name: 'Stop OB server',
    parameters: {},
    attributes: {
      clusterId: 20,
      clusterName: 'obcluster',
      obClusterId: 20,
      stringMap: { cluster_id: '20', server_id: '3', zone_name: 'zone2' },
      listMap: { server_ids: ['3'] },
    },
    submitter: { id: 100, name: 'admin' },
    status: 'RUNNING',
    operation: 'EXECUTE',
    prohibitRollback: false,
    claims: ['cluster:20'],
    isQueued: false,
    fence: 1,
    owner: 'openocp-1',
    createTime: now,
    startTime: now,
    finishTime: undefined,
    subtasks: steps.map(([name, timeoutS], step) => createSubtask(step, name, timeoutS, now)),
  };
}
