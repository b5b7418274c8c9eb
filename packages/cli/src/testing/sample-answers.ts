/** Answers of the API, as small as this program accepts them. */
import type { Check, Plan, Server, Subtask, Task } from '../answers.ts';

export const sampleCluster = {
  id: 1,
  name: 'obcluster',
  obClusterId: 10,
  obVersion: '4.2.1.0',
  status: 'RUNNING',
  serverCount: 3,
};

export function sampleServer(id: number, more: Partial<Server> = {}): Server {
  return {
    id,
    ip: `10.0.0.${id}`,
    port: 2882,
    sqlPort: 2881,
    zoneName: `zone${id}`,
    version: '4.2.1.0',
    status: 'RUNNING',
    innerStatus: 'ACTIVE',
    withRootserver: id === 1,
    clusterId: 1,
    ...more,
  };
}

export function sampleHost(id: number) {
  return {
    id,
    innerIpAddress: `10.0.1.${id}`,
    status: 'AVAILABLE',
    agentUrl: `https://10.0.1.${id}:62888`,
    homes: [
      { path: '/home/admin/used', serverId: 1 },
      { path: '/home/admin/free', serverId: null },
    ],
  };
}

export function sampleSubtask(id: number, name: string, more: Partial<Subtask> = {}): Subtask {
  return {
    id,
    name,
    status: 'PENDING',
    operation: 'EXECUTE',
    upstreams: id === 1 ? [] : [id - 1],
    runTime: 1,
    ...more,
  };
}

export function sampleTask(more: Partial<Task> = {}): Task {
  return {
    id: 7,
    name: 'Stop OB server',
    status: 'RUNNING',
    operation: 'EXECUTE',
    creator: { name: 'admin' },
    createTime: '2026-11-23T16:21:14.061+00:00',
    subtasks: [
      sampleSubtask(1, 'Prepare stop observer', { status: 'RUNNING' }),
      sampleSubtask(2, 'Stop server'),
    ],
    ...more,
  };
}

export function sampleCheck(name: string, more: Partial<Check> = {}): Check {
  return {
    name,
    result: 'PASS',
    looked: 'GV$OB_LOG_STAT',
    evidence: 'All is well.',
    meaning: '',
    remedy: '',
    overridable: true,
    ...more,
  };
}

export function samplePlan(more: Partial<Plan> = {}): Plan {
  return {
    verdict: 'SAFE',
    checks: [sampleCheck('majority')],
    leadersToMove: [{ tenantId: 1, lsId: 1 }],
    tenantsAffected: [],
    overriddenByForce: [],
    subtasks: [{ name: 'Prepare stop observer', expectedMs: 1_500 }, { name: 'Stop server' }],
    permanentOfflineInSec: 3_600,
    ...more,
  };
}
