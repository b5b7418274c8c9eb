import type { ProcessIdentity } from '@openocp/contract';
import { expect, test } from 'vitest';
import { kindOfHome } from './process-kind.ts';
import type { ProcessReading } from './process-reading.ts';
import { judgeRecordedProcess } from './recorded-process.ts';
import { FakeHome } from './testing/fake-home.ts';

const home = new FakeHome();
const kind = kindOfHome(home.path);
await home.remove();

const recorded: ProcessIdentity = {
  bootId: 'boot',
  pid: 100,
  startTicks: '5000',
  executable: '/ob/bin/observer',
  cwd: '/ob',
};

function alive(changes: Partial<ProcessIdentity>): ProcessReading {
  return { state: 'alive', identity: { ...recorded, ...changes }, parentPid: 1 };
}

const stamp = { bootId: 'boot', startTicks: '5000' };

test.each<[string, ProcessReading, string]>([
  ['nobody', { state: 'gone' }, 'gone'],
  ['itself', alive({}), 'same'],
  ['itself, half ended', { state: 'ending', ...stamp }, 'ending'],
  ['another, half ended', { state: 'ending', ...stamp, startTicks: '6000' }, 'gone'],
  ['itself, unreadable', { state: 'hidden', ...stamp }, 'mismatch'],
  ['an unreadable stranger', { state: 'hidden', ...stamp, startTicks: '6000' }, 'gone'],
  ['a stranger', alive({ startTicks: '6000', executable: '/usr/bin/vim', cwd: '/root' }), 'gone'],
  ['an observer of another home', alive({ startTicks: '6000', cwd: '/ob2' }), 'gone'],
  ['a stranger after a reboot', alive({ bootId: 'next', executable: '/usr/bin/vim' }), 'gone'],
  ['a successor with its pid', alive({ startTicks: '6000' }), 'mismatch'],
  ['a successor after a reboot', alive({ bootId: 'next' }), 'mismatch'],
  ['itself, executing something else', alive({ executable: '/usr/bin/vim' }), 'mismatch'],
  ['itself, somewhere else', alive({ cwd: '/' }), 'mismatch'],
])('the pid belongs to %s', (_who, reading, verdict) => {
  expect(judgeRecordedProcess(recorded, reading, kind).verdict).toBe(verdict);
});

test('a mismatch names every field that differs', () => {
  const judged = judgeRecordedProcess(recorded, alive({ startTicks: '6000', bootId: 'next' }), kind);
  expect(judged).toMatchObject({
    difference: 'bootId was boot and is next; startTicks was 5000 and is 6000',
  });
});
