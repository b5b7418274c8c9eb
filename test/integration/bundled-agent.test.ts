/** The agent as one file does what it does from source. */
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { agentInfo } from '@openocp/contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { AgentProcess } from '../../packages/agent/src/testing/agent-process.ts';
import { makeCertificates } from '../../packages/agent/src/testing/certificates.ts';
import { FakeHome } from '../../packages/agent/src/testing/fake-home.ts';
import { agentNodeOptions, bundleAgent } from '../../scripts/bundle.ts';

let folder: string;
let file: string;
let home: FakeHome;
let agent: AgentProcess;

beforeAll(async () => {
  // Away from the repository: nothing of it may be needed.
  folder = mkdtempSync(join(tmpdir(), 'openocp-bundle-'));
  file = await bundleAgent(folder);
  home = new FakeHome();
  const env = { NODE_COMPILE_CACHE: join(folder, 'cache') };
  agent = new AgentProcess(await makeCertificates(), [home.path], { argv: [...agentNodeOptions, file], env });
  await agent.start();
});

afterAll(async () => {
  await agent?.remove();
  await home?.remove();
  rmSync(folder, { recursive: true, force: true });
});

test('it starts, inspects and stops a process, and is the version of its package', async () => {
  const { process: started } = await agent.startProcess({ home: home.path });
  expect(await agent.identify(home.path)).toEqual(started);
  expect(await agent.stop({ home: home.path, process: started, method: 'graceful' })).toMatchObject({
    outcome: 'stopped',
    signals: [{ signal: 'SIGUSR1' }],
  });
  const { version } = JSON.parse(readFileSync('packages/agent/package.json', 'utf8')) as { version: string };
  expect(agentInfo.parse((await agent.send({ path: '/v1/info' })).body)).toMatchObject({ version });
});

test('what is wrong in its configuration is told by name', async () => {
  const broken = new AgentProcess(await makeCertificates(), ['relative/home'], { argv: [file] });
  await expect(broken.start()).rejects.toThrow(/configuration .* is not valid:\s.*\n.*homes/);
  await broken.remove();
});

test('only what the agent uses is in it', () => {
  // All of zod alone would be 750 KiB.
  expect(statSync(file).size).toBeLessThan(600 * 1024);
});

test('nothing in it makes the engine keep two bytes for a letter', () => {
  expect(readFileSync(file, 'utf8').length).toBe(statSync(file).size);
});

test("Node's http, which brings a WebSocket client along, is not read before somebody enrols", () => {
  expect(readFileSync(file, 'utf8')).not.toMatch(/from ?"(node:)?http"/);
});

test('the licences of what is in it lie beside it', () => {
  const licences = readFileSync(join(folder, 'LICENSES.txt'), 'utf8');
  expect(licences).toMatch(/^zod\n---\nMIT License/m);
  expect(licences).toMatch(/^pino\n----\n/m);
});
