import { readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, expect, test } from 'vitest';
import { readProcess } from '../process-reading.ts';
import { AgentProcess, command } from '../testing/agent-process.ts';
import { makeCertificates, type TestCertificates } from '../testing/certificates.ts';
import { type Behaviour, FakeHome } from '../testing/fake-home.ts';
import { waitFor } from '../testing/wait-for.ts';

let certificates: TestCertificates;
const endings: (() => Promise<void>)[] = [];

beforeAll(async () => {
  certificates = await makeCertificates();
});

afterEach(async () => {
  for (const end of endings.splice(0).reverse()) {
    await end();
  }
});

async function agentFor(behaviour: Behaviour): Promise<{ home: FakeHome; agent: AgentProcess }> {
  const home = new FakeHome(behaviour);
  endings.push(() => home.remove());
  const agent = new AgentProcess(certificates, [home.path]);
  endings.push(() => agent.remove());
  await agent.start();
  return { home, agent };
}

test('starts the process with its libraries, and answers with the identity of what lives', async () => {
  const { home, agent } = await agentFor({});
  writeFileSync(home.pidFile, '999999999');
  const answer = await agent.startProcess({ home: home.path });
  expect(answer.outcome).toBe('started');
  expect(answer.process).toMatchObject({ executable: home.executable, cwd: home.path });
  expect(answer.process).toEqual(await agent.identify(home.path));
  expect(home.events()[0]).toBe(`started ${answer.process.pid} ${home.path}/lib`);
  expect((await agent.inspect(home.path)).pidFile.state).toBe('current');
});

test('what the kernel showed before stands beside the spawn in the journal; the age of the process is told', async () => {
  const { home, agent } = await agentFor({});
  await agent.startProcess({ home: home.path, shownBefore: '1764191582000' });
  const spawns = (await agent.journal(home.path)).filter(({ phase }) => phase === 'spawn');
  expect(spawns.map(({ detail }) => detail.shownBefore)).toEqual(['1764191582000']);
  const { upMs } = await agent.inspect(home.path);
  // It has just been started; a clock that counts from anything but the boot would be off by years.
  expect(upMs).toBeGreaterThanOrEqual(0);
  expect(upMs).toBeLessThan(600_000);
});

test('a link in place of the start log empties no other file, and hinders no start', async () => {
  const { home, agent } = await agentFor({});
  const precious = join(home.path, 'precious');
  const log = join(home.path, 'log/observer.start.log');
  writeFileSync(precious, 'kept');
  symlinkSync(precious, log);
  expect((await agent.startProcess({ home: home.path })).outcome).toBe('started');
  expect(readFileSync(precious, 'utf8')).toBe('kept');
});

test('a running process is not started again', async () => {
  const { home, agent } = await agentFor({});
  const pid = await home.spawn();
  const answer = await agent.startProcess({ home: home.path });
  expect(answer).toMatchObject({ outcome: 'already-running', process: { pid } });
  expect(home.pids()).toEqual([pid]);
});

test('a launcher that leaves a daemon behind: the identity is the daemon', async () => {
  const { home, agent } = await agentFor({ daemon: true });
  const answer = await agent.startProcess({ home: home.path });
  expect(answer).toMatchObject({ outcome: 'started', process: { pid: home.readyPids()[0] } });
});

test('a launcher that leaves nothing behind is a failed start, long before the deadline', async () => {
  const { home, agent } = await agentFor({ earlyExit: { code: 0, text: 'observer start fail' } });
  await expect(agent.startProcess({ home: home.path, deadlineMs: 60_000 })).rejects.toThrow(
    /422 start-failed: .*without leaving a process.*observer start fail/,
  );
});

test('an early exit is reported with its code and its last words, freed of control characters', async () => {
  const { home, agent } = await agentFor({ earlyExit: { code: 7, text: 'disk\x07\x1b[31mfull\x1b[0m\n' } });
  await expect(agent.startProcess({ home: home.path })).rejects.toThrow(
    'start-failed: bin/observer ended early, exit code 7: disk full',
  );
});

test('a taken port is reported as such', async () => {
  const { home, agent } = await agentFor({
    earlyExit: { code: 1, text: 'bind failed: listen EADDRINUSE: address already in use 127.0.0.1:2881' },
  });
  await expect(agent.startProcess({ home: home.path })).rejects.toThrow('409 port-in-use');
});

test('a process that prints nothing is reported with what it has logged, and not with what one before it had', async () => {
  const log = '[t] EDIAG bind failed, port 2882 is already in use\n';
  const { home, agent } = await agentFor({ earlyExit: { code: 0, text: '', log } });
  await expect(agent.startProcess({ home: home.path })).rejects.toThrow(
    /409 port-in-use: .*without leaving a process.*EDIAG bind failed, port 2882/,
  );
  utimesSync(join(home.path, 'log/observer.log'), 1, 1);
  home.behave({ earlyExit: { code: 0, text: '' } });
  await expect(agent.startProcess({ home: home.path })).rejects.toThrow(/start-failed: (?!.*EDIAG)/);
});

test('a process whose pid file names somebody else is not called started', async () => {
  const { home, agent } = await agentFor({ pidFile: 1 });
  await expect(agent.startProcess({ home: home.path, deadlineMs: 600 })).rejects.toThrow(
    /start-failed: process \d+ lives, but after 600 ms its pid file is stale \(it names 1\)/,
  );
  // It is seen all the same.
  expect((await agent.inspect(home.path)).process?.pid).toBe(home.pids()[0]);
});

test('the same start delivered twice at once spawns once', async () => {
  const { home, agent } = await agentFor({ pidFileOnRelease: true });
  const options = { home: home.path, command: command() };
  const starting = Promise.all([agent.startProcess(options), agent.startProcess(options)]);
  await waitFor('process', () => home.pids()[0]);
  home.release();
  const [first, second] = await starting;
  expect(second).toEqual(first);
  expect(await agent.startProcess(options)).toEqual({ ...first, redelivered: true });
  expect(home.pids()).toHaveLength(1);
});

test('the process outlives its agent: Ctrl-C in its terminal, SIGTERM and kill -9', async () => {
  const { home, agent } = await agentFor({});
  const { process: started } = await agent.startProcess({ home: home.path });
  process.kill(-agent.pid, 'SIGINT');
  await agent.end('SIGTERM');
  await agent.start();
  await agent.end('SIGKILL');
  expect(readProcess(started.pid)).toMatchObject({ state: 'alive', identity: started });
  // Its own session and process group: nothing that is sent to the agent's reaches it.
  const fields = readFileSync(`/proc/${started.pid}/stat`, 'utf8').split(') ')[1]?.split(' ');
  expect(fields?.slice(2, 4)).toEqual([String(started.pid), String(started.pid)]);
});
