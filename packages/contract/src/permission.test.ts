import { describe, expect, it } from 'vitest';
import {
  builtInRoles,
  fillPermission,
  isBuiltInRole,
  isPermissionExpression,
  listPermitted,
  permits,
  permitsSome,
} from './permission.ts';

describe('permits', () => {
  it.each([
    ['**', 'CLUSTER:1:UPDATE', true],
    ['CLUSTER:*:*', 'CLUSTER:1:UPDATE', true],
    ['CLUSTER:*:READ', 'CLUSTER:1:READ', true],
    ['CLUSTER:1:READ', 'CLUSTER:1:READ', true],
    ['CLUSTER:1:*', 'CLUSTER:1:DELETE', true],
    ['CLUSTER:*:TENANT:*:READ', 'CLUSTER:1:TENANT:2:READ', true],
    // another instance, verb, resource
    ['CLUSTER:1:READ', 'CLUSTER:2:READ', false],
    ['CLUSTER:1:READ', 'CLUSTER:11:READ', false],
    ['CLUSTER:*:UPDATE', 'CLUSTER:1:READ', false],
    ['CLUSTER:*:READ', 'CLUSTER:1:UPDATE', false],
    ['TASK:*:*', 'CLUSTER:1:READ', false],
    // one object is not all objects
    ['CLUSTER:1:READ', 'CLUSTER:*:READ', false],
    ['CLUSTER:*:READ', 'CLUSTER:*:READ', true],
    // a right on a cluster is none on its tenants, and the other way round
    ['CLUSTER:*:*', 'CLUSTER:1:TENANT:2:READ', false],
    ['CLUSTER:*:TENANT:*:READ', 'CLUSTER:1:READ', false],
    ['*', 'CLUSTER:1:READ', false],
    ['', 'CLUSTER:1:READ', false],
  ])('%s on %s: %s', (granted, needed, expected) => {
    expect(permits([granted], needed)).toBe(expected);
  });

  it('needs one of several to cover all of it; nothing granted permits nothing', () => {
    expect(permits(['CLUSTER:1:READ', 'CLUSTER:2:UPDATE'], 'CLUSTER:1:UPDATE')).toBe(false);
    expect(permits(['CLUSTER:1:READ', 'CLUSTER:1:UPDATE'], 'CLUSTER:1:UPDATE')).toBe(true);
    expect(permits([], 'CLUSTER:1:READ')).toBe(false);
  });
});

describe('permitsSome', () => {
  it('is met by a right on any instance, of the same resource and verb', () => {
    expect(permitsSome(['CLUSTER:7:READ'], 'CLUSTER:*:READ')).toBe(true);
    expect(permitsSome(['CLUSTER:7:UPDATE'], 'CLUSTER:*:READ')).toBe(false);
    expect(permitsSome(['HOST:7:READ'], 'CLUSTER:*:READ')).toBe(false);
    expect(permitsSome([], 'CLUSTER:*:READ')).toBe(false);
  });
});

describe('fillPermission', () => {
  it('takes the instance from the path', () => {
    expect(fillPermission('CLUSTER:{id}:UPDATE', { id: 20, serverId: 3 })).toBe('CLUSTER:20:UPDATE');
  });

  it('never leaves a placeholder open', () => {
    expect(() => fillPermission('CLUSTER:{id}:UPDATE', {})).toThrow('needs the path parameter id');
  });
});

describe('built-in roles', () => {
  it('hold well-formed expressions', () => {
    for (const expressions of Object.values(builtInRoles)) {
      expect(expressions.length).toBeGreaterThan(0);
      for (const expression of expressions) expect(expression).toSatisfy(isPermissionExpression);
    }
    expect(
      ['CLUSTER', 'CLUSTER:1', ':1:READ', 'cluster:1:read', 'CLUSTER: :READ', '***'].some(
        isPermissionExpression,
        listPermitted,
      ),
    ).toBe(false);
  });

  const matrix: Record<string, [readonly string[], string, boolean][]> = {
    ADMIN: [[builtInRoles.ADMIN, 'CLUSTER:1:TENANT:2:DELETE', true]],
    CLUSTER_MANAGER: [
      [builtInRoles.CLUSTER_MANAGER, 'CLUSTER:1:UPDATE', true],
      [builtInRoles.CLUSTER_MANAGER, 'CLUSTER:*:CREATE', true],
      [builtInRoles.CLUSTER_MANAGER, 'TASK:1:UPDATE', true],
      [builtInRoles.CLUSTER_MANAGER, 'USER:1:UPDATE', false],
    ],
    CLUSTER_VIEWER: [
      [builtInRoles.CLUSTER_VIEWER, 'CLUSTER:1:READ', true],
      [builtInRoles.CLUSTER_VIEWER, 'TASK:1:READ', true],
      [builtInRoles.CLUSTER_VIEWER, 'CLUSTER:1:UPDATE', false],
      [builtInRoles.CLUSTER_VIEWER, 'TASK:1:UPDATE', false],
    ],
    TASK_MANAGER: [
      [builtInRoles.TASK_MANAGER, 'TASK:1:UPDATE', true],
      [builtInRoles.TASK_MANAGER, 'CLUSTER:1:READ', false],
    ],
  };
  it.each(Object.entries(matrix))('%s', (_, rows) => {
    for (const [granted, needed, expected] of rows)
      expect([needed, permits(granted, needed)]).toEqual([needed, expected]);
  });

  it('are no names from a prototype', () => {
    expect(['constructor', '__proto__', 'toString'].some(isBuiltInRole)).toBe(false);
  });
});

describe('listPermitted', () => {
  it.each([
    [['**'], undefined],
    [['CLUSTER:*:*', 'CLUSTER:1:READ'], undefined],
    [['CLUSTER:*:READ'], undefined],
    [
      ['CLUSTER:2:READ', 'CLUSTER:1:*', 'CLUSTER:2:*', 'CLUSTER:3:UPDATE'],
      [2, 1],
    ],
    [['HOST:1:READ', 'CLUSTER:1:TENANT:2:READ', 'CLUSTER:*:UPDATE'], []],
    [['CLUSTER:x:READ', 'CLUSTER:01:READ', 'CLUSTER:1.5:READ'], []],
    [[], []],
  ])('%j on clusters: %j', (granted, expected) => {
    expect(listPermitted(granted, 'CLUSTER:*:READ')).toEqual(expected);
  });
});
