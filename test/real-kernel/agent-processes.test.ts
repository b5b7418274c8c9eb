/** The agent with real database processes of both kinds: the kernel's own signals, pid files, daemons and refusals. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { waitFor } from '@openocp/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasEnded, readProcess } from '../../packages/agent/src/process-reading.ts';
import { AgentProcess, command } from '../../packages/agent/src/testing/agent-process.ts';
import { makeCertificates } from '../../packages/agent/src/testing/certificates.ts';
import { type DatabaseHome, seekdbHome, simulatedObserverHome, startByHand } from './database-home.ts';
import { installedKernel } from './installed-kernels.ts';

const executable = installedKernel('executable');
const kinds: [string, () => Promise<DatabaseHome>][] = [['a simulated observer', simulatedObserverHome]];
if (executable !== undefined) kinds.push(['seekdb', () => seekdbHome(executable)]);

/** A database may take longer than this only when something is wrong with it. */
const deadlineMs = 30_000;

describe.each(kinds)('%s', (_name, openHome) => {
  let home: DatabaseHome;
  let agent: AgentProcess;

  beforeAll(async () => {
    home = await openHome();
    agent = new AgentProcess(await makeCertificates(), [home.path]);
    await agent.start();
  });

  afterAll(async () => {
    await agent?.remove();
    await home?.remove();
  });

  const start = () => agent.startProcess({ home: home.path, arguments: [...home.arguments], deadlineMs });

  const listens = async () =>
    (await agent.inspect(home.path, [home.sqlPort], home.address)).listeningPorts.includes(home.sqlPort);

  const waitUntilListening = () =>
    waitFor('the SQL port to listen', async () => (await listens()) || undefined, { timeoutMs: deadlineMs });

  const started = async () => {
    const { process: identity } = await start();
    await waitUntilListening();
    return identity;
  };

  test('a start answers with the process that lives in the end, and its ports show', async () => {
    const answer = await start();
    expect(answer).toMatchObject({
      outcome: 'started',
      process: { executable: home.executable, cwd: home.path },
    });
    await waitUntilListening();
    expect(await agent.inspect(home.path)).toMatchObject({
      kind: home.kind,
      process: answer.process,
      pidFile: { pid: answer.process.pid, state: 'current' },
      otherPids: [],
    });
  });

  test('a second start changes nothing, neither through the agent nor beside it', async () => {
    const identity = await agent.identify(home.path);
    expect(await start()).toMatchObject({ outcome: 'already-running', process: identity });
    expect(await startByHand(home)).not.toBe(0);
    expect(await agent.inspect(home.path)).toMatchObject({ process: identity, otherPids: [] });
  });

  test('an agent that died and came back sees the same process', async () => {
    const identity = await agent.identify(home.path);
    await agent.end('SIGKILL');
    await agent.start();
    expect(await agent.identify(home.path)).toEqual(identity);
  });

  test('a kill ends it, its ports are free, and the pid file stays behind', async () => {
    const identity = await agent.identify(home.path);
    const answer = await agent.stop({ home: home.path, process: identity, deadlineMs });
    expect(answer).toMatchObject({ outcome: 'stopped', signals: [{ signal: 'SIGKILL', pid: identity.pid }] });
    expect(hasEnded(identity.pid, identity.startTicks)).toBe(true);
    expect(await listens()).toBe(false);
    expect(await agent.inspect(home.path)).toMatchObject({
      process: null,
      pidFile: { pid: identity.pid, state: 'stale' },
      otherPids: [],
    });
  });

  test('a pid that now belongs to a stranger is no process of the home: it gets no signal, and hinders no start', async () => {
    const stranger: ChildProcess = spawn('sleep', ['600'], { cwd: home.path, stdio: 'ignore' });
    await once(stranger, 'spawn');
    const pid = stranger.pid ?? 0;
    try {
      writeFileSync(home.pidFile, String(pid));
      expect(await agent.inspect(home.path)).toMatchObject({ process: null, pidFile: { state: 'stale' } });
      const identity = await started();
      const recorded = { ...identity, pid, startTicks: String(BigInt(identity.startTicks) - 1n) };
      expect(await agent.stop({ home: home.path, process: recorded })).toMatchObject({
        outcome: 'already-gone',
        signals: [],
      });
      expect(readProcess(pid).state).toBe('alive');
      expect(readFileSync(home.pidFile, 'utf8').trim()).toBe(String(identity.pid));
    } finally {
      stranger.kill('SIGKILL');
    }
  });

  test('a successor under the recorded pid is a mismatch, and lives on', async () => {
    const identity = await agent.identify(home.path);
    const recorded = { ...identity, startTicks: String(BigInt(identity.startTicks) - 1n) };
    await expect(agent.stop({ home: home.path, process: recorded })).rejects.toThrow(
      /409 identity-mismatch.*startTicks was \d+ and is \d+/,
    );
    expect(await agent.identify(home.path)).toEqual(identity);
  });

  test('a graceful stop goes on where the agent died, with one signal', async () => {
    const identity = await agent.identify(home.path);
    const options = {
      home: home.path,
      process: identity,
      method: 'graceful',
      graceMs: deadlineMs,
      deadlineMs,
      command: command(),
    } as const;
    const lost = expect(agent.stop(options)).rejects.toThrow();
    await waitFor('the signal', () => agent.journalOnDisk().includes('"SIGUSR1"') || undefined, {
      timeoutMs: deadlineMs,
    });
    await agent.end('SIGKILL');
    await lost;
    await agent.start();
    const answer = await agent.stop(options);
    expect(answer.outcome).toBe('stopped');
    // Never twice; a real kernel on a busy machine may need more than its grace, and is then killed.
    expect(answer.signals.filter(({ signal }) => signal === 'SIGUSR1')).toHaveLength(1);
    const wasKilled = answer.signals.some(({ signal }) => signal === 'SIGKILL');
    expect(await agent.inspect(home.path)).toMatchObject({
      process: null,
      pidFile: { state: wasKilled ? 'stale' : home.pidFileAfterGracefulEnd },
    });
  });

  test('with its port taken by somebody else it ends by itself, and nothing is left running', async () => {
    const occupant = createServer().listen(home.sqlPort, home.address);
    await once(occupant, 'listening');
    try {
      // It writes its pid file before it listens: the agent may be sooner than the refusal, and tells what it saw.
      await start().catch((error: unknown) =>
        expect(String(error)).toMatch(/409 port-in-use|422 start-failed/),
      );
      await waitFor('it to end', async () => (await agent.inspect(home.path)).process === null || undefined, {
        timeoutMs: deadlineMs,
      });
      expect(await agent.inspect(home.path)).toMatchObject({ pidFile: { state: 'stale' }, otherPids: [] });
      // What it says is no matter for a test: its log is asynchronous, and its last lines may be lost.
    } finally {
      occupant.close();
    }
  });
});
