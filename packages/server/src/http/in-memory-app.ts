/** A small control plane over plain data, for tests of the HTTP layer: real use cases, no database, no cluster. */
import { Readable } from 'node:stream';
import {
  type ObServer,
  OcpError,
  type OperationPlan,
  type StreamItem,
  serverActions,
} from '@openocp/contract';
import type { Task } from '@openocp/engine';
import type { App } from '../app/app.ts';
import { createSampleTask } from '../app/sample-task.ts';
import { viewBasicTask, viewSubtask, viewTask } from '../app/task-view.ts';
import { createZip } from '../app/zip-archive.ts';

const CLUSTER_ID = 20;
const SERVER_ID = 3;
const EPOCH = '1970-01-01T00:00:00+00:00';
const NOW = Date.UTC(2021, 2, 2, 8, 11, 11, 370);

const server: ObServer = {
  id: SERVER_ID,
  ip: '127.0.0.2',
  port: 2882,
  sqlPort: 2881,
  version: '4.2.1.8',
  withRootserver: false,
  status: 'RUNNING',
  innerStatus: 'ACTIVE',
  clusterId: CLUSTER_ID,
  zoneName: 'zone2',
  regionName: 'default',
  idcName: 'default',
  hostId: 1,
  hostTypeName: 'default',
  stopTime: EPOCH,
  updateTime: EPOCH,
  availableOperations: [...serverActions.RUNNING],
  unavailableOperations: {},
  drift: [],
};

export interface InMemoryApp extends App {
  readonly tasks: Map<number, Task>;
  /** What `serverStop` was called with. */
  readonly stops: {
    readonly id: number;
    readonly serverId: number;
    readonly force: boolean;
    readonly idempotencyKey?: string;
  }[];
  /** When set, `infoGet` throws it. */
  failure: Error | undefined;
}

function requireCluster(id: number): void {
  if (id !== CLUSTER_ID) throw new OcpError('CLUSTER_NOT_FOUND', { clusterId: id });
}

function requireTask(tasks: ReadonlyMap<number, Task>, taskId: number): Task {
  const task = tasks.get(taskId);
  if (task === undefined) throw new OcpError('TASK_NOT_FOUND', { taskId });
  return task;
}

/** No operation begins. */
const refuseCluster = async (_caller: unknown, { id }: { readonly id: number }): Promise<never> => {
  throw new OcpError('CLUSTER_NOT_FOUND', { clusterId: id });
};

const planServer = async (
  _caller: unknown,
  { id, serverId }: { readonly id: number; readonly serverId: number },
): Promise<OperationPlan> => {
  requireCluster(id);
  if (serverId !== SERVER_ID) throw new OcpError('SERVER_NOT_FOUND', { clusterId: id, serverId });
  return {
    verdict: 'SAFE',
    checks: [],
    leadersToMove: [],
    tenantsAffected: [],
    overriddenByForce: [],
    subtasks: [],
    permanentOfflineInSec: null,
  };
};

const planZone = async (
  caller: unknown,
  { id, zoneName }: { readonly id: number; readonly zoneName: string },
): Promise<OperationPlan> => {
  requireCluster(id);
  if (zoneName !== server.zoneName) throw new OcpError('ZONE_NOT_FOUND', { clusterId: id, zone: zoneName });
  return planServer(caller, { id, serverId: SERVER_ID });
};

const planCluster = (caller: unknown, { id }: { readonly id: number }): Promise<OperationPlan> =>
  planServer(caller, { id, serverId: SERVER_ID });

const clusterOperations = {
  clusterStop: refuseCluster,
  clusterStart: refuseCluster,
  clusterRestart: refuseCluster,
  clusterStopPlan: planCluster,
  clusterStartPlan: planCluster,
  clusterRestartPlan: planCluster,
} satisfies Partial<App>;

const zoneUseCases = {
  zoneAdd: refuseCluster,
  zoneAddPlan: refuseCluster,
  zoneDelete: refuseCluster,
  zoneDeletePlan: planZone,
  zoneStop: refuseCluster,
  zoneStart: refuseCluster,
  zoneRestart: refuseCluster,
  zoneStopPlan: planZone,
  zoneStartPlan: planZone,
  zoneRestartPlan: planZone,
} satisfies Partial<App>;

const serverUseCases = (tasks: Map<number, Task>, stops: InMemoryApp['stops']) =>
  ({
    serverStop: async (caller, { id, serverId, force }) => {
      requireCluster(id);
      if (serverId !== SERVER_ID) throw new OcpError('SERVER_NOT_FOUND', { clusterId: id, serverId });
      const { idempotencyKey } = caller;
      stops.push({ id, serverId, force, ...(idempotencyKey === undefined ? {} : { idempotencyKey }) });
      const task = createSampleTask(100 + stops.length, NOW);
      tasks.set(task.id, { ...task, submitter: { id: caller.userId, name: caller.username } });
      return viewTask(requireTask(tasks, task.id), 0);
    },
    serverStart: refuseCluster,
    serverRestart: refuseCluster,
    serverAdd: refuseCluster,
    serverDelete: refuseCluster,
    serverReplace: refuseCluster,
    serverStopPlan: planServer,
    serverStartPlan: planServer,
    serverRestartPlan: planServer,
    serverAddPlan: refuseCluster,
    serverDeletePlan: refuseCluster,
    serverReplacePlan: planServer,
  }) satisfies Partial<App>;

const taskUseCases = (tasks: Map<number, Task>) =>
  ({
    taskList: async (_caller, { page, size }) => {
      const all = [...tasks.values()].map((task) => viewBasicTask(task, 0));
      return { contents: all.slice((page - 1) * size, page * size), totalElements: all.length };
    },
    taskGet: async (_caller, { taskInstanceId }) => viewTask(requireTask(tasks, taskInstanceId), 0),
    taskRetry: async (_caller, { taskInstanceId }) => viewTask(requireTask(tasks, taskInstanceId), 0),
    taskPause: async (_caller, { taskInstanceId }) => viewTask(requireTask(tasks, taskInstanceId), 0),
    taskResume: async (_caller, { taskInstanceId }) => viewTask(requireTask(tasks, taskInstanceId), 0),
    taskAbort: async (_caller, { taskInstanceId }) => viewTask(requireTask(tasks, taskInstanceId), 0),
    taskRollback: async (_caller, { taskInstanceId }) => viewTask(requireTask(tasks, taskInstanceId), 0),
    taskRelease: async (_caller, { taskInstanceId }) => viewTask(requireTask(tasks, taskInstanceId), 0),
    taskDiagnosis: async (_caller, { taskInstanceId }) => {
      const { id, name } = requireTask(tasks, taskInstanceId);
      return { fileName: `task-${id}.zip`, content: createZip([{ name: 'name.txt', text: name }]) };
    },
    subtaskLog: async (_caller, { subtaskInstanceId }) => {
      return { log: `log of ${subtaskInstanceId}`, offset: 0, lines: 1, total: 1, nextOffset: 1 };
    },
    subtaskRetry: async (_caller, { taskInstanceId, subtaskInstanceId }) =>
      viewSubtask(requireTask(tasks, taskInstanceId), subtaskInstanceId, 0),
    subtaskSkip: async (_caller, { taskInstanceId }) => void requireTask(tasks, taskInstanceId),
    subtaskCancel: async (_caller, { taskInstanceId }) => void requireTask(tasks, taskInstanceId),
  }) satisfies Partial<App>;

/** Tells what it was asked, and ends. */
const eventUseCases = {
  eventStream: async (_caller, { lastEventId = 0, clusterId, taskId }) => {
    const json = JSON.stringify({ clusterId, taskId });
    const told: StreamItem[] = [{ id: lastEventId }, { event: 'reset', json }];
    return { items: Readable.from([told]), signal: new AbortController().signal };
  },
} satisfies Partial<App>;

const figureUseCases = {
  clusterParameterInfoList: async () => [],
  clusterParameterList: async (_caller, { id }) => {
    requireCluster(id);
    return [];
  },
  clusterParameterUpdate: async (_caller, { id }) => {
    requireCluster(id);
    return undefined;
  },
  clusterPasswordChange: async (_caller, { id }) => {
    requireCluster(id);
    return undefined;
  },
  clusterStatsGet: async (_caller, { id }) => {
    throw new OcpError('CLUSTER_NOT_FOUND', { clusterId: id });
  },
  clusterServerStatsList: async () => [],
  clusterUnitList: async () => [],
} satisfies Partial<App>;

const hostUseCases = {
  hostTypeList: async () => ({ contents: [], totalElements: 0 }),
  hostTypeGet: async (_caller, { hostTypeId }) => {
    throw new OcpError('NOT_FOUND', { resource: 'host type', id: hostTypeId });
  },
  hostTypeCreate: async (_caller, { name }) => ({
    id: 1,
    name,
    description: null,
    createTime: EPOCH,
    updateTime: EPOCH,
  }),
  hostTypeDelete: async () => undefined,
  credentialList: async () => ({ contents: [], totalElements: 0 }),
  credentialCreate: async (_caller, { name }) => {
    throw new OcpError('DUPLICATE_NAME', { resource: 'credential', name });
  },
  credentialDelete: async () => undefined,
} satisfies Partial<App>;

const clusterUseCases = {
  clusterList: async () => ({ contents: [], totalElements: 0 }),
  clusterGet: async (_caller, { id }) => {
    throw new OcpError('CLUSTER_NOT_FOUND', { clusterId: id });
  },
  clusterTakeOverPreCheck: async () => ({
    result: { valid: false, messages: ['no cluster there'], notes: [] },
  }),
  clusterTakeOver: async () => {
    throw new OcpError('TAKE_OVER_CHECK_FAILED', { reason: 'no cluster there' });
  },
  clusterMoveOut: async (_caller, { id }) => {
    throw new OcpError('CLUSTER_NOT_FOUND', { clusterId: id });
  },
  clusterAgentsConnect: async () => [],
  clusterGuardGet: async (_caller, { id }) => {
    throw new OcpError('CLUSTER_NOT_FOUND', { clusterId: id });
  },
  clusterGuardUpdate: async (_caller, { id }) => {
    throw new OcpError('CLUSTER_NOT_FOUND', { clusterId: id });
  },
  zoneList: async () => [],
  serverList: async (_caller, { id }) => {
    requireCluster(id);
    return [server];
  },
  zoneServerList: async (_caller, { id, zoneName }) => {
    requireCluster(id);
    if (zoneName !== server.zoneName) throw new OcpError('ZONE_NOT_FOUND', { clusterId: id, zone: zoneName });
    return [server];
  },
} satisfies Partial<App>;

/** Accounts are not kept here: tests of them use the real store. */
const absent = async (): Promise<never> => {
  throw new OcpError('NOT_FOUND', { resource: 'account', id: 'here' });
};

const accountUseCases = {
  accessKeyList: async () => [],
  accessKeyCreate: absent,
  accessKeyEnable: absent,
  accessKeyDisable: absent,
  accessKeyDelete: absent,
  userList: async () => ({ contents: [], totalElements: 0 }),
  userGet: absent,
  userCreate: absent,
  userUpdate: absent,
  userEnable: absent,
  userDisable: absent,
  userUnlock: absent,
  userResetPassword: absent,
  userDelete: absent,
  passwordChange: absent,
  roleList: async () => [],
  roleGet: absent,
  roleCreate: absent,
  roleUpdate: absent,
  roleDelete: absent,
  sessionLogin: absent,
  sessionLogout: async () => undefined,
  currentUserGet: absent,
  auditEventList: async () => ({ contents: [], totalElements: 0 }),
  logonList: async () => ({ contents: [], totalElements: 0 }),
} satisfies Partial<App>;

const hostTypeUseCases = {
  hostList: async () => ({ contents: [], totalElements: 0 }),
  hostGet: async (_caller, { hostId }) => {
    throw new OcpError('HOST_NOT_FOUND', { host: String(hostId) });
  },
  hostRegister: async (_caller, { innerIpAddress }) => {
    throw new OcpError('HOST_EXISTS', { address: innerIpAddress });
  },
  hostDelete: async (_caller, { hostId }) => {
    throw new OcpError('HOST_NOT_FOUND', { host: String(hostId) });
  },
  agentInvite: absent,
  agentEnrol: absent,
  agentRevoke: async (_caller, { host }) => ({ host, certificates: 0, tokens: 0 }),
} satisfies Partial<App>;

export function createInMemoryApp(): InMemoryApp {
  const tasks = new Map<number, Task>();
  const stops: InMemoryApp['stops'] = [];
  const app: InMemoryApp = {
    tasks,
    stops,
    failure: undefined,
    ...clusterUseCases,
    ...figureUseCases,
    ...hostUseCases,
    ...hostTypeUseCases,
    ...zoneUseCases,
    ...clusterOperations,
    ...serverUseCases(tasks, stops),
    ...taskUseCases(tasks),
    ...eventUseCases,
    ...accountUseCases,
    infoGet: async () => {
      if (app.failure !== undefined) throw app.failure;
      return {
        name: 'openocp',
        group: 'openocp',
        artifact: 'openocp-server',
        buildTime: EPOCH,
        buildVersion: '0.1.0',
        buildJavaVersion: '',
        springBootVersion: '',
      };
    },
    timeGet: async () => EPOCH,
    statusGet: async () => 'okay',
    openapiGet: async () => ({ openapi: '3.1.0' }),
  };
  return app;
}
