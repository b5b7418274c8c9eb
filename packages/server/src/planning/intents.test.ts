import { expect, test } from 'vitest';
import { intendAgain, intendOwn, intendStoppedWithOthers, intendZoneStoppedWithOthers } from './intents.ts';

test('a server that its operator had stopped stays so when its zone was stopped and started around it', () => {
  const own = intendOwn('PROCESS_STOPPED');
  const during = intendStoppedWithOthers({ stopTime: 7, ...own });
  expect(intendAgain(during)).toEqual({ intent: 'PROCESS_STOPPED', ownIntent: 'PROCESS_STOPPED' });
});

test('a server that served is meant to serve again', () => {
  const during = intendStoppedWithOthers({ stopTime: null, ...intendOwn('RUNNING') });
  expect(during).toEqual({ intent: 'PROCESS_STOPPED', ownIntent: 'RUNNING' });
  expect(intendAgain(during).intent).toBe('RUNNING');
});

test('a mark that somebody set by hand is kept as if an operation of ours had set it', () => {
  const during = intendStoppedWithOthers({ stopTime: 7, ownIntent: 'RUNNING' });
  expect(intendAgain(during).intent).toBe('SERVICE_STOPPED');
  expect(intendZoneStoppedWithOthers({ formerStatus: 'INACTIVE', formerIntent: 'RUNNING' })).toBe(
    'SERVICE_STOPPED',
  );
});

test('a zone keeps its own intent when its cluster is stopped', () => {
  expect(intendZoneStoppedWithOthers({ formerStatus: 'ACTIVE', formerIntent: 'RUNNING' })).toBe('RUNNING');
  expect(intendZoneStoppedWithOthers({ formerStatus: 'INACTIVE', formerIntent: 'STOPPED' })).toBe('STOPPED');
  expect(intendZoneStoppedWithOthers({ formerStatus: null, formerIntent: 'RUNNING' })).toBe('RUNNING');
});
