import { describe, expect, it } from 'vitest';
import { deriveAuditName } from './audit-events.ts';
import { operationIds } from './routes/table.ts';

describe('the name of a call in the audit', () => {
  it.each([
    ['serverStop', 'STOP_OB_SERVER', 'OB_CLUSTER_MANAGEMENT', 'OB_CLUSTER'],
    ['serverStart', 'START_OB_SERVER', 'OB_CLUSTER_MANAGEMENT', 'OB_CLUSTER'],
    ['clusterTakeOver', 'TAKE_OVER_OB_CLUSTER', 'OB_CLUSTER_MANAGEMENT', 'OB_CLUSTER'],
    ['userCreate', 'CREATE_USER', 'OCP_USER_MANAGEMENT', 'OCP_USER'],
    ['userDelete', 'DELETE_USER', 'OCP_USER_MANAGEMENT', 'OCP_USER'],
    ['passwordChange', 'CHANGE_USER_PASSWORD', 'OCP_USER_MANAGEMENT', 'OCP_USER'],
    ['userResetPassword', 'CHANGE_USER_PASSWORD', 'OCP_USER_MANAGEMENT', 'OCP_USER'],
    ['roleUpdate', 'UPDATE_ROLE', 'OCP_USER_MANAGEMENT', 'OCP_ROLE'],
    ['accessKeyCreate', 'CREATE_ACCESS_KEY', 'OCP_USER_MANAGEMENT', 'OCP_USER'],
    ['zoneStop', 'STOP_OB_ZONE', 'OB_CLUSTER_MANAGEMENT', 'OB_CLUSTER'],
    ['hostTypeCreate', 'CREATE_HOST_TYPE', 'COMPUTE_HOST_MANAGEMENT', 'COMPUTE_HOST'],
    ['taskRetry', 'RETRY_TASK', 'TASK_MANAGEMENT', 'OCP_TASK'],
    ['subtaskSkip', 'SKIP_SUBTASK', 'TASK_MANAGEMENT', 'OCP_TASK'],
    ['infoGet', 'INFO_GET', 'OCP_CLUSTER_MANAGEMENT', 'OCP_CLUSTER'],
  ] as const)('%s is %s', (operationId, operationEvent, eventType, resourceType) => {
    expect(deriveAuditName(operationId)).toEqual({ operationEvent, eventType, resourceType });
  });

  it('is well-formed for every route', () => {
    for (const operationId of operationIds)
      expect(deriveAuditName(operationId).operationEvent).toMatch(/^[A-Z]+(_[A-Z]+)*$/);
  });
});
