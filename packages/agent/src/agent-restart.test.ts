/** The agent dies between an effect and its answer; the command is delivered again to the next agent. */
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { hasEnded, readProcess } from './process-reading.ts';
import { AgentProcess, command } from './testing/agent-process.ts';
import { makeCertificates, type TestCertificates } from './testing/certificates.ts';
import { FakeHome } from './testing/fake-home.ts';
import { waitFor } from './testing/wait-for.ts';

let certificates: TestCertificates;
let home: FakeHome;
let agent: AgentProcess;

beforeAll(async () => {
  certificates = await makeCertificates();
});

beforeEach(async () => {
  home = new FakeHome();
  agent = new AgentProcess(certificates, [home.path]);
  await agent.start();
});

afterEach(async () => {
  await agent.remove();
  await home.remove();
});

async function phases(): Promise<string[]> {
  return (await agent.journal(home.path)).map(({ phase, detail }) =>
    typeof detail.signal === 'string' ? detail.signal : phase,
  );
}

/** Delivers a graceful stop, and kills the agent when the process has got the signal. */
async function stopAndKillAgent(graceMs = 10_000) {
  const recorded = await agent.identify(home.path);
  const options = {
    home: home.path,
    process: recorded,
    method: 'graceful',
    graceMs,
    command: command(),
  } as const;
  const lost = expect(agent.stop(options)).rejects.toThrow();
  await waitFor('SIGUSR1', () => home.events().includes('SIGUSR1'));
  await agent.end('SIGKILL');
  await lost;
  return options;
}

function signalsReceived(): number {
  return home.events().filter((event) => event === 'SIGUSR1').length;
}

test('stop, process still dying: waited for, not signalled again', async () => {
  home.behave({ exitOnRelease: true });
  await home.spawn();
  const options = await stopAndKillAgent();
  await agent.start();
  expect(hasEnded(options.process.pid, options.process.startTicks)).toBe(false);
  const stopping = agent.stop(options);
  home.release();
  expect(await stopping).toMatchObject({
    outcome: 'stopped',
    redelivered: false,
    signals: [{ signal: 'SIGUSR1' }],
  });
  expect(signalsReceived()).toBe(1);
  expect(await phases()).toEqual(['intent', 'SIGUSR1', 'result']);
});

test('stop, process gone meanwhile: it counts as stopped by this command', async () => {
  home.behave({ exitAfterMs: 100 });
  await home.spawn();
  const options = await stopAndKillAgent();
  await waitFor('end', () => hasEnded(options.process.pid, options.process.startTicks));
  await agent.start();
  expect(await agent.stop(options)).toMatchObject({ outcome: 'stopped', signals: [{ signal: 'SIGUSR1' }] });
  expect(await phases()).toEqual(['intent', 'SIGUSR1', 'result']);
});

test('stop, signal ignored: the escalation goes on after what is left of the grace', async () => {
  home.behave({ onSigusr1: 'ignore' });
  await home.spawn();
  const options = await stopAndKillAgent(1000);
  await agent.start();
  expect((await agent.stop(options)).outcome).toBe('stopped');
  expect(signalsReceived()).toBe(1);
  expect(await phases()).toEqual(['intent', 'SIGUSR1', 'SIGKILL', 'result']);
});

test('SIGTERM to the agent while a stop waits: the caller is told, the process is left to the next agent', async () => {
  home.behave({ exitOnRelease: true });
  await home.spawn();
  const recorded = await agent.identify(home.path);
  const options = { home: home.path, process: recorded, method: 'graceful', command: command() } as const;
  const told = expect(agent.stop(options)).rejects.toThrow('500 internal: the agent is ending');
  await waitFor('SIGUSR1', () => home.events().includes('SIGUSR1'));
  expect(await agent.end('SIGTERM')).toBe(0);
  await told;
  await agent.start();
  home.release();
  expect((await agent.stop(options)).outcome).toBe('stopped');
  expect(signalsReceived()).toBe(1);
});

test('start, process still booting: waited for, not spawned again', async () => {
  home.behave({ pidFileOnRelease: true });
  const options = { home: home.path, command: command() };
  const lost = expect(agent.startProcess(options)).rejects.toThrow();
  const pid = await waitFor('process', () => home.pids()[0]);
  await agent.end('SIGKILL');
  await lost;
  await agent.start();
  const starting = agent.startProcess(options);
  home.release();
  expect(await starting).toMatchObject({ outcome: 'started', process: { pid } });
  expect(home.pids()).toEqual([pid]);
  expect(await phases()).toEqual(['intent', 'spawn', 'result']);
});

test('start, process died meanwhile: a failed start, not a second spawn', async () => {
  home.behave({ pidFileOnRelease: true });
  const options = { home: home.path, command: command() };
  const lost = expect(agent.startProcess(options)).rejects.toThrow();
  const pid = await waitFor('process', () => home.pids()[0]);
  await agent.end('SIGKILL');
  await lost;
  process.kill(pid, 'SIGKILL');
  await agent.start();
  await expect(agent.startProcess(options)).rejects.toThrow(
    /start-failed: the process that was started before/,
  );
  expect(home.pids()).toEqual([pid]);
});

test('a stored result and the highest fence outlive the agent', async () => {
  await home.spawn();
  const recorded = await agent.identify(home.path);
  const options = { home: home.path, process: recorded, command: command({ fence: 5 }) };
  const first = await agent.stop(options);
  const successor = await home.spawn();
  await agent.end('SIGKILL');
  await agent.start();
  expect(await agent.stop(options)).toEqual({ ...first, redelivered: true });
  const current = await agent.identify(home.path);
  await expect(
    agent.stop({ home: home.path, process: current, command: command({ fence: 4 }) }),
  ).rejects.toThrow('409 fence-too-old: fence 4 is older than 5');
  expect(readProcess(successor).state).toBe('alive');
});

test('two agents never share a data directory, and a dead one leaves it free', async () => {
  const { pid } = agent;
  await expect(agent.start()).rejects.toThrow('another agent already runs on');
  expect(agent.pid).toBe(pid);
  await agent.end('SIGKILL');
  await agent.start();
});

test('the agent works on when nobody reads its output any more', async () => {
  agent.closeOutput();
  await agent.inspect(home.path);
  await agent.inspect(home.path);
  expect((await agent.startProcess({ home: home.path })).outcome).toBe('started');
});
