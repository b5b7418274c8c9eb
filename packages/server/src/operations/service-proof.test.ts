import type { JournalEntry, ProcessIdentity } from '@openocp/contract';
import { expect, test } from 'vitest';
import { findShownBefore } from './service-proof.ts';

const process: ProcessIdentity = {
  bootId: '5b0f7b0e-58a4-4c2b-9d26-6f0f2f3c1a11',
  pid: 7,
  startTicks: '100',
  executable: '/home/ob/bin/observer',
  cwd: '/home/ob',
};

function entry(
  taskId: number,
  phase: JournalEntry['phase'],
  detail: JournalEntry['detail'],
  fence = 1,
): JournalEntry {
  const command = { taskId, subtaskId: 1, attempt: 1, fence, mode: 'run' as const };
  return { sequence: taskId, time: 0, verb: 'start', home: '/home/ob', command, phase, detail };
}

function result(taskId: number, outcome: 'started' | 'already-running', of = process, fence = 1) {
  return entry(taskId, 'result', { response: { outcome, process: { ...of } } }, fence);
}

test('the record beside the spawn of this very process counts, whoever fetched its result', () => {
  const entries = [
    entry(1, 'spawn', { shownBefore: '111' }),
    result(1, 'started', { ...process, startTicks: '50' }),
    entry(2, 'spawn', { shownBefore: '222' }),
    result(2, 'started', process, 9),
  ];
  expect(findShownBefore(entries, process)).toBe(222);
});

test('a command that found the process running knows nothing of its start', () => {
  expect(
    findShownBefore([entry(1, 'spawn', { shownBefore: '1' }), result(1, 'already-running')], process),
  ).toBe('unknown');
});

test('none shown is a record too; no record, and one that cannot be read, is unknown', () => {
  const of = (detail: JournalEntry['detail']) =>
    findShownBefore([entry(1, 'spawn', detail), result(1, 'started')], process);
  expect(of({ shownBefore: 'none' })).toBeNull();
  expect(of({ launcher: 'observer' })).toBe('unknown');
  expect(of({ shownBefore: 'soon' })).toBe('unknown');
  expect(findShownBefore([], process)).toBe('unknown');
});
