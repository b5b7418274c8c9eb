import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { lookAtHome } from './home-process.ts';
import { kindOfHome } from './process-kind.ts';
import { FakeHome } from './testing/fake-home.ts';

let home: FakeHome;

beforeEach(() => {
  home = new FakeHome();
});

afterEach(() => home.remove());

const look = () => lookAtHome(home.path, kindOfHome(home.path));

test('without a process the pid file is absent, stale or unreadable', () => {
  expect(look()).toEqual({ process: null, pidFile: { pid: null, state: 'absent' }, otherPids: [] });
  // A foreign process: this one.
  writeFileSync(home.pidFile, `${process.pid}\n`);
  expect(look()).toMatchObject({ process: null, pidFile: { pid: process.pid, state: 'stale' } });
  for (const text of ['', '-1', '0', 'abc', '12 34', '1'.repeat(40)]) {
    writeFileSync(home.pidFile, text);
    expect(look().pidFile).toEqual({ pid: null, state: 'unreadable' });
  }
  rmSync(home.pidFile);
  mkdirSync(home.pidFile);
  expect(look().pidFile.state).toBe('unreadable');
});

test('a process that somebody started without a pid file is found', async () => {
  home.behave({ pidFile: 'none' });
  const pid = await home.spawn();
  expect(look()).toMatchObject({ process: { pid }, pidFile: { state: 'absent' }, otherPids: [] });
});

test('the pid file decides which of two is the process, the other one is shown', async () => {
  home.behave({ pidFile: 'none' });
  const first = await home.spawn();
  home.behave({});
  const second = await home.spawn();
  expect(look()).toMatchObject({
    process: { pid: second },
    pidFile: { pid: second, state: 'current' },
    otherPids: [first],
  });
});

test('a forked child that looks like its parent is not another process', async () => {
  home.behave({ forkChild: true });
  const pid = await home.spawn();
  expect(home.pids()).toHaveLength(2);
  expect(look()).toMatchObject({ process: { pid }, otherPids: [] });
});
