import { symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { AgentProcess } from '../testing/agent-process.ts';
import { makeCertificates } from '../testing/certificates.ts';
import { FakeHome } from '../testing/fake-home.ts';

let home: FakeHome;
let agent: AgentProcess;
const log = (text: string) => writeFileSync(join(home.path, 'log/observer.log'), text);

beforeAll(async () => {
  home = new FakeHome();
  agent = new AgentProcess(await makeCertificates(), [home.path]);
  await agent.start();
});

beforeEach(() => log(''));

afterAll(async () => {
  await agent.remove();
  await home.remove();
});

test('are the last errors of the log, freed of control characters and of their length', async () => {
  const old = Array.from({ length: 9 }, (_, index) => `[t] ERROR old ${index}`);
  log(
    [
      ...old,
      '[t] EDIAG \u001b[31mport 2882\u001b[0m is taken',
      `[t] ERROR ${'x'.repeat(900)}`,
      '[t] INFO bye',
    ].join('\n'),
  );
  const lines = await agent.lastWords(home.path);
  expect(lines).toHaveLength(3);
  expect(lines.slice(0, 2)).toEqual(['[t] ERROR old 8', '[t] EDIAG port 2882 is taken']);
  expect(lines[2]?.length).toBe(400);
});

test('are the last lines where no error is told, and none where there is no log', async () => {
  log('one\ntwo\n\nthree\nfour\n');
  expect(await agent.lastWords(home.path)).toEqual(['two', 'three', 'four']);
  log('');
  expect(await agent.lastWords(home.path)).toEqual([]);
});

test('are asked of homes of this agent alone, and a link in place of the log shows nothing of another file', async () => {
  await expect(agent.lastWords('/etc')).rejects.toThrow('home-not-allowed');
  const other = new FakeHome();
  symlinkSync(join(home.path, 'bin/observer'), join(other.path, 'log/observer.log'));
  const second = new AgentProcess(await makeCertificates(), [other.path]);
  try {
    await second.start();
    expect(await second.lastWords(other.path)).toEqual([]);
  } finally {
    await second.remove();
    await other.remove();
  }
});
