import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { hasEnded, readProcess } from '../process-reading.ts';
import { AgentProcess, command } from '../testing/agent-process.ts';
import { makeCertificates } from '../testing/certificates.ts';
import { FakeHome } from '../testing/fake-home.ts';

let home: FakeHome;
let other: FakeHome;
let agent: AgentProcess;

beforeAll(async () => {
  home = new FakeHome();
  other = new FakeHome();
  agent = new AgentProcess(await makeCertificates(), [home.path, other.path]);
  await agent.start();
});

beforeEach(() => {
  home.behave({});
});

afterEach(async () => {
  const { process: left } = await agent.inspect(home.path);
  if (left !== null) {
    process.kill(left.pid, 'SIGKILL');
  }
});

afterAll(async () => {
  await agent.remove();
  await home.remove();
  await other.remove();
});

function lives(pid: number): boolean {
  return readProcess(pid).state === 'alive';
}

async function signalsOf(subtaskId: number): Promise<unknown[]> {
  const entries = await agent.journal(home.path);
  return entries
    .filter((entry) => entry.phase === 'signal' && entry.command.subtaskId === subtaskId)
    .map((entry) => entry.detail.signal);
}

test('kill ends the process and answers when it is gone', async () => {
  const pid = await home.spawn();
  const recorded = await agent.identify(home.path);
  const answer = await agent.stop({ home: home.path, process: recorded });
  expect(hasEnded(pid, recorded.startTicks)).toBe(true);
  expect(answer).toMatchObject({
    outcome: 'stopped',
    redelivered: false,
    signals: [{ signal: 'SIGKILL', pid }],
  });
});

test('graceful sends the shutdown signal alone when that is enough', async () => {
  await home.spawn();
  const recorded = await agent.identify(home.path);
  const answer = await agent.stop({ home: home.path, process: recorded, method: 'graceful' });
  expect(answer.outcome).toBe('stopped');
  expect(answer.signals.map(({ signal }) => signal)).toEqual(['SIGUSR1']);
});

test('graceful becomes SIGKILL when the grace is over', async () => {
  home.behave({ onSigusr1: 'ignore' });
  await home.spawn();
  const recorded = await agent.identify(home.path);
  const begin = performance.now();
  const answer = await agent.stop({ home: home.path, process: recorded, method: 'graceful', graceMs: 400 });
  expect(performance.now() - begin).toBeGreaterThanOrEqual(400);
  expect(answer.outcome).toBe('stopped');
  expect(answer.signals.map(({ signal }) => signal)).toEqual(['SIGUSR1', 'SIGKILL']);
});

test('a process that is gone already gets no signal', async () => {
  const pid = await home.spawn();
  const recorded = await agent.identify(home.path);
  process.kill(pid, 'SIGKILL');
  const answer = await agent.stop({ home: home.path, process: recorded });
  expect(['already-gone', 'stopped']).toContain(answer.outcome);
  const again = await agent.stop({ home: home.path, process: recorded });
  expect(again).toEqual({ outcome: 'already-gone', signals: [], redelivered: false });
});

test('other start ticks on the same pid are a mismatch, and the process lives on', async () => {
  const pid = await home.spawn();
  const recorded = await agent.identify(home.path);
  const older = { ...recorded, startTicks: String(BigInt(recorded.startTicks) - 1n) };
  await expect(agent.stop({ home: home.path, process: older })).rejects.toThrow(
    /409 identity-mismatch.*startTicks was \d+ and is \d+/,
  );
  expect(lives(pid)).toBe(true);
});

test('another boot is a mismatch while a process of the home has that pid', async () => {
  const pid = await home.spawn();
  const recorded = { ...(await agent.identify(home.path)), bootId: 'another boot' };
  await expect(agent.stop({ home: home.path, process: recorded })).rejects.toThrow(
    /identity-mismatch.*bootId/,
  );
  expect(lives(pid)).toBe(true);
});

test('a stranger that got the pid is never signalled: the recorded process is gone', async () => {
  await home.spawn();
  const recorded = await agent.identify(home.path);
  const stranger = spawn('sleep', ['1000'], { stdio: 'ignore' });
  await once(stranger, 'spawn');
  const pid = stranger.pid ?? 0;
  const answer = await agent.stop({ home: home.path, process: { ...recorded, pid } });
  expect(answer).toMatchObject({ outcome: 'already-gone', signals: [] });
  expect(lives(pid)).toBe(true);
  stranger.kill('SIGKILL');
});

test('a decoy with the same executable in another folder is never signalled, whatever the pid file says', async () => {
  const decoy = await home.spawnIn(other);
  writeFileSync(home.pidFile, String(decoy));
  const sight = await agent.inspect(home.path);
  expect(sight).toMatchObject({ process: null, pidFile: { pid: decoy, state: 'stale' }, otherPids: [] });
  const reading = readProcess(decoy);
  const identity = reading.state === 'alive' ? reading.identity : undefined;
  const forged = { bootId: '', pid: decoy, startTicks: '1', executable: '', ...identity, cwd: home.path };
  await expect(agent.stop({ home: home.path, process: forged })).rejects.toThrow(
    /identity-mismatch.*cwd was/,
  );
  expect(lives(decoy)).toBe(true);
  process.kill(decoy, 'SIGKILL');
});

test('an allowed home is no passport to signal a process of another one', async () => {
  const pid = await other.spawn();
  const recorded = await agent.identify(other.path);
  await expect(agent.stop({ home: home.path, process: recorded })).rejects.toThrow('400 invalid-request');
  expect(lives(pid)).toBe(true);
  process.kill(pid, 'SIGKILL');
});

test('a successor of the recorded process is left alone and is visible', async () => {
  const first = await home.spawn();
  const recorded = await agent.identify(home.path);
  process.kill(first, 'SIGKILL');
  const second = await home.spawn();
  const answer = await agent.stop({ home: home.path, process: recorded, method: 'graceful', graceMs: 0 });
  expect(answer.signals).toEqual([]);
  expect(await agent.inspect(home.path)).toMatchObject({ process: { pid: second } });
});

test('a zombie counts as gone', async () => {
  const pid = await home.spawnBelowCarelessParent();
  const recorded = await agent.identify(home.path);
  const answer = await agent.stop({ home: home.path, process: recorded });
  expect(answer.outcome).toBe('stopped');
  // It still has its entry in the process table, which kill(pid, 0) would take for life.
  expect(() => process.kill(pid, 0)).not.toThrow();
  expect(await agent.inspect(home.path)).toMatchObject({ process: null, pidFile: { state: 'stale' } });
});

test('the same command delivered twice at once has one effect and one answer', async () => {
  home.behave({ exitAfterMs: 300 });
  await home.spawn();
  const recorded = await agent.identify(home.path);
  const options = { home: home.path, process: recorded, method: 'graceful' as const, command: command() };
  const answers = await Promise.all([agent.stop(options), agent.stop(options), agent.stop(options)]);
  expect(answers[1]).toEqual(answers[0]);
  expect(answers[2]).toEqual(answers[0]);
  expect(await signalsOf(options.command.subtaskId)).toEqual(['SIGUSR1']);
});

test('a command delivered again gets the stored result, and a successor gets no signal', async () => {
  await home.spawn();
  const recorded = await agent.identify(home.path);
  const options = { home: home.path, process: recorded, command: command() };
  const first = await agent.stop(options);
  const successor = await home.spawn();
  expect(await agent.stop(options)).toEqual({ ...first, redelivered: true });
  expect(await signalsOf(options.command.subtaskId)).toEqual(['SIGKILL']);
  expect(lives(successor)).toBe(true);
});

test('a stored mismatch is told again', async () => {
  await home.spawn();
  const recorded = { ...(await agent.identify(home.path)), startTicks: '1' };
  const options = { home: home.path, process: recorded, command: command() };
  await expect(agent.stop(options)).rejects.toThrow('identity-mismatch');
  const entries = (await agent.journal(home.path)).length;
  await expect(agent.stop(options)).rejects.toThrow('identity-mismatch');
  expect((await agent.journal(home.path)).length).toBe(entries);
});
