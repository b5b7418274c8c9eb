import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { linkSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hasEnded, parseStat, readBootId, readProcess } from './process-reading.ts';

test('a name with blanks and parentheses does not shift the fields', () => {
  const rest = '1 5 5 0 -1 4194304 100 0 0 0 1 2 0 0 20 0 11 0 987654 1000 200 18446744073709551615';
  expect(parseStat(`4711 (evil) S 1 (x)) R ${rest}`)).toEqual({
    state: 'R',
    parentPid: 1,
    threads: 11,
    startTicks: '987654',
  });
});

test('the own process is alive, with boot id, executable and working directory', () => {
  const reading = readProcess(process.pid);
  expect(reading).toMatchObject({
    state: 'alive',
    parentPid: process.ppid,
    identity: { pid: process.pid, bootId: readBootId(), executable: realpathSync(process.execPath) },
  });
});

test('a pid that nobody has is gone', () => {
  expect(readProcess(2 ** 22 + 1)).toEqual({ state: 'gone' });
  expect(hasEnded(2 ** 22 + 1, '1')).toBe(true);
});

test('other start ticks under the same pid mean that the process has ended', () => {
  expect(hasEnded(process.pid, '1')).toBe(true);
});

test('an executable replaced while it runs, as by an upgrade, keeps its name', async () => {
  const folder = mkdtempSync(join(realpathSync(tmpdir()), 'openocp-reading-'));
  const executable = join(folder, 'observer');
  linkSync(realpathSync(process.execPath), executable);
  const child = spawn(executable, ['-e', 'setInterval(() => undefined, 60000)'], { stdio: 'ignore' });
  await once(child, 'spawn');
  rmSync(folder, { recursive: true });
  expect(readProcess(child.pid ?? 0)).toMatchObject({ identity: { executable } });
  child.kill('SIGKILL');
});
