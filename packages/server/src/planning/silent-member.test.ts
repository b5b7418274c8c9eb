/** A member that is missing from the view for a moment is looked at again; one that the kernel shows down is not. */
import { expect, test } from 'vitest';
import { isSameAddress } from '../domain/server-address.ts';
import { isWorthAnotherLook, viewCheck } from './check.ts';
import { address, healthyRows, serverRow, snapshotOf } from './snapshot-fixture.ts';
import { planStop } from './stop-plan.ts';

const subject = { targets: [address(1, 1)], stoppedByUs: [], isolatedBy: 'STOP SERVER' } as const;
const silent = address(2, 1);
const rows = healthyRows();
const withoutSilent = { ...rows, replicas: rows.replicas.filter((row) => !isSameAddress(row, silent)) };

test('silence of a member in service says no, and is worth another look', () => {
  const plan = planStop(snapshotOf(withoutSilent), subject, '');
  const failed = plan.checks.filter(({ result }) => result === 'FAIL');
  expect(failed.map(({ name }) => name)).toEqual(['majority']);
  expect(isWorthAnotherLook(plan)).toBe(true);
  expect(failed.map(viewCheck)[0]).not.toHaveProperty('mayPass');
});

test('a member that the kernel shows INACTIVE says no for good', () => {
  const servers = rows.servers.map((row) =>
    isSameAddress(row, silent) ? serverRow(2, 1, { status: 'INACTIVE' }) : row,
  );
  const plan = planStop(snapshotOf({ ...withoutSilent, servers }), subject, '');
  expect(plan.verdict).toBe('BLOCKED');
  expect(isWorthAnotherLook(plan)).toBe(false);
});
