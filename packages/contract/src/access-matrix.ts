/**
 * Who may call what: one row for each route, written down and not derived, so that a change of a permission or of a role
 * that opens or closes a route shows here. A route without its row does not compile; a test calls every route as each of
 * these callers.
 */
import type { BuiltInRole } from './permission.ts';
import type { OperationId } from './routes/table.ts';

export interface AccessRow {
  /** Built-in roles that are not refused. `all`: whoever is logged on. `public`: also without credentials. */
  readonly roles: readonly BuiltInRole[] | 'all' | 'public';
  /** Whether a custom role with every right on another cluster is not refused. */
  readonly otherCluster: boolean;
}

const only = (...roles: BuiltInRole[]): AccessRow => ({ roles, otherCluster: false });
const clusterReaders = [
  'ADMIN',
  'ALARM_MANAGER',
  'BACKUP_MANAGER',
  'CLUSTER_MANAGER',
  'CLUSTER_VIEWER',
] as const;
const readCluster = only(...clusterReaders);
const manageCluster = only('ADMIN', 'CLUSTER_MANAGER');
const readTask = only(
  'ADMIN',
  'BACKUP_MANAGER',
  'CLUSTER_MANAGER',
  'CLUSTER_VIEWER',
  'TASK_MANAGER',
  'TENANT_MANAGER',
  'TENANT_VIEWER',
);
const manageTask = only('ADMIN', 'BACKUP_MANAGER', 'CLUSTER_MANAGER', 'TASK_MANAGER');
const readHost = only(...clusterReaders, 'HOST_MANAGER', 'HOST_VIEWER');
const manageHost = only('ADMIN', 'CLUSTER_MANAGER', 'HOST_MANAGER');
const readUser = only('ADMIN', 'ALARM_MANAGER', 'CLUSTER_MANAGER', 'USER_MANAGER');
const manageUser = only('ADMIN', 'USER_MANAGER');
const readRole = only('ADMIN', 'ROLE_MANAGER', 'USER_MANAGER');
const manageRole = only('ADMIN', 'ROLE_MANAGER');
const everybody: AccessRow = { roles: 'all', otherCluster: true };
const anyone: AccessRow = { roles: 'public', otherCluster: true };

export const accessMatrix: Readonly<Record<OperationId, AccessRow>> = {
  // The list shows the clusters one may read, so a role on any cluster is enough.
  clusterList: { roles: clusterReaders, otherCluster: true },
  clusterGet: readCluster,
  clusterTakeOverPreCheck: manageCluster,
  clusterTakeOver: manageCluster,
  clusterParameterInfoList: { roles: clusterReaders, otherCluster: true },
  clusterParameterList: readCluster,
  clusterParameterUpdate: manageCluster,
  clusterPasswordChange: manageCluster,
  clusterStatsGet: readCluster,
  clusterServerStatsList: readCluster,
  clusterUnitList: readCluster,
  zoneList: readCluster,
  serverList: readCluster,
  zoneServerList: readCluster,
  clusterGuardGet: readCluster,
  clusterGuardUpdate: manageCluster,
  clusterMoveOut: manageCluster,
  clusterAgentsConnect: manageCluster,
  clusterStop: manageCluster,
  clusterStopPlan: manageCluster,
  clusterStart: manageCluster,
  clusterStartPlan: manageCluster,
  clusterRestart: manageCluster,
  clusterRestartPlan: manageCluster,
  serverStop: manageCluster,
  serverStopPlan: manageCluster,
  serverStart: manageCluster,
  serverStartPlan: manageCluster,
  serverRestart: manageCluster,
  serverRestartPlan: manageCluster,
  serverAdd: manageCluster,
  serverAddPlan: manageCluster,
  serverDelete: manageCluster,
  serverDeletePlan: manageCluster,
  serverReplace: manageCluster,
  serverReplacePlan: manageCluster,
  zoneAdd: manageCluster,
  zoneAddPlan: manageCluster,
  zoneDelete: manageCluster,
  zoneDeletePlan: manageCluster,
  zoneStop: manageCluster,
  zoneStopPlan: manageCluster,
  zoneStart: manageCluster,
  zoneStartPlan: manageCluster,
  zoneRestart: manageCluster,
  zoneRestartPlan: manageCluster,
  hostList: readHost,
  hostGet: readHost,
  hostRegister: manageHost,
  hostDelete: manageHost,
  agentInvite: manageHost,
  agentEnrol: anyone,
  agentRevoke: manageHost,
  hostTypeList: readHost,
  hostTypeGet: readHost,
  hostTypeCreate: manageHost,
  hostTypeDelete: manageHost,
  credentialList: everybody,
  credentialCreate: everybody,
  credentialDelete: everybody,
  taskList: readTask,
  taskGet: readTask,
  taskRetry: manageTask,
  taskRelease: manageTask,
  taskRollback: manageTask,
  taskPause: manageTask,
  taskResume: manageTask,
  taskAbort: manageTask,
  taskDiagnosis: readTask,
  subtaskLog: readTask,
  subtaskRetry: manageTask,
  subtaskSkip: manageTask,
  subtaskCancel: manageTask,
  eventStream: readTask,
  infoGet: everybody,
  timeGet: anyone,
  statusGet: anyone,
  openapiGet: anyone,
  accessKeyList: everybody,
  accessKeyCreate: everybody,
  accessKeyEnable: everybody,
  accessKeyDisable: everybody,
  accessKeyDelete: everybody,
  userList: readUser,
  userGet: readUser,
  userCreate: manageUser,
  userUpdate: manageUser,
  userEnable: manageUser,
  userDisable: manageUser,
  userUnlock: manageUser,
  userResetPassword: manageUser,
  userDelete: manageUser,
  passwordChange: everybody,
  roleList: readRole,
  roleGet: readRole,
  roleCreate: manageRole,
  roleUpdate: manageRole,
  roleDelete: manageRole,
  sessionLogin: anyone,
  sessionLogout: everybody,
  currentUserGet: everybody,
  auditEventList: only('ADMIN', 'AUDIT_VIEWER'),
  logonList: manageUser,
};
