import { existsSync, mkdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { AgentProcess } from '../testing/agent-process.ts';
import { makeCertificates } from '../testing/certificates.ts';
import { FakeHome } from '../testing/fake-home.ts';

let home: FakeHome;
let agent: AgentProcess;

beforeAll(async () => {
  home = new FakeHome({});
  agent = new AgentProcess(await makeCertificates(), [home.path]);
  await agent.start();
});

afterAll(async () => {
  await agent?.remove();
  await home?.remove();
});

beforeEach(() => rmSync(join(home.path, 'store'), { recursive: true, force: true }));

test('makes what is missing, once, and leaves what is there', async () => {
  const folders = ['store', 'store/clog', 'store/slog', 'store/sstable'];
  const first = await agent.prepareHome(home.path);
  expect(first).toMatchObject({ hasData: false, redelivered: false });
  expect(first.created).toEqual(expect.arrayContaining(folders));
  for (const folder of folders) expect(statSync(join(home.path, folder)).isDirectory()).toBe(true);
  expect((await agent.prepareHome(home.path)).created).toEqual([]);
});

test('a link to another disk stays a link', async () => {
  const disk = join(agent.folder, 'disk');
  mkdirSync(disk);
  mkdirSync(join(home.path, 'store'));
  symlinkSync(disk, join(home.path, 'store/clog'));
  const { created } = await agent.prepareHome(home.path);
  expect(created).not.toContain('store/clog');
  expect(statSync(join(home.path, 'store/clog')).ino).toBe(statSync(disk).ino);
});

test('data of an earlier server is told, also by an inspection, and not touched', async () => {
  mkdirSync(join(home.path, 'store/clog/tenant_1'), { recursive: true });
  expect((await agent.prepareHome(home.path)).hasData).toBe(true);
  expect((await agent.inspect(home.path)).hasData).toBe(true);
  expect(existsSync(join(home.path, 'store/clog/tenant_1'))).toBe(true);
});

test('a file in place of a folder is told by its path, and refused again when asked again', async () => {
  writeFileSync(join(home.path, 'store'), '');
  const refusal = /422 home-not-usable: .*\/store cannot be made: it exists and is not a folder/;
  await expect(agent.prepareHome(home.path)).rejects.toThrow(refusal);
  await expect(agent.prepareHome(home.path, { fence: 2 })).rejects.toThrow(refusal);
});

test('an older owner and a home that is not allowed are refused', async () => {
  await agent.prepareHome(home.path, { fence: 7 });
  await expect(agent.prepareHome(home.path, { fence: 6 })).rejects.toThrow('409 fence-too-old');
  await expect(agent.prepareHome('/etc')).rejects.toThrow('403 home-not-allowed');
});
