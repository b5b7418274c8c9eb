import type { PermissionNeed } from '@openocp/contract';
import { describe, expect, it } from 'vitest';
import { authorize } from './authorization.ts';

const identity = (...permissions: string[]) => ({ userId: 1, username: 'someone', permissions });
const update: PermissionNeed = { kind: 'instance', expression: 'CLUSTER:{id}:UPDATE' };

function outcome(...args: Parameters<typeof authorize>): unknown {
  try {
    authorize(...args);
    return 'allowed';
  } catch (error) {
    return error;
  }
}

describe('authorize', () => {
  it('takes the instance from the path: a right on one cluster is none on another', () => {
    const operator = identity('CLUSTER:1:UPDATE');
    expect(outcome(operator, update, { id: 1 })).toBe('allowed');
    expect(outcome(operator, update, { id: 2 })).toMatchObject({
      key: 'NOT_PERMITTED',
      message: 'You need the permission CLUSTER:2:UPDATE.',
    });
  });

  it('lets a list be called by who may see some of it', () => {
    const list: PermissionNeed = { kind: 'some', expression: 'CLUSTER:*:READ' };
    expect(outcome(identity('CLUSTER:7:READ'), list, {})).toBe('allowed');
    expect(outcome(identity('CLUSTER:7:UPDATE'), list, {})).toMatchObject({ key: 'NOT_PERMITTED' });
  });

  it('tells who is not logged on from who may not', () => {
    expect(outcome(undefined, update, { id: 1 })).toMatchObject({ key: 'NOT_AUTHENTICATED' });
    expect(outcome(undefined, { kind: 'authenticated' }, {})).toMatchObject({ key: 'NOT_AUTHENTICATED' });
    expect(outcome(identity(), { kind: 'authenticated' }, {})).toBe('allowed');
    expect(outcome(undefined, { kind: 'public' }, {})).toBe('allowed');
  });
});
