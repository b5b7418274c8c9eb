import { expect, test } from 'vitest';
import { type OfferSituation, offerServerActions, offerZoneActions } from './operation-offers.ts';

const free: OfferSituation = { holder: undefined, withoutAgent: [] };

test('a running server offers what the table says and this version can do', () => {
  const { available, unavailable } = offerServerActions('RUNNING', free);
  expect(available).toEqual(expect.arrayContaining(['stopService', 'stopProcess']));
  expect(available).not.toContain('start');
  expect(unavailable.start).toBe(
    'Not in state RUNNING; possible in UNAVAILABLE, SERVICE_STOPPED, PROCESS_STOPPED.',
  );
  expect(unavailable.setFree).toBe('This version of OpenOCP cannot do it.');
});

test('an operation is either available or has a reason, never both', () => {
  for (const status of ['RUNNING', 'PROCESS_STOPPED', 'STARTING', 'DELETED'] as const) {
    const { available, unavailable } = offerServerActions(status, free);
    const actions = [...available, ...Object.keys(unavailable)];
    expect(new Set(actions).size).toBe(actions.length);
    expect(actions).toHaveLength(8);
  }
});

test('while an operation holds the cluster nothing is offered, and the holder is named', () => {
  const holder = { taskId: 12, taskName: 'Stop OB server', username: 'admin' };
  const { available, unavailable } = offerServerActions('RUNNING', { ...free, holder });
  expect(available).toEqual([]);
  expect(unavailable.stopProcess).toMatch(/Task 12 \(Stop OB server\) of admin/);
});

test('without an agent the reason says how to get one', () => {
  const { available, unavailable } = offerServerActions('RUNNING', { ...free, withoutAgent: ['10.0.0.1'] });
  expect(available).toEqual(['stopService']);
  expect(unavailable.stopProcess).toMatch(/10\.0\.0\.1; connect it first/);
});

test('a server that was only isolated is started by SQL, and one whose process is gone is not', () => {
  const situation = { ...free, withoutAgent: ['10.0.0.1'] };
  expect(offerServerActions('SERVICE_STOPPED', situation).available).toContain('start');
  expect(offerServerActions('PROCESS_STOPPED', situation).unavailable.start).toMatch(/connect it first/);
});

test('a zone in transition offers nothing', () => {
  expect(offerZoneActions('OPERATING', free).available).toEqual([]);
  expect(Object.keys(offerZoneActions('OPERATING', free).unavailable)).toHaveLength(6);
});
